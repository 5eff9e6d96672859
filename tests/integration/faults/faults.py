"""Provokes one fault through the public Python interface and says how it shows; test_faults.py compares the languages.

usage: faults.py STEP NAME; prints KIND|CLASS|MESSAGE, or exits with 4 if nothing went wrong. The other languages'
programs take the same steps: faults.cpp beside this, java/src/test/java/io/qadataswap/faults, and
tests/agents/rust/src/bin/faults.rs.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable

import pyarrow as pa
import qadataswap
import qadataswap.polars
from qadataswap import create_reader, create_writer

SCHEMA = pa.schema([("number", pa.int64())])


def numbers(rows: int = 3) -> pa.RecordBatch:
    """A small batch, or a large one."""
    return pa.record_batch([pa.array(range(rows), pa.int64())], schema=SCHEMA)


def text(size: int) -> pa.RecordBatch:
    """One row of so many bytes."""
    return pa.record_batch({"text": ["x" * size]})


def write_times(writer: qadataswap.Writer, times: int, rows: int = 3) -> None:
    """So many messages."""
    for _ in range(times):
        writer.write_arrow(numbers(rows))


def wrong_name(name: str) -> None:
    """A name that can't be."""
    create_writer(f"../{name}")


def negative_capacity(name: str) -> None:
    """Less than nothing."""
    create_writer(name, capacity=-1)


def zero_capacity(name: str) -> None:
    """Nothing."""
    create_writer(name, capacity=0)


def absurd_capacity(name: str) -> None:
    """More than any machine has."""
    create_writer(name, capacity=1 << 60)


def no_space(name: str) -> None:
    """4 MiB into a file system that hasn't got them."""
    with create_writer(name, timeout_ms=50) as writer:
        write_times(writer, 1, 1 << 19)


def two_writers(name: str) -> None:
    """A second one of the same name."""
    with create_writer(name):
        create_writer(name)


def large_row(name: str) -> None:
    """A row that is larger than the segment."""
    with create_writer(name, capacity=4096) as writer:
        writer.write_arrow(text(100_000))


def other_schema(name: str) -> None:
    """A batch that isn't like the first."""
    with create_writer(name) as writer:
        write_times(writer, 1)
        writer.write_arrow(text(1))


def finished_writer(name: str) -> None:
    """Writing after the end."""
    with create_writer(name) as writer:
        writer.finish()
        write_times(writer, 1)


def closed_writer(name: str) -> None:
    """Writing with a writer that was closed."""
    writer = create_writer(name)
    writer.close()
    write_times(writer, 1)


def closed_reader(name: str) -> None:
    """Reading with a reader that was closed."""
    with create_writer(name, schema=SCHEMA):
        reader = create_reader(name)
        reader.close()
        next(reader)


def read_timeout(name: str) -> None:
    """A writer that writes nothing."""
    with create_writer(name, schema=SCHEMA), create_reader(name, timeout_ms=50) as reader:
        next(reader)


def write_timeout(name: str) -> None:
    """A full ring that nobody reads."""
    with create_writer(name, 2, timeout_ms=50) as writer:
        write_times(writer, 3)


def unfinished(name: str) -> None:
    """A writer that closed without finishing."""
    writer = create_writer(name)
    write_times(writer, 2)
    writer.close()
    read(name)


def overrun(name: str) -> None:
    """drop_oldest, and a reader that came too late for some."""
    with create_writer(name, 2, overflow="drop_oldest", schema=SCHEMA) as writer, create_reader(name) as reader:
        write_times(writer, 5)
        next(reader)


def evicted(name: str) -> None:
    """A reader that lags for longer than the segment allows. The write that evicts it then waits for another one."""
    writer = create_writer(name, 2, evict_after_ms=20, schema=SCHEMA, timeout_ms=1500)
    with writer, create_reader(name) as reader:
        with contextlib.suppress(qadataswap.QadsTimeoutError):
            write_times(writer, 3)
        next(reader)


def too_many_readers(name: str) -> None:
    """One more than the segment has entries for."""
    with create_writer(name, reader_capacity=1, schema=SCHEMA), create_reader(name):
        create_reader(name)


def unsupported_type(name: str) -> None:
    """What polars doesn't know; pyarrow carries every type of Arrow's."""
    qadataswap.polars.read_frame(name)


def read(name: str) -> None:
    """All of a segment that somebody else made."""
    with create_reader(name, attach_timeout_ms=50) as reader:
        for _ in reader:
            pass


STEPS: dict[str, Callable[[str], None]] = {
    step.__name__: step
    for step in (
        wrong_name,
        negative_capacity,
        zero_capacity,
        absurd_capacity,
        no_space,
        two_writers,
        large_row,
        other_schema,
        finished_writer,
        closed_writer,
        closed_reader,
        read_timeout,
        write_timeout,
        unfinished,
        overrun,
        evicted,
        too_many_readers,
        unsupported_type,
        read,
    )
}


def main(step: str, name: str) -> int:
    """The exit status: 0 if the fault showed, 4 if it didn't."""
    try:
        STEPS[step](name)
    except qadataswap.QadsError as error:
        print(f"{error.kind}|{type(error).__name__}|{error}")
        return 0
    return 4


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
