"""Waits let other threads run, end on Ctrl-C, and lose nothing by it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import polars as pl
import pyarrow as pa
import pytest
import qadataswap

from helpers import TABLE, both, interrupted_soon, run_python


@contextmanager
def progress() -> Iterator[list[int]]:
    """A thread that counts; it can't while somebody keeps the GIL."""
    count, stop = [0], threading.Event()

    def run() -> None:
        while not stop.is_set():
            count[0] += 1
            time.sleep(0.001)

    thread = threading.Thread(target=run)
    thread.start()
    yield count
    stop.set()
    thread.join()


def _full(writer: qadataswap.Writer) -> None:
    writer.write_arrow(TABLE)
    writer.write_arrow(TABLE)


Pair = tuple[qadataswap.Writer, qadataswap.Reader]

WAITS: dict[str, Callable[[qadataswap.Writer, qadataswap.Reader, int], object]] = {
    "read_arrow": lambda _, reader, ms: reader.read_arrow(ms),
    "read_batch": lambda _, reader, ms: reader.read_batch(ms),
    "wait": lambda _, reader, ms: reader.wait(ms),
    "attach": lambda _, reader, ms: qadataswap.create_reader("nowhere", attach_timeout_ms=ms),
    "write table": lambda writer, _, ms: writer.write_arrow(TABLE, timeout_ms=ms),
    "write batch": lambda writer, _, ms: writer.write_arrow(TABLE.to_batches()[0], timeout_ms=ms),
    "write batches": lambda writer, _, ms: writer.write_arrow(
        pa.Table.from_batches(TABLE.to_batches() * 3), timeout_ms=ms
    ),
    "write part": lambda writer, _, ms: writer.write_part(TABLE.to_batches()[0], timeout_ms=ms),
    "allocate": lambda writer, _, ms: [writer.allocate(40_000, timeout_ms=ms) for _ in range(4)],
    "wait_readers": lambda writer, _, ms: writer.wait_readers(5, timeout_ms=ms),
    "wait_drained": lambda writer, _, ms: writer.wait_drained(timeout_ms=ms),
}
WRITES = {kind for kind in WAITS if kind.startswith(("write", "wait_drained"))}


@pytest.mark.parametrize("kind", WAITS)
def test_other_threads_run_while_a_call_waits(kind: str) -> None:
    with both("gil", buffer_count=2, capacity=128 << 10, schema=TABLE.schema) as (writer, reader):
        if kind in WRITES:
            _full(writer)
        with progress() as count:
            before = count[0]
            if kind in ("read_arrow", "read_batch", "wait"):
                assert not WAITS[kind](writer, reader, 300)
            else:
                with pytest.raises((qadataswap.QadsTimeoutError, qadataswap.QadsNotFoundError), match="300 ms"):
                    WAITS[kind](writer, reader, 300)
            assert count[0] - before > 10


@pytest.mark.parametrize("kind", WAITS)
def test_control_c_ends_a_wait(kind: str) -> None:
    with both("stop", buffer_count=2, capacity=128 << 10, schema=TABLE.schema) as (writer, reader):
        if kind in WRITES:
            _full(writer)
        with interrupted_soon(), pytest.raises(KeyboardInterrupt):
            WAITS[kind](writer, reader, 20_000)


@pytest.mark.parametrize("consume", [pl.DataFrame, pa.table], ids=["polars", "pyarrow"])
def test_control_c_ends_a_wait_inside_another_library(consume: Callable[[object], object]) -> None:
    def use(reader: qadataswap.Reader) -> None:
        try:
            consume(reader)
        finally:
            time.sleep(0.2)  # where Python looks at signals at last

    with both("inside", schema=TABLE.schema) as (_, reader), interrupted_soon(), pytest.raises(KeyboardInterrupt):
        use(reader)


def test_control_c_loses_no_batch() -> None:
    with both("lossless", schema=TABLE.schema) as (writer, reader):
        with interrupted_soon(), pytest.raises(KeyboardInterrupt):
            reader.read_arrow(20_000)
        writer.write_arrow(TABLE)
        writer.write_part(TABLE.to_batches()[0])
        assert reader.read_arrow() == TABLE
        with interrupted_soon(), pytest.raises(KeyboardInterrupt):
            reader.read_arrow(20_000)
        writer.write_arrow(TABLE)
        assert reader.read_arrow() == pa.Table.from_batches(TABLE.to_batches() * 2)


def test_an_interrupted_write_is_whole_or_not_there() -> None:
    with both("whole", buffer_count=2) as (writer, reader):
        _full(writer)
        with interrupted_soon(), pytest.raises(KeyboardInterrupt):
            writer.write_arrow(pa.Table.from_batches(TABLE.to_batches() * 2), timeout_ms=20_000)
        for _ in range(2):
            assert reader.read_arrow() == TABLE
        thread = threading.Thread(target=writer.write_arrow, args=(TABLE,))
        thread.start()
        assert reader.read_arrow() == TABLE, "the message that was stopped in the middle was given up"
        thread.join()


def test_a_process_that_was_interrupted_in_a_write_ends_at_once() -> None:
    begin = time.monotonic()
    done = run_python(
        "import os, pyarrow, qadataswap, signal, threading\n"
        "writer = qadataswap.create_writer('ends', 1, lifetime='until_closed')\n"
        "table = pyarrow.table({'a': [1]})\n"
        "writer.write_arrow(table)\n"
        "threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "writer.write_arrow(table, timeout_ms=50_000)\n"
    )
    assert "KeyboardInterrupt" in done.stderr
    assert time.monotonic() - begin < 30


def test_close_ends_the_waits_of_other_threads() -> None:
    with both("close", buffer_count=2) as (writer, _):
        _full(writer)
        failed: list[BaseException] = []

        def call(what: Callable[[], object]) -> None:
            try:
                what()
            except qadataswap.QadsClosedError as error:
                failed.append(error)

        drained = qadataswap.create_reader("close", start="latest")
        threads = [
            threading.Thread(target=call, args=(lambda: writer.write_arrow(TABLE, timeout_ms=-1),)),
            threading.Thread(target=call, args=(lambda: drained.read_arrow(-1),)),
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.2)
        drained.close()
        writer.close()
        for thread in threads:
            thread.join(10)
        assert len(failed) == 2


def test_many_threads_write_and_read_one_handle() -> None:
    with both("threads", buffer_count=8) as (writer, reader):
        seen: list[int] = []
        lock = threading.Lock()

        def write(number: int) -> None:
            for one in range(50):
                writer.write_arrow(pa.table({"value": [number * 50 + one]}))

        def read() -> None:
            while True:
                try:
                    table = reader.read_arrow()
                except qadataswap.QadsEndOfStreamError:
                    return
                assert table is not None
                with lock:
                    seen.extend(table["value"].to_pylist())

        readers = [threading.Thread(target=read) for _ in range(3)]
        writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in readers + writers:
            thread.start()
        for thread in writers:
            thread.join()
        writer.finish()
        for thread in readers:
            thread.join()
        assert sorted(seen) == list(range(200))


def test_a_generator_that_needs_the_gil_may_feed_a_write() -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        for _ in range(20):
            time.sleep(0.001)
            yield from TABLE.to_batches()

    with both("generator") as (writer, reader):
        writer.write_arrow(pa.RecordBatchReader.from_batches(TABLE.schema, batches()))
        table = reader.read_arrow()
        assert table is not None
        assert table.num_rows == 20 * TABLE.num_rows
