"""Arguments on their way to the extension module: each complaint names the argument and what it may be."""

from __future__ import annotations

import operator
import os
from collections.abc import Sequence

from ._errors import QadsInvalidError

StrPath = str | os.PathLike[str]

INT32 = (-(2**31), 2**31 - 1)
INT64 = (-(2**63), 2**63 - 1)
UINT32 = (0, 2**32 - 1)


def segment_name(name: str) -> bytes:
    """A name as the core takes it, which checks all the rest."""
    if not isinstance(name, str):
        raise TypeError(f"name must be a str, not {type(name).__name__}")
    return _without_nul(os.fsencode(name), "name")


def directory(path: StrPath | None) -> bytes | None:
    """A directory, or None for the default."""
    return None if path is None else _without_nul(os.fsencode(path), "directory")


def _without_nul(value: bytes, what: str) -> bytes:
    if b"\0" in value:
        raise QadsInvalidError(f"{what} {value!r} has a NUL in it")
    return value


def choice(value: str, choices: Sequence[str], what: str) -> int:
    """The number of one of the words."""
    if value not in choices:
        raise QadsInvalidError(f"{what} can't be {value!r}; it is one of {', '.join(map(repr, choices))}")
    return choices.index(value)


def number(value: int, limits: tuple[int, int], what: str) -> int:
    """An integer that the C interface can take; what it means is checked there."""
    try:
        taken = operator.index(value)
    except TypeError:
        raise TypeError(f"{what} must be an int, not {type(value).__name__}") from None
    if not limits[0] <= taken <= limits[1]:
        raise QadsInvalidError(f"{what} can't be {taken}; it is from {limits[0]} to {limits[1]}")
    return taken


def optional(value: int | None, limits: tuple[int, int], what: str) -> int | None:
    """The same, where None stands for the core's default."""
    return None if value is None else number(value, limits, what)


def timeout(value: int | None, default: int) -> int:
    """Milliseconds: negative waits for ever, 0 looks once, None is the default."""
    return default if value is None else number(value, INT64, "timeout_ms")
