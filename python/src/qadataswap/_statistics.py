"""Figures: what a segment is, who reads it, what was done so far. All are snapshots."""

from __future__ import annotations

from dataclasses import dataclass

from . import _core
from ._arguments import StrPath, directory, segment_name

OVERFLOWS = ("block", "drop_oldest")
LIFETIMES = ("default", "until_drained", "until_closed", "keep")
COPY_REASONS = ("none", "outside", "bit_offset", "rebased", "alignment")


@dataclass(frozen=True)
class SegmentStatistics:
    """A segment, and what its writer did since its creation. Sizes are bytes."""

    layout_major: int
    layout_minor: int
    buffer_count: int
    """Batches that can be published and unread or held at once."""
    reader_capacity: int
    overflow: str
    lifetime: str
    writer_alive: bool
    """By its lock, not by its pid."""
    finished: int
    """0 open, 1 finished, 2 closed without finish."""
    has_schema: bool
    capacity: int
    evict_after_ms: int
    writer_pid: int
    """For people: pids mean little across containers."""
    created_unix_ns: int
    head: int
    """Number of the next batch to be published."""
    tail: int
    """Oldest batch that may still be readable."""
    superseded_unread: int
    """Batches that were unread when this segment took the name over."""
    messages: int
    rows: int
    bytes_copied: int
    bytes_referenced: int
    """Published in place, without a copy."""
    dropped_batches: int
    stalls: int
    """Times that there was no room at once."""
    stalled_ns: int
    evicted_readers: int
    reaped_readers: int
    reserved_bytes: int
    """What of the data area has memory so far."""
    uuid: str


@dataclass(frozen=True)
class ReaderState:
    """One attached reader, as the segment knows it."""

    entry: int
    alive: bool
    evicted: bool
    held_batches: int
    pid: int
    attached_unix_ns: int
    oldest_held_ns: int
    """Since the oldest batch that it holds was published; 0 if it holds none."""
    position: int
    lag: int
    lost: int


@dataclass(frozen=True)
class ReaderStatistics:
    """What one reader did so far."""

    held_batches: int
    position: int
    """Number of the next batch to be read."""
    head: int
    """Number of the next batch to be published."""
    batches: int
    rows: int
    bytes: int
    lost: int
    """Batches lost to overrun (drop_oldest)."""
    sleeps: int
    """Waits that went to the kernel."""


@dataclass(frozen=True)
class ColumnReport:
    """What the last write did with one column."""

    bytes_copied: int
    bytes_referenced: int
    """Published in place."""
    reason: str
    """Why its first copied buffer was copied: "none", "outside" the segment, "bit_offset", "rebased", "alignment"."""


def segment_statistics(info: dict[str, object]) -> SegmentStatistics:
    """From the extension module's dict."""
    words = {"overflow": OVERFLOWS[_index(info["overflow"])], "lifetime": LIFETIMES[_index(info["lifetime"])]}
    return SegmentStatistics(**{**info, **words})  # type: ignore[arg-type]


def _index(value: object) -> int:
    assert isinstance(value, int)
    return value


def reader_states(states: list[dict[str, object]]) -> list[ReaderState]:
    """From the extension module's dicts."""
    return [ReaderState(**state) for state in states]  # type: ignore[arg-type]


def list_segments(directory: StrPath | None = None) -> list[str]:
    """Names of all segments in the directory (default: the environment's QADS_DIR, else /dev/shm), alive or not."""
    return sorted(_core.list_segments(_directory(directory)))


def remove_segment(name: str, *, unread: bool = False, directory: StrPath | None = None) -> None:
    """Removes the name of a segment without a live writer; attached readers keep what they have.

    Raises QadsExistsError if the writer lives, or, without `unread`, if batches are unread or readers attached, and
    without it also QadsCorruptError or QadsVersionError if nobody can tell; QadsNotFoundError if there is no such
    segment.
    """
    _core.remove_segment(segment_name(name), _directory(directory), unread)


def inspect_segment(name: str, *, directory: StrPath | None = None) -> tuple[SegmentStatistics, list[ReaderState]]:
    """A segment's figures and its readers, without becoming one of them. Doesn't wait."""
    info, readers = _core.inspect_segment(segment_name(name), _directory(directory))
    return segment_statistics(info), reader_states(readers)


_directory = directory
