"""What was read stays as it is while anything made of it lives, and no longer; nothing is copied unless it must be."""

from __future__ import annotations

import gc
from collections.abc import Callable

import numpy as np
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
