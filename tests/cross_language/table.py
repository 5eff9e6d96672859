"""The one table that the matrix is generated from: who writes, who reads, which stream, with which options.

An agent that is slow to start gets fewer combinations: bundles of types instead of a file a type, and one stream for
each set of options.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.agents.generate import TYPES
from tests.agents.harness import LANGUAGES, Language
from tests.agents.sources import BUNDLES, GOLDEN, REAL, SHAPES
from tests.agents.streams import Stream


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

SLOW_START_OPTIONS = {
    "plain",
    "slice_7",
    "slice_65",
    "zero_copy_slice_7",
    "two_slots",
    "three_slots_held",
    "small_area",
}
SLOW_START_STREAM = "bundle.nested"

JAVA_CANT = "Arrow Java can't carry it"
CANNOT_CARRY: dict[tuple[str, str], str] = {
    ("java", "type.decimal32"): JAVA_CANT,
    ("java", "type.decimal64"): JAVA_CANT,
    ("java", "type.fixed_binary0"): JAVA_CANT,
    ("java", "shape.raw_metadata"): "Arrow Java's metadata are strings, so not any bytes",
    ("rust", "shape.raw_metadata"): "arrow-rs's metadata are strings, so not any bytes",
}
"""(language, stream): its agent must end with exit 3, and must not stop anybody else."""


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
    if slow:
        yield from (f"bundle.{key}" for key in BUNDLES)
    else:
        yield from (f"type.{key}" for key in TYPES)


def _pairs() -> Iterator[tuple[Language, Language]]:
    return ((writer, reader) for writer in LANGUAGES for reader in LANGUAGES)


def cases() -> list[Case]:
    """The matrix."""
    matrix = []
    for writer, reader in _pairs():
        slow = writer.slow_start or reader.slow_start
        for stream in _streams(slow):
            for options in OPTIONS:
                few = options is PLAIN or (stream == SLOW_START_STREAM and options.name in SLOW_START_OPTIONS)
                if not slow or few:
                    matrix.append(Case(writer, reader, stream, options))
    carried = [
        case
        for case in matrix
        if not {(side.name, case.stream) for side in (case.writer, case.reader)} & set(CANNOT_CARRY)
    ]
    return [case for case in carried if _makes_sense(case)]


def _makes_sense(case: Case) -> bool:
    # Thirty times a whole day of trades shows nothing that the others don't.
    heavy = case.stream == "real.bac_trades_20131008"
    return not (heavy and case.options.name in ("repeated", "three_slots_held"))
