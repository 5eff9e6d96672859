"""Waits let other threads run, end on Ctrl-C, and lose nothing by it."""

from __future__ import annotations

import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import polars as pl
import pyarrow as pa
import pytest
import qadataswap

from helpers import LONG_MS, TABLE, both, interrupted_soon, long_before_the_timeout, run_python


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
    with (
        long_before_the_timeout(),
        both("stop", buffer_count=2, capacity=128 << 10, schema=TABLE.schema) as (writer, reader),
    ):
        if kind in WRITES:
            _full(writer)
        with interrupted_soon(), pytest.raises(KeyboardInterrupt):
            WAITS[kind](writer, reader, LONG_MS)


@pytest.mark.parametrize("data", [TABLE, TABLE.to_batches()[0]], ids=["table", "batch"])
def test_whatever_a_signal_handler_raises_ends_a_write(data: pa.Table | pa.RecordBatch) -> None:
    class AlarmError(Exception):
        pass

    def ring(*_: object) -> None:
        raise AlarmError

    before = signal.signal(signal.SIGALRM, ring)
    try:
        with long_before_the_timeout(), both("alarm", buffer_count=2) as (writer, _):
            writer.write_arrow(data)
            writer.write_arrow(data)
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with pytest.raises(AlarmError):
                writer.write_arrow(data, timeout_ms=LONG_MS)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_signal_handler_that_raises_nothing_ends_nothing() -> None:
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _: rung.append(number))
    try:
        with both("patient", buffer_count=2) as (writer, reader):
            _full(writer)
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            later = threading.Timer(0.3, reader.read_arrow)
            later.start()
            writer.write_arrow(TABLE, timeout_ms=LONG_MS)
            later.join()
        assert rung == [signal.SIGALRM]
    finally:
        signal.signal(signal.SIGALRM, before)


def test_control_c_ends_a_write_that_waits_for_another_threads() -> None:
    with long_before_the_timeout(), both("turn", buffer_count=2) as (writer, reader):
        _full(writer)
        other = threading.Thread(target=writer.write_arrow, args=(TABLE,), kwargs={"timeout_ms": LONG_MS})
        other.start()
        with interrupted_soon(), pytest.raises(KeyboardInterrupt):
            writer.write_arrow(TABLE, timeout_ms=LONG_MS)
        reader.read_arrow()
        other.join()


def test_a_thread_that_would_wait_for_itself_is_told() -> None:
    with both("self", buffer_count=2) as (writer, reader):
        _full(writer)
        with pytest.raises(TimeoutError, match="wait for ever for its own thread"):
            writer.write_arrow(TABLE, timeout_ms=-1)
        assert reader.read_arrow() == TABLE
        writer.write_arrow(TABLE, timeout_ms=-1)


def test_a_producer_cannot_write_to_the_writer_that_writes_it() -> None:
    with both("inside") as (writer, reader):

        def batches() -> Iterator[pa.RecordBatch]:
            with pytest.raises(ValueError, match="in the middle of a write"):
                writer.write_arrow(TABLE)
            yield from TABLE.to_batches()

        writer.write_arrow(pa.RecordBatchReader.from_batches(TABLE.schema, batches()))
        assert reader.read_arrow() == TABLE


def test_control_c_inside_a_producer_is_no_failure_of_its_data() -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        yield from TABLE.to_batches()
        time.sleep(LONG_MS / 1000)

    with long_before_the_timeout(), both("generator") as (writer, reader):
        stream = pa.RecordBatchReader.from_batches(TABLE.schema, batches())
        with interrupted_soon(), pytest.raises(KeyboardInterrupt):
            writer.write_arrow(stream)
        del stream
        writer.write_arrow(TABLE)
        assert reader.read_arrow() == TABLE


def test_control_c_ends_a_write_that_waits_for_another_reader() -> None:
    with (
        long_before_the_timeout(),
        both("source", schema=TABLE.schema),
        qadataswap.create_reader("source", timeout_ms=LONG_MS) as source,
        both("target") as (writer, _),
        interrupted_soon(),
        pytest.raises(KeyboardInterrupt),
    ):
        writer.write_arrow(source)


@pytest.mark.parametrize("consume", [pl.DataFrame, pa.table], ids=["polars", "pyarrow"])
def test_control_c_ends_a_wait_inside_another_library(consume: Callable[[object], object]) -> None:
    def use(reader: qadataswap.Reader) -> None:
        try:
            consume(reader)
        finally:
            time.sleep(0.2)  # where Python looks at signals at last

    with (
        long_before_the_timeout(),
        both("inside", schema=TABLE.schema),
        qadataswap.create_reader("inside", timeout_ms=LONG_MS) as reader,
        interrupted_soon(),
        pytest.raises(KeyboardInterrupt),
    ):
        use(reader)


def test_control_c_loses_no_batch() -> None:
    with both("lossless", schema=TABLE.schema) as (writer, reader):
        with interrupted_soon(), pytest.raises(KeyboardInterrupt):
            reader.read_arrow(LONG_MS)
        writer.write_arrow(TABLE)
        writer.write_part(TABLE.to_batches()[0])
        assert reader.read_arrow() == TABLE
        with interrupted_soon(), pytest.raises(KeyboardInterrupt):
            reader.read_arrow(LONG_MS)
        writer.write_arrow(TABLE)
        assert reader.read_arrow() == pa.Table.from_batches(TABLE.to_batches() * 2)


def test_of_an_interrupted_message_nothing_is_seen() -> None:
    with both("whole", buffer_count=2) as (writer, reader):
        writer.write_arrow(TABLE)
        with interrupted_soon(), pytest.raises(KeyboardInterrupt):  # after the first of its batches
            writer.write_arrow(pa.Table.from_batches(TABLE.to_batches() * 2), timeout_ms=LONG_MS)
        assert writer.statistics().head == 2
        assert reader.read_arrow() == TABLE
        writer.write_arrow(TABLE.slice(1))
        assert reader.read_arrow() == TABLE.slice(1), "the message that was stopped in the middle was given up"


def test_a_process_that_was_interrupted_in_a_write_ends_at_once() -> None:
    with long_before_the_timeout():
        done = run_python(
            "import os, pyarrow, qadataswap, signal, sys, threading\n"
            "writer = qadataswap.create_writer('ends', 1, lifetime='until_closed')\n"
            "table = pyarrow.table({'a': [1]})\n"
            "writer.write_arrow(table)\n"
            "threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
            "writer.write_arrow(table, timeout_ms=int(sys.argv[1]))\n",
            str(LONG_MS),
        )
        assert "KeyboardInterrupt" in done.stderr


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
            thread.join(60)
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


def test_a_producer_is_read_in_the_thread_that_writes() -> None:
    threads: set[int] = set()

    def batches() -> Iterator[pa.RecordBatch]:
        for _ in range(5):
            threads.add(threading.get_ident())  # a cursor of sqlite3, for example, can't be used in another one
            yield from TABLE.to_batches()

    with both("thread") as (writer, _):
        writer.write_arrow(pa.RecordBatchReader.from_batches(TABLE.schema, batches()))
        assert threads == {threading.get_ident()}


def _readable(reader: qadataswap.Reader, seconds: float) -> bool:
    return bool(select.select([reader], [], [], seconds)[0])


@pytest.mark.parametrize("wait", ["adaptive", "poll"])
def test_a_descriptor_is_readable_while_there_is_something_to_read(wait: str) -> None:
    with (
        qadataswap.create_writer("s", lifetime="until_closed") as writer,
        qadataswap.create_reader("s", wait=wait) as reader,
    ):
        assert not _readable(reader, 0.03)
        writer.write_arrow(TABLE)
        assert _readable(reader, LONG_MS / 1000)
        read = reader.read_arrow(0)
        assert read is not None
        assert read.equals(TABLE)
        assert reader.read_arrow(0) is None
        assert not _readable(reader, 0.03)
        writer.finish()
        assert _readable(reader, LONG_MS / 1000)
        with pytest.raises(qadataswap.QadsEndOfStreamError):
            reader.read_arrow(0)
    with pytest.raises(qadataswap.QadsClosedError):
        reader.fileno()
