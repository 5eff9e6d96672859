"""The command line."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any


class UsageError(Exception):
    """Says what is wrong with the command line."""


@dataclass
class WriteArguments:
    """`agent python write`."""

    name: str
    input: str = ""
    slots: int | None = None
    capacity: int | None = None
    overflow: str = "block"
    repeat: int = 1
    slice: tuple[int, int] | None = None
    zero_copy: bool = False
    timeout_ms: int = 10_000
    linger_ms: int = 0
    start_after_readers: int = 0

    def linger(self) -> None:
        """Stays alive as long as asked for."""
        time.sleep(self.linger_ms / 1000)


@dataclass
class ReadArguments:
    """`agent python read`."""

    name: str
    output: str = ""
    timeout_ms: int = 10_000
    start: str = "earliest"
    hold: int = 0
    hold_check: bool = False
    limit: int | None = None
    delay_ms: int = 0


def _number(least: int | None = None) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if least is not None and value < least:
            raise ValueError(text)
        return value

    return number


def _choice(*choices: str) -> Callable[[str], str]:
    def choice(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return choice


def _slice(text: str) -> tuple[int, int]:
    offset, length = text.split(":")
    return _number(0)(offset), _number(0)(length)


_VALUES: Mapping[str, Callable[[str], object]] = {
    "input": str,
    "output": str,
    "slots": _number(),
    "capacity": _number(),
    "overflow": _choice("block", "drop_oldest"),
    "repeat": _number(0),
    "slice": _slice,
    "timeout_ms": _number(),
    "linger_ms": _number(0),
    "start_after_readers": _number(0),
    "start": _choice("earliest", "latest"),
    "hold": _number(0),
    "limit": _number(0),
    "delay_ms": _number(0),
}


def parse(words: list[str]) -> WriteArguments | ReadArguments:
    """The arguments, or UsageError."""
    if len(words) < 2 or words[0] not in ("write", "read"):
        raise UsageError("write|read NAME --input|--output FILE [option]...")
    kind: Any = WriteArguments if words[0] == "write" else ReadArguments
    known = {one.name for one in fields(kind)} - {"name"}
    given: dict[str, object] = {}
    rest = iter(words[2:])
    for word in rest:
        option = word.removeprefix("--").replace("-", "_")
        if not word.startswith("--") or option not in known:
            raise UsageError(f"unknown option {word}")
        if option not in _VALUES:
            given[option] = True
            continue
        if (value := next(rest, None)) is None:
            raise UsageError(f"{word} needs a value")
        try:
            given[option] = _VALUES[option](value)
        except ValueError:
            raise UsageError(f"{word} can't be '{value}'") from None
    arguments: WriteArguments | ReadArguments = kind(words[1], **given)
    needed = "input" if words[0] == "write" else "output"
    if not getattr(arguments, needed):
        raise UsageError(f"--{needed} is missing")
    return arguments
