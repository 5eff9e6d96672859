"""What was read stays as it is while anything made of it lives, and no longer; nothing is copied unless it must be."""

from __future__ import annotations

import contextlib
import gc
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import qadataswap

from helpers import TABLE, both

NUMBERS = pa.table({"number": pa.array(range(10_000), pa.int64()), "half": pa.array(np.arange(10_000) / 2)})

DERIVED: dict[str, Callable[[pa.RecordBatch], object]] = {
    "slice": lambda batch: batch.slice(10, 5),
    "column": lambda batch: batch.column("number"),
    "chunked": lambda batch: pa.Table.from_batches([batch]).column("half"),
    "buffer": lambda batch: batch.column("number").buffers()[1],
    "numpy": lambda batch: batch.column("number").to_numpy(),
    "memoryview": lambda batch: memoryview(batch.column("number").buffers()[1]),
    "polars": lambda batch: pl.DataFrame(batch),
    "polars slice": lambda batch: pl.DataFrame(batch)["number"][5:10],
    "pandas": lambda batch: batch.to_pandas(zero_copy_only=False, split_blocks=True),
    "capsule": lambda batch: batch.__arrow_c_array__(),
}


@pytest.mark.parametrize("kind", DERIVED)
def test_what_is_made_of_a_batch_keeps_it_alive(kind: str) -> None:
    with both("derived", buffer_count=4) as (writer, reader):
        writer.write_arrow(NUMBERS)
        derived = DERIVED[kind](next(reader))
        gc.collect()
        assert reader.statistics().held_batches == 1
        before = _values(derived)
        for _ in range(12):  # three times around the ring
            writer.write_arrow(
                pa.table({name: NUMBERS[name].slice(0, 0).combine_chunks() for name in ("number", "half")})
            )
            assert reader.read_batch() is not None
        assert _values(derived) == before
        del derived
        gc.collect()
        assert reader.statistics().held_batches == 0


def _values(derived: object) -> object:
    for method in ("to_pylist", "to_list", "tolist", "to_pybytes"):
        if (found := getattr(derived, method, None)) is not None:
            return found()
    return str(derived) if not isinstance(derived, tuple) else None


def test_a_batch_outlives_its_reader_its_writer_and_its_name() -> None:
    with both("outlives") as (writer, reader):
        writer.write_arrow(NUMBERS)
        table = reader.read_arrow()
        del reader
    assert table == NUMBERS
    del table, writer
    gc.collect()


def test_a_message_or_batch_can_be_let_go_early() -> None:
    with both("early") as (writer, reader):
        for _ in range(2):
            writer.write_arrow(NUMBERS)
        message, batch = reader.read_message(), reader.read_batch()
        assert message is not None
        assert batch is not None
        assert reader.statistics().held_batches == 2
        message.release()
        batch.release()
        batch.release()
        assert reader.statistics().held_batches == 0
        for use in (message.__arrow_c_stream__, batch.__arrow_c_array__):
            with pytest.raises(qadataswap.QadsClosedError, match="released"):
                use()


def _ranges(name: str) -> list[tuple[int, int]]:
    with open("/proc/self/maps") as maps:
        lines = [line.split() for line in maps if f"qads_{name}" in line]
    return [(int(low, 16), int(high, 16)) for low, _, high in (line[0].partition("-") for line in lines)]


def _is_inside(address: int, name: str) -> bool:
    return any(low <= address < high for low, high in _ranges(name))


def test_reading_copies_nothing() -> None:
    with both("addresses") as (writer, reader):
        writer.write_arrow(NUMBERS)
        writer.write_arrow(NUMBERS)
        writer.write_arrow(NUMBERS)
        batch, table = next(reader), reader.read_arrow()
        assert table is not None
        for column in (*batch.columns, *(one.chunk(0) for one in table.columns)):
            assert _is_inside(column.buffers()[1].address, "addresses")
        frame = pl.DataFrame(reader.read_batch())
        for name in frame.columns:
            assert _is_inside(frame[name].to_arrow().buffers()[1].address, "addresses")
        del batch, table, frame, column


def test_polars_takes_string_views_without_a_copy() -> None:
    texts = pl.DataFrame({"text": [f"a text that is longer than a view can hold: {number}" for number in range(100)]})
    with both("views") as (writer, reader):
        writer.write_arrow(texts)
        frame = pl.DataFrame(reader.read_batch())
        assert frame.equals(texts)
        array = pa.array(frame["text"].to_arrow(compat_level=pl.CompatLevel.newest()))
        assert _is_inside(array.buffers()[1].address, "views")
        del frame, array


def test_what_was_read_cannot_be_written_to() -> None:
    with both("readonly") as (writer, reader):
        writer.write_arrow(NUMBERS)
        array = next(reader).column("number").to_numpy()
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 7
        del array


def test_memory_of_the_segment_is_published_in_place() -> None:
    with both("place") as (writer, reader):
        memory = writer.allocate(8 * 1000)
        assert len(memory) == 8000
        assert memory.address % 64 == 0
        values = np.frombuffer(memoryview(memory), np.int64)
        values[:] = np.arange(1000)
        array = pa.Array.from_buffers(pa.int64(), 1000, [None, pa.py_buffer(memory)])
        writer.write_arrow(pa.table({"in place": array, "outside": pa.array(range(1000))}))
        inside, outside = writer.last_write()
        assert (inside.bytes_copied, inside.bytes_referenced, inside.reason) == (0, 8000, "none")
        assert (outside.bytes_copied, outside.bytes_referenced, outside.reason) == (8000, 0, "outside")
        assert writer.statistics().bytes_referenced == 8000
        table = reader.read_arrow()
        assert table is not None
        assert table["in place"].to_pylist() == list(range(1000))
        del table, memory, values, array


def test_an_allocation_lives_as_long_as_anything_made_of_it() -> None:
    with both("allocation", capacity=1 << 20) as (writer, _):
        view = np.frombuffer(memoryview(writer.allocate(600_000)), np.uint8)
        gc.collect()
        with pytest.raises(qadataswap.QadsTimeoutError, match="allocation"):
            writer.allocate(600_000, timeout_ms=20)
        view[:] = 7
        assert view.sum() == 7 * 600_000
        del view
        gc.collect()
        memory = writer.allocate(600_000, timeout_ms=20)
        with memoryview(memory) as bytes_of_it:
            assert not bytes_of_it.readonly
        del memory
        assert len(writer.allocate(0)) == 0
        with pytest.raises(qadataswap.QadsInvalidError):
            writer.allocate(-1)


def test_an_allocation_outlives_its_writer() -> None:
    with both("survivor") as (writer, _):
        memory = memoryview(writer.allocate(100))
    del writer, _
    memory[:] = bytes(range(100))
    assert bytes(memory) == bytes(range(100))
    memory.release()


def test_slices_say_why_they_were_copied() -> None:
    with both("why") as (writer, _):
        memory = writer.allocate(8 * 100)
        array = pa.Array.from_buffers(pa.int64(), 100, [None, pa.py_buffer(memory)])
        writer.write_arrow(pa.record_batch({"a": array}).slice(3))
        (report,) = writer.last_write()
        assert report.reason == "alignment"
        assert report.bytes_copied > 0
        del memory, array


def test_statistics_count() -> None:
    with both("figures", buffer_count=5) as (writer, reader):
        writer.write_arrow(TABLE)
        writer.write_arrow(TABLE)
        assert reader.read_arrow() is not None
        (state,) = writer.readers()
        assert (state.lag, state.position, state.alive, state.evicted) == (1, 1, True, False)
        statistics = writer.statistics()
        assert (statistics.messages, statistics.rows, statistics.head, statistics.buffer_count) == (2, 6, 2, 5)
        assert (statistics.overflow, statistics.lifetime) == ("block", "until_closed")
        assert statistics.writer_alive
        reading = reader.statistics()
        assert (reading.batches, reading.rows, reading.lost, reading.position, reading.head) == (1, 3, 0, 1, 2)
        assert qadataswap.list_segments() == ["figures"]
        assert qadataswap.inspect_segment("figures")[0].uuid == statistics.uuid


ENDS = ("memory", "published", "read", "writer")


@pytest.mark.parametrize("order", list(itertools.permutations(ENDS)), ids=" ".join)
def test_memory_of_the_segment_may_go_in_any_order(order: tuple[str, ...]) -> None:
    """Before it was published or after, before the writer or after: who still holds a batch sees what it was."""
    with both("order", capacity=1 << 20) as (writer, reader):
        held: dict[str, Any] = {"memory": writer.allocate(8000)}
        np.frombuffer(held["memory"], np.int64)[:] = np.arange(1000)
        buffer = pa.py_buffer(held["memory"])
        held["published"] = pa.record_batch([pa.Array.from_buffers(pa.int64(), 1000, [None, buffer])], ["number"])
        del buffer
        writer.write_arrow(held["published"])
        held["read"] = reader.read_record_batch()
        for end in order:
            if end == "writer":
                writer.finish()
                writer.close()
            else:
                del held[end]
            gc.collect()
            for batch in (held.get("read"), held.get("published")):
                assert batch is None or batch["number"].to_pylist() == list(range(1000))
        batch = None
        assert reader.statistics().held_batches == 0


def test_memory_that_was_never_published_or_is_read_no_more_is_used_again() -> None:
    with both("again", capacity=1 << 20) as (writer, reader):
        for number in range(20):
            memory = writer.allocate(600_000, timeout_ms=1000)
            if number % 2:
                writer.write_arrow(pa.record_batch({"byte": np.frombuffer(memoryview(memory), np.uint8)}))
                assert writer.last_write()[0].bytes_copied == 0
                assert reader.read_record_batch() is not None
            del memory
            gc.collect()


BUILT: dict[str, Callable[[qadataswap.Writer], Any]] = {
    "numpy, out=": lambda writer: pa.record_batch(
        {"a": np.multiply(np.arange(1000), 2, out=np.frombuffer(memoryview(writer.allocate(8000)), np.int64))}
    ),
    "pyarrow, cast of a memoryview": lambda writer: pa.record_batch(
        {"a": np.asarray(_filled(memoryview(writer.allocate(8000)).cast("q")))}
    ),
    "polars, series of an array": lambda writer: pl.DataFrame({"a": pl.from_arrow(_array(writer))}),
    "pandas, series of an array": lambda writer: pd.DataFrame({"a": _array(writer).to_numpy()}, copy=False),
    "pyarrow, table of chunks": lambda writer: pa.table({"a": pa.chunked_array([_array(writer)])}),
}
"""Ways to build 0, 2, 4, … in memory of the segment."""


def _filled(values: memoryview) -> memoryview:
    for row in range(1000):
        values[row] = 2 * row
    return values


def _array(writer: qadataswap.Writer) -> pa.Array:
    values = np.frombuffer(memoryview(writer.allocate(8000)), np.int64)
    values[:] = 2 * np.arange(1000)
    return pa.Array.from_buffers(pa.int64(), 1000, [None, pa.py_buffer(values)])


@pytest.mark.parametrize("way", BUILT)
def test_what_libraries_build_in_the_segment_is_not_copied(way: str) -> None:
    with both("built") as (writer, reader):
        writer.write_arrow(BUILT[way](writer))
        (report,) = writer.last_write()
        assert (report.bytes_copied, report.bytes_referenced, report.reason) == (0, 8000, "none")
        table = reader.read_arrow()
        assert table is not None
        assert table["a"].to_pylist() == list(range(0, 2000, 2))
        del table


def test_the_report_says_of_each_column_why_it_was_copied() -> None:
    def in_place(data: bytes) -> pa.Buffer:
        memory = writer.allocate(len(data))
        memoryview(memory)[:] = data
        return pa.py_buffer(memory)

    with both("why") as (writer, _):
        offsets = in_place(np.arange(0, 808, 8, dtype=np.int32).tobytes())
        texts = pa.Array.from_buffers(pa.string(), 100, [None, offsets, in_place(b"12345678" * 100)])
        flags = pa.Array.from_buffers(pa.bool_(), 100, [None, in_place(bytes(range(13)))])
        numbers = pa.Array.from_buffers(pa.int64(), 100, [None, in_place(bytes(800))])
        batch = pa.record_batch({"texts": texts, "flags": flags, "numbers": numbers, "outside": [0] * 100})
        for first, reasons in {
            0: ["none", "none", "none", "outside"],
            3: ["rebased", "bit_offset", "alignment", "outside"],
            64: ["rebased", "alignment", "none", "outside"],
        }.items():
            writer.write_arrow(batch.slice(first))
            assert [report.reason for report in writer.last_write()] == reasons
        del offsets, texts, flags, numbers, batch


def _private_kib() -> int:
    with open("/proc/self/smaps_rollup") as figures:
        return sum(int(line.split()[1]) for line in figures if line.startswith(("Private_Dirty:", "Private_Clean:")))


def test_an_attached_reader_takes_little_memory_of_its_own() -> None:
    """64 KiB each: what the project promises. The first ones pay for what all of them share."""
    with qadataswap.create_writer("many", lifetime="until_closed") as writer, contextlib.ExitStack() as readers:
        writer.write_arrow(NUMBERS)

        def attach(count: int) -> None:
            for _ in range(count):
                reader = readers.enter_context(qadataswap.create_reader("many"))
                assert next(reader).num_rows == 10_000

        attach(8)
        before = _private_kib()
        attach(32)
        assert (_private_kib() - before) / 32 <= 64
