"""What is written is what is read, for every stream there is."""

from __future__ import annotations

import random
import threading

import pyarrow as pa
import pytest
import qadataswap
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import TABLE, StreamOnly, both, receive, send
from tests.agents.generate import TYPES, column
from tests.agents.sources import GOLDEN, REAL, SHAPES, Sources
from tests.agents.streams import Stream, assert_same

STREAMS = [
    *(f"golden.{key}" for key in GOLDEN),
    *(f"real.{key}" for key in REAL),
    *(f"shape.{key}" for key in SHAPES),
    *(f"type.{key}" for key in TYPES),
]


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_of_batches_arrives_unchanged(sources: Sources, name: str) -> None:
    stream = sources.load(name)
    with both("trip", schema=stream.schema) as (writer, reader):
        for batch in stream.batches:
            writer.write_arrow(batch)
        writer.finish()
        assert_same(Stream(reader.schema, list(reader)), stream)


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize(("offset", "length"), [(0, 5), (1, 64), (7, 9), (63, 2), (65, 1000)])
def test_slices_arrive_as_what_they_show(sources: Sources, name: str, offset: int, length: int) -> None:
    stream = sources.load(name).sliced(offset, length)
    with both("slice", schema=stream.schema) as (writer, reader):
        for batch in stream.batches:
            writer.write_arrow(batch)
        writer.finish()
        assert_same(Stream(reader.schema, list(reader)), stream)


@pytest.mark.parametrize("name", [name for name in STREAMS if not name.startswith("type.")])
def test_a_whole_stream_is_one_message(sources: Sources, name: str) -> None:
    stream = sources.load(name)
    with both("message") as (writer, reader):
        writer.write_arrow(pa.RecordBatchReader.from_batches(stream.schema, stream.batches))
        message = reader.read_message()
        assert message is not None
        assert message.num_rows == stream.rows
        arrived = pa.RecordBatchReader.from_stream(message)
        del message
        batches = list(arrived)
        if stream.batches:
            assert_same(Stream(arrived.schema, batches), stream)
        else:
            assert [batch.num_rows for batch in batches] == [0]


@pytest.mark.parametrize("name", ["golden.nested", "golden.dictionary", "type.union_dense", "shape.deep"])
def test_a_batch_may_be_exported_many_times(sources: Sources, name: str) -> None:
    stream = sources.load(name)
    with both("again", schema=stream.schema) as (writer, reader):
        writer.write_arrow(stream.batches[0])
        batch = reader.read_batch()
        assert batch is not None
        copies = [pa.record_batch(batch) for _ in range(3)]
        del batch
        for copy in copies:
            assert_same(Stream(copy.schema, [copy]), stream.part(0, 1))
        del copies, copy
        assert reader.statistics().held_batches == 0


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_batches_of_any_types_arrive_unchanged(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(TYPES)), min_size=1, max_size=4))
    rows = data.draw(st.lists(st.integers(0, 70), min_size=1, max_size=4))
    chance = random.Random(data.draw(st.integers(0, 2**32)))
    schema = pa.schema([pa.field(f"{number}", TYPES[name]) for number, name in enumerate(names)])
    batches = [
        pa.RecordBatch.from_arrays([column(name, count, chance) for name in names], schema=schema) for count in rows
    ]
    offset, length = data.draw(st.integers(0, 20)), data.draw(st.integers(0, 60))
    stream = Stream(schema, batches).sliced(offset, length)
    with both("any", buffer_count=len(rows), schema=schema) as (writer, reader):
        for batch in stream.batches:
            writer.write_arrow(batch)
        writer.finish()
        assert_same(Stream(reader.schema, list(reader)), stream)


def test_two_thousand_columns(sources: Sources) -> None:
    table = pa.table({f"column {number}": [number, None] for number in range(2000)})
    with both("wide") as (writer, reader):
        writer.write_arrow(table)
        writer.write_arrow(table.to_batches()[0])
        for _ in range(2):
            assert reader.read_arrow() == table


@pytest.mark.parametrize("rows", [0, 3])
def test_no_columns(rows: int) -> None:
    batch = pa.RecordBatch.from_struct_array(pa.array([{}] * rows, pa.struct([])))
    with both("bare") as (writer, reader):
        writer.write_arrow(batch)
        arrived = next(reader)
        assert (arrived.num_columns, arrived.num_rows) == (0, rows)


def test_no_rows_and_no_batches() -> None:
    empty = TABLE.schema.empty_table()
    with both("empty") as (writer, reader):
        writer.write_arrow(empty)
        writer.write_arrow(pa.RecordBatchReader.from_batches(TABLE.schema, []))
        for _ in range(2):
            arrived = reader.read_arrow()
            assert arrived is not None
            assert arrived.schema == TABLE.schema
            assert arrived.num_rows == 0


def test_a_message_larger_than_the_data_area_arrives_whole() -> None:
    table = pa.table({"number": range(200_000), "text": [str(number) for number in range(200_000)]})
    with both("large", capacity=256 << 10, buffer_count=4) as (writer, reader):
        thread = threading.Thread(target=writer.write_arrow, args=(table,))
        thread.start()
        arrived = reader.read_arrow()
        thread.join()
        assert arrived == table


def test_messages_and_batches_keep_their_numbers() -> None:
    with both("numbers") as (writer, reader):
        writer.write_arrow(pa.Table.from_batches(TABLE.to_batches() * 3))
        writer.write_arrow(TABLE)
        writer.write_arrow(pa.Table.from_batches(TABLE.to_batches() * 2), message_per_batch=True)
        message = reader.read_message()
        assert message is not None
        assert (message.sequence, message.num_rows) == (0, 9)
        batch = reader.read_batch()
        assert batch is not None
        assert (batch.sequence, batch.is_first, batch.is_last, batch.lost_before) == (3, True, True, 0)
        assert [one.num_rows for one in (reader.read_arrow(), reader.read_arrow()) if one is not None] == [3, 3]
        assert writer.statistics().messages == 4


def test_parts_make_a_message_and_can_be_given_up() -> None:
    batch = TABLE.to_batches()[0]
    with both("parts") as (writer, reader):
        writer.write_part(batch)
        writer.give_up_message()
        writer.write_part(batch)
        writer.write_arrow(batch)
        assert reader.read_arrow() == pa.Table.from_batches([batch, batch])
        assert reader.read_arrow(timeout_ms=0) is None


def test_a_message_of_parts_waits_for_room_and_stays_whole() -> None:
    batch = TABLE.to_batches()[0]
    with both("patient", buffer_count=2) as (writer, reader):
        writer.write_arrow(TABLE)
        writer.write_part(batch)
        timer = threading.Timer(0.1, reader.read_arrow)
        timer.start()
        writer.write_arrow(batch)  # there is no room until the timer reads
        timer.join()
        assert reader.read_arrow() == pa.Table.from_batches([batch, batch])


def test_what_is_unread_stays_for_a_later_reader() -> None:
    send("later", TABLE, StreamOnly(TABLE))
    assert receive("later") == [TABLE, TABLE]
    with pytest.raises(qadataswap.QadsNotFoundError, match="later"):
        qadataswap.create_reader("later")


def test_drop_oldest_says_what_was_lost() -> None:
    with (
        qadataswap.create_writer("lossy", 4, overflow="drop_oldest") as writer,
        qadataswap.create_reader("lossy") as strict,
        qadataswap.create_reader("lossy", loss="count") as lenient,
    ):
        for _ in range(10):
            writer.write_arrow(TABLE)
        with pytest.raises(qadataswap.QadsOverrunError, match=r"lossy.*6 batches"):
            strict.read_arrow()
        assert strict.read_arrow() == TABLE
        batch = lenient.read_batch()
        assert batch is not None
        assert (batch.lost_before, batch.sequence, lenient.statistics().lost) == (6, 6, 6)
        del batch
