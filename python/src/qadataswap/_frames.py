"""From batches in a segment to polars DataFrames."""

from __future__ import annotations

import io
from collections.abc import Iterator

import polars as pl

from . import _core
from ._polars_types import require_readable
from ._reader import Reader


def width(reader: Reader, timeout_ms: int) -> int:
    """The number of columns, once polars is known to take every one of them: QadsUnsupportedTypeError if it doesn't.
    Waits for the schema.
    """
    if reader._frame_width is None:
        tree = reader._core.schema(timeout_ms).tree()
        require_readable(reader.name, tree)
        reader._frame_width = len(tree[3])
    return reader._frame_width


def frame_of(reader: Reader, data: _core.Batch | _core.MessageStream) -> pl.DataFrame:
    """The DataFrame of what this reader read."""
    return pl.DataFrame(data) if reader._frame_width or width(reader, 0) else pl.DataFrame(height=data.num_rows)


def empty_frame(reader: Reader) -> pl.DataFrame:
    """A DataFrame of the segment's schema and no rows."""
    schema = reader._core.schema(reader._timeout_ms)
    return pl.DataFrame(_core.empty_message(schema)) if width(reader, 0) else pl.DataFrame()


def copied(frame: pl.DataFrame) -> pl.DataFrame:
    """The same in memory of its own; polars has no deep copy, and views would keep what they point at."""
    if frame.width == 0:
        return frame
    out = io.BytesIO()
    frame.write_ipc_stream(out)
    return pl.read_ipc_stream(out.getvalue())


class Frames:
    """All that follows in a reader, a DataFrame a batch.

    They lie in the segment while at most half of its slots and of its memory is held; beyond, they are copied, because
    whoever gathers all of them would otherwise keep a blocking writer waiting for ever.
    """

    def __init__(self, reader: Reader, columns: list[str] | None = None, limit: int | None = None) -> None:
        self._reader = reader
        self._columns = columns
        self._limit = limit
        self._bytes_held = 0

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Up to the end of the stream; QadsTimeoutError if a batch doesn't come in time."""
        if self._limit == 0:
            return
        for batch in self._reader.batches():
            frame = frame_of(self._reader, batch)
            del batch  # the frame alone holds it
            if self._columns is not None:
                frame = frame.select(self._columns)
            yield copied(frame) if self._too_much_held() else frame
            del frame

    def _too_much_held(self) -> bool:
        statistics = self._reader.statistics()
        if statistics.held_batches <= 1:
            self._bytes_held = statistics.bytes
        slots, capacity = self._reader._room()
        many = 2 * statistics.held_batches >= slots
        return many or 2 * (statistics.bytes - self._bytes_held) >= capacity
