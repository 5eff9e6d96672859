"""polars DataFrames in and out of segments.

Read: a message becomes a DataFrame without a copy where polars' own memory layout is Arrow's: numbers, booleans,
dates, times in nanoseconds, durations, nested types of these, and string and binary *views*. polars copies while
importing: strings and binaries that aren't views, lists with 32-bit offsets, dictionaries (they become categoricals),
date64, time32 and time64 in microseconds, and everything in seconds. What stays in the segment keeps its slot until
the DataFrame and whatever was made of it are gone; `DataFrame.clone()` doesn't end that, `.rechunk()` of several
chunks does.

`read_frame` and `scan` look at the schema first, and refuse what polars would fail on or be ended by: decimals of 32,
64 or 256 bits or with a negative scale, unions, list views, run-end encoding, intervals, fixed sizes of 0, zones that
it doesn't know, dictionaries of dictionaries, two columns of one name. `polars.DataFrame(reader)`, or of a batch or
message, goes to polars directly, and nobody looks before: use it for streams whose types are known.

Written: each column is copied once, into the segment.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, overload

import polars as pl
from polars.io.plugins import register_io_source

from . import _arguments
from ._errors import QadsTimeoutError
from ._frames import Frames, empty_frame, frame_of, width
from ._producers import refuse_objects
from ._reader import Reader, create_reader
from ._writer import Writer, create_writer

__all__ = ["read_frame", "scan", "write_frame"]


@overload
def read_frame(source: str, timeout_ms: int | None = None, **options: Any) -> pl.DataFrame: ...


@overload
def read_frame(source: Reader, timeout_ms: int | None = None) -> pl.DataFrame | None: ...


def read_frame(source: str | Reader, timeout_ms: int | None = None, **options: Any) -> pl.DataFrame | None:
    """Reads a DataFrame.

    source: a reader: its next message, or None if that didn't come in time; QadsEndOfStreamError after the last.
        Or the name of a segment: everything up to the end of the stream in one DataFrame. The name is waited for, and
        so is each batch; QadsTimeoutError if one doesn't come in time.
    timeout_ms: negative waits for ever. Default: the reader's, which is 30 s.
    options: of `create_reader`, where source is a name.

    Raises QadsUnsupportedTypeError before polars sees a type that it can't take, naming the column, its type and what
    to do; else as `Reader.read_arrow`.
    """
    if isinstance(source, Reader):
        if options:
            raise TypeError(f"options ({', '.join(options)}) are for a reader to be created; this one exists")
        if source._frame_width is None:
            with contextlib.suppress(QadsTimeoutError):  # no schema yet: it is looked at when it comes
                width(source, 0)
        message = source._core.next_stream(_arguments.timeout(timeout_ms, source._timeout_ms))
        return None if message is None else frame_of(source, message)
    wait = _arguments.timeout(timeout_ms, 30_000)
    with create_reader(source, **{"timeout_ms": wait, "attach_timeout_ms": max(wait, 0), **options}) as reader:
        width(reader, wait)
        frames = list(Frames(reader))
        return pl.concat(frames) if frames else empty_frame(reader)


def write_frame(target: str | Writer, frame: pl.DataFrame | pl.LazyFrame, **options: Any) -> None:
    """Writes a DataFrame, or a LazyFrame's result as the streaming engine gets there, as one message.

    target: a writer; or the name of a segment to create, write, finish and close.
    options: of `Writer.write_arrow`, or of `create_writer` where target is a name.

    Raises QadsUnsupportedTypeError for a column of Python objects; else as `Writer.write_arrow`.
    """
    if not isinstance(frame, pl.DataFrame | pl.LazyFrame):
        raise TypeError(f"write_frame takes a polars DataFrame or LazyFrame, not {type(frame).__qualname__}")
    if isinstance(target, Writer):
        target.write_arrow(frame, **options)
        return
    refuse_objects(target, frame)
    with create_writer(target, **options) as writer:
        writer.write_arrow(frame)


def scan(name: str, *, timeout_ms: int = 30_000, **options: Any) -> pl.LazyFrame:
    """A LazyFrame over the stream of a segment: each collect attaches and reads to the end of the stream, or as far as
    needed.

    Columns that aren't asked for are let go, the filter runs on each batch, and a limit ends the reading. The schema is
    looked at now, waiting for segment and schema up to timeout_ms; later each batch is waited for so long.

    A stream can be read for as long as its segment is there: by default the name goes away when it was read to its end,
    so a second collect finds none, unless the writer chose `lifetime="keep"`. A blocking writer frees what all attached
    readers have read: what others read between scan and collect is not seen.

    polars reads in threads of its own and learns of Ctrl-C only between batches: a collect that waits for one goes on
    waiting, timeout_ms at most.

    options: of `create_reader`. Raises QadsUnsupportedTypeError for columns that polars can't take.
    """
    _arguments.number(timeout_ms, _arguments.INT64, "timeout_ms")
    arguments: dict[str, Any] = {"timeout_ms": timeout_ms, "attach_timeout_ms": max(timeout_ms, 0), **options}
    with create_reader(name, **arguments) as reader:
        width(reader, timeout_ms)
        schema = empty_frame(reader).schema

    def batches(
        columns: list[str] | None, predicate: pl.Expr | None, limit: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        left = limit
        with create_reader(name, **arguments) as reader:
            for frame in Frames(reader, columns, left):
                if left is not None:
                    frame = frame.head(left)
                    left -= frame.height
                yield frame if predicate is None else frame.filter(predicate)
                if left == 0:
                    return

    return register_io_source(batches, schema=schema)
