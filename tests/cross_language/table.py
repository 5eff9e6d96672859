"""The one table that the matrix is generated from: who writes, who reads, which stream, with which options.

An agent that is slow to start gets fewer combinations: each file as it is, and options only with bundles of types.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.agents.generate import TYPES
from tests.agents.harness import LANGUAGES, Language
from tests.agents.sources import BUNDLES, GOLDEN, REAL, SHAPES
from tests.agents.streams import Stream
from tests.cross_language.types_page import DIRECTIONS, refused


@dataclass(frozen=True)
class Options:
    """One way to write and read a stream."""

    name: str
    write: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    slice: tuple[int, int] | None = None
    repeat: int = 1

    @property
    def writer_words(self) -> tuple[str, ...]:
        """What the writer's command line says."""
        words = list(self.write)
        if self.slice:
            words += ["--slice", f"{self.slice[0]}:{self.slice[1]}"]
        if self.repeat > 1:
            words += ["--repeat", str(self.repeat)]
        return tuple(words)

    def applied_to(self, stream: Stream) -> Stream:
        """What a reader must get."""
        if self.slice:
            stream = stream.sliced(*self.slice)
        return stream.repeated(self.repeat)


PLAIN = Options("plain")
SLICES = [(0, 5), (1, 64), (7, 9), (8, 8), (63, 2), (64, 20), (65, 1000)]
SMALL = ("--capacity", "131072")

OPTIONS = (
    PLAIN,
    *(Options(f"slice_{offset}", slice=(offset, length)) for offset, length in SLICES),
    Options("zero_copy", write=("--zero-copy",)),
    Options("zero_copy_slice_7", write=("--zero-copy",), slice=(7, 70)),
    Options("zero_copy_slice_64", write=("--zero-copy",), slice=(64, 70)),
    Options("two_slots", write=("--slots", "2"), repeat=5),
    Options("three_slots_held", write=("--slots", "3"), read=("--hold", "2", "--hold-check"), repeat=7),
    Options("small_area", write=("--slots", "3", *SMALL), repeat=2),
    Options("repeated", repeat=30),
)

SLOW_START_OPTIONS = {"slice_7", "slice_65", "zero_copy_slice_7"}
"""Of bundles, where an agent is slow to start."""
SLOW_START_RING_OPTIONS = {"two_slots", "three_slots_held", "small_area"}
SLOW_START_RING_STREAM = "bundle.nested"

METADATA_CANT = ("java", "rust")
"""Languages whose Arrow library has metadata of strings, so not of any bytes."""


def refuses(language: str, direction: str, stream: str) -> bool:
    """Whether the language's agent must end with exit 3, stopping nobody else; of types, docs/types.md says."""
    kind, _, key = stream.partition(".")
    return (kind == "type" and key in refused(language, direction)) or (
        stream == "shape.raw_metadata" and language in METADATA_CANT
    )


@dataclass(frozen=True)
class Case:
    """One test."""

    writer: Language
    reader: Language
    stream: str
    options: Options

    @property
    def name(self) -> str:
        """Who writes, who reads, what, and how."""
        return f"{self.writer.name}-to-{self.reader.name}-{self.stream}-{self.options.name}"


def _streams(slow: bool) -> Iterator[str]:
    yield from (f"golden.{key}" for key in GOLDEN)
    yield from (f"real.{key}" for key in REAL)
    yield from (f"shape.{key}" for key in SHAPES)
    yield from (f"type.{key}" for key in TYPES)
    if slow:
        yield from (f"bundle.{key}" for key in BUNDLES)


def _pairs() -> Iterator[tuple[Language, Language]]:
    return ((writer, reader) for writer in LANGUAGES for reader in LANGUAGES)


def cases() -> list[Case]:
    """The matrix."""
    matrix = (
        Case(writer, reader, stream, options)
        for writer, reader in _pairs()
        for stream in _streams(writer.slow_start or reader.slow_start)
        for options in OPTIONS
    )
    return [case for case in matrix if _is_carried(case) and _is_worth_it(case) and _makes_sense(case)]


def refusals() -> list[tuple[Language, str, str]]:
    """(language, direction, stream): what must be refused."""
    streams = list(_streams(slow=False))
    return [
        (language, direction, stream)
        for language in LANGUAGES
        for direction in DIRECTIONS
        for stream in streams
        if refuses(language.name, direction, stream)
    ]


def _is_carried(case: Case) -> bool:
    return not refuses(case.writer.name, "write", case.stream) and not refuses(case.reader.name, "read", case.stream)


def _is_worth_it(case: Case) -> bool:
    """What takes an agent that is slow to start: every file as it is, and every option for bundles of types."""
    if not (case.writer.slow_start or case.reader.slow_start):
        return True
    if case.stream.startswith("bundle.") and case.options.name in SLOW_START_OPTIONS:
        return True
    if case.stream == SLOW_START_RING_STREAM and case.options.name in SLOW_START_RING_OPTIONS:
        return True
    return case.options is PLAIN and not case.stream.startswith("bundle.")


def _makes_sense(case: Case) -> bool:
    # Thirty times a whole day of trades shows nothing that the others don't.
    heavy = case.stream == "real.bac_trades_20131008"
    return not (heavy and case.options.name in ("repeated", "three_slots_held"))
