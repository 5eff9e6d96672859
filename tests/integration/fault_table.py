"""What can go wrong, from one table: how each fault is prepared, which status it is, and what its message must say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import qadataswap

from tests.agents.harness import CPP, DONE, Segments
from tests.agents.sources import Sources
from tests.docs.test_layout_doc import SPECIFIED, checksum

NAME = "trades"
"""The segment of every fault."""

Preparation = Callable[[Segments, Sources, str], None]
"""What is done before the program of a language (the last argument) is started."""


@dataclass(frozen=True)
class Fault:
    """One row."""

    title: str
    status: str
    """The constant of the C interface, without QADS_ERR_."""
    story: str
    step: str
    """What the programs are asked to do."""
    says: tuple[str, ...] = ()
    """What every message must contain besides the segment's name."""
    prepare: Preparation | None = None
    space: str = ""
    """The size of the file system, where that is the fault."""
    own_words: frozenset[str] = frozenset()
    """Languages whose binding sees it before the core, and says it itself. The others pass on what the core says."""


def _foreign(segments: Segments, sources: Sources, language: str) -> None:
    path = segments.directory / f"qads_{NAME}"
    path.write_bytes(b"not a segment " * 100)
    path.chmod(0o600)


def _whole(segments: Segments, sources: Sources) -> None:
    segments.write(CPP, NAME, sources.path("numbered.10")).expect(DONE)


def _truncated(segments: Segments, sources: Sources, language: str) -> None:
    _whole(segments, sources)
    with (segments.directory / f"qads_{NAME}").open("r+b") as file:
        file.truncate(12_288)


def with_header(field: str, value: int) -> Preparation:
    """A segment whose header says something else in a field of 32 bits; its checksum is right."""

    def prepare(segments: Segments, sources: Sources, language: str) -> None:
        _whole(segments, sources)
        header = SPECIFIED["Header"]
        with (segments.directory / f"qads_{NAME}").open("r+b") as file:
            file.seek(header.offset(field))
            file.write(value.to_bytes(4, "little"))
            file.seek(0)
            before = file.read(header.offset("checksum"))
            file.write(checksum(before).to_bytes(8, "little"))

    return prepare


def _killed(segments: Segments, sources: Sources, language: str) -> None:
    writer = segments.write(CPP, NAME, sources.path("numbered.10"), "--slots", 3)  # waits for room, in vain
    segments.wait_for(NAME)
    while qadataswap.inspect_segment(NAME, directory=segments.directory)[0].head < 3:
        assert writer.running, writer.wait()
    writer.kill()
    writer.wait()


def _not_carried(segments: Segments, sources: Sources, language: str) -> None:
    # No type is refused by all: each gets one that its own library doesn't know.
    stream = {"java": "type.decimal32", "python": "type.decimal32", "rust": "shape.raw_metadata"}.get(language)
    if stream:
        segments.write(CPP, NAME, sources.path(stream)).expect(DONE)


EVERYONE = frozenset({"cpp", "java", "python", "rust"})
JAVA = frozenset({"java"})

FAULTS = (
    Fault("Wrong name", "INVALID", "A name that leads out of the directory.", "wrong_name", ("'../", "200")),
    Fault("Negative capacity", "INVALID", "A data area of -1 bytes.", "negative_capacity", ("capacity is -1,",)),
    Fault("Zero capacity", "INVALID", "A data area of 0 bytes.", "zero_capacity", ("capacity is 0,",)),
    Fault("Absurd capacity", "INVALID", "A data area of 2^60 bytes.", "absurd_capacity", (str(1 << 60),)),
    Fault("Two writers", "EXISTS", "A writer of a name whose writer lives.", "two_writers", ("process",)),
    Fault(
        "No space",
        "NO_SPACE",
        "A batch of 4 MiB, where the segment directory's file system has 3.",
        "no_space",
        ("bytes",),
        space="3m",
    ),
    Fault("No segment", "NOT_FOUND", "A reader waits 50 ms for a name that doesn't come.", "read", ("50 ms",)),
    Fault("Foreign file", "FOREIGN", "The segment's file is something else.", "read", ("1400",), _foreign),
    Fault("Truncated file", "CORRUPT", "The segment's file was cut.", "read", ("12288", "file_size"), _truncated),
    Fault(
        "Newer layout",
        "VERSION",
        "The segment has the next major version of the layout.",
        "read",
        ("2.0", "1.0"),
        with_header("major", 2),
    ),
    Fault(
        "Unknown layout",
        "VERSION",
        "The segment has a major version of the layout that there never was.",
        "read",
        ("0.0", "1.0"),
        with_header("major", 0),
    ),
    Fault(
        "Corrupt header",
        "CORRUPT",
        "A field of the segment's header can't be, though the checksum fits.",
        "read",
        ("slot_count is 0", "65535"),
        with_header("slot_count", 0),
    ),
    Fault(
        "Too many readers",
        "TOO_MANY_READERS",
        "One more than the segment has entries for.",
        "too_many_readers",
        ("only reader entry", "at most 64"),
    ),
    Fault("Row that can't fit", "WOULD_NOT_FIT", "A row larger than the data area.", "large_row", ("100224", "4096")),
    Fault(
        "Other schema",
        "SCHEMA_MISMATCH",
        "A batch that isn't like the first.",
        "other_schema",
        ("number", "text"),
        own_words=JAVA,
    ),
    Fault(
        "Unsupported type",
        "UNSUPPORTED_TYPE",
        "A type that this language's Arrow library can't carry: Java and polars don't know decimal32, arrow-rs no "
        "metadata that isn't UTF-8. libarrow carries all of Arrow's types, so C++ shows a format that isn't Arrow's.",
        "unsupported_type",
        prepare=_not_carried,
        own_words=EVERYONE,
    ),
    Fault(
        "Write timeout",
        "TIMEOUT",
        "A full ring of 2 slots that nobody reads, for 50 ms.",
        "write_timeout",
        ("50 ms", "2"),
    ),
    Fault(
        "Read timeout",
        "TIMEOUT",
        "A writer that writes nothing, for 50 ms.",
        "read_timeout",
        ("50 ms",),
        own_words=JAVA,
    ),
    Fault("Finished writer", "CLOSED", "Writing after the end of the stream.", "finished_writer"),
    Fault("Closed writer", "CLOSED", "Writing with a writer that was closed.", "closed_writer", own_words=JAVA),
    Fault("Closed reader", "CLOSED", "Reading with a reader that was closed.", "closed_reader", own_words=JAVA),
    Fault("Writer died", "WRITER_DIED", "The writer was killed (kill -9).", "read", ("3 batches",), _killed),
    Fault("Closed without finish", "WRITER_DIED", "The writer closed in the middle.", "unfinished", ("2 batches",)),
    Fault(
        "Overrun", "OVERRUN", "drop_oldest: a ring of 2 slots, 5 batches, and a slow reader.", "overrun", ("3 batches",)
    ),
    Fault(
        "Evicted",
        "EVICTED",
        "A reader that keeps the writer waiting for more than the 20 ms it may.",
        "evicted",
        ("20 ms",),
    ),
)

NOT_PROVOKED = {
    "END_OF_STREAM": "no fault: reading ends",
    "PERMISSION": "needs a second user",
    "FORKED": "neither Java nor safe Rust forks",
    "SYSTEM": "needs a kernel that refuses what it always grants",
    "NO_MEMORY": "needs a process without memory",
    "PRODUCER": "each language's own object fails, with its own message",
    "FILESYSTEM": "needs a network file system",
    "INTERNAL": "would be a defect of this library",
}
"""Kinds without a fault above, and why."""
