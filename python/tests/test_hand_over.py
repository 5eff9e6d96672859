"""What a batch takes its short ways through: the schema that is known already, structs that are shared, or moved."""

from __future__ import annotations

import ctypes
import gc

import polars as pl
import pyarrow as pa
import pytest
import qadataswap

from helpers import both

SCHEMA = pa.schema([("number", pa.int64()), ("text", pa.string())], {"about": "numbers"})
ARRAY_BYTES = 80  # of struct ArrowArray
RELEASE_AT = 64  # in it


def _batch(schema: pa.Schema, *numbers: int) -> pa.RecordBatch:
    return pa.record_batch([pa.array(numbers, schema.field(0).type), [str(number) for number in numbers]], schema)


def test_batches_of_one_schema_arrive_whoever_made_the_schema() -> None:
    same = pa.schema(list(SCHEMA), SCHEMA.metadata)
    other_metadata = SCHEMA.with_metadata({"about": "others"})
    with both("known") as (writer, reader):
        for number, schema in enumerate([SCHEMA, SCHEMA, same, other_metadata, other_metadata, SCHEMA]):
            writer.write_arrow(_batch(schema, number, number + 1))
            got = reader.read_record_batch()
            assert got is not None
            assert got.equals(_batch(SCHEMA, number, number + 1), check_metadata=True)


@pytest.mark.parametrize(
    "other",
    [
        pa.schema([("number", pa.int32()), ("text", pa.string())]),
        pa.schema([("other", pa.int64()), ("text", pa.string())]),
        pa.schema([pa.field("number", pa.int64(), nullable=False), ("text", pa.string())]),
        pa.schema([("number", pa.int64()), pa.field("text", pa.string(), metadata={"a": "b"})]),
    ],
    ids=["type", "name", "nullability", "metadata of a field"],
)
def test_another_schema_is_refused_after_one_that_is_known(other: pa.Schema) -> None:
    with both("mismatch") as (writer, reader):
        for _ in range(2):
            writer.write_arrow(_batch(SCHEMA, 1))
            with pytest.raises(qadataswap.QadsSchemaMismatchError):
                writer.write_arrow(_batch(other, 2))
        writer.finish()
        assert [batch["number"].to_pylist() for batch in reader] == [[1], [1]]


def test_the_order_of_a_dictionary_belongs_to_the_schema() -> None:
    def coded(ordered: bool) -> pa.RecordBatch:
        return pa.record_batch({"a": pa.DictionaryArray.from_arrays([0], ["x"], ordered=ordered)})

    with both("order") as (writer, _):
        writer.write_arrow(coded(True))
        with pytest.raises(qadataswap.QadsSchemaMismatchError):
            writer.write_arrow(coded(False))


def test_a_batch_that_cannot_be_imported_is_let_go() -> None:
    def fails(address: int, schema: pa.Schema) -> pa.RecordBatch:
        raise ValueError(f"{address != 0} {schema.names}")

    with both("fails") as (writer, reader):
        writer.write_arrow(_batch(SCHEMA, 1))
        with pytest.raises(ValueError, match=r"True \['number', 'text'\]"):
            reader._core.next_imported(fails, SCHEMA, 0)
        assert reader.statistics().held_batches == 0
        assert reader._core.next_imported(fails, SCHEMA, 0) is None


def test_a_message_for_one_consumer_is_handed_over_once() -> None:
    with both("once") as (writer, reader):
        writer.write_arrow(_batch(SCHEMA, 1, 2))
        message = reader._core.next_stream(0)
        assert message is not None
        assert message.num_rows == 2
        assert pl.DataFrame(message)["number"].to_list() == [1, 2]
        with pytest.raises(qadataswap.QadsClosedError, match="moved"):
            message.__arrow_c_stream__()
        gc.collect()
        assert reader.statistics().held_batches == 0
        assert reader._core.next_stream(0) is None


def _struct_of(capsule: object) -> int:
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    address: int = pointer(capsule, b"arrow_array")
    return address


def test_a_column_that_was_moved_out_of_its_batch_outlives_it() -> None:
    kind = pa.list_(pa.dictionary(pa.int8(), pa.string()))
    values = [["a", "b"], None, ["a"]]
    with both("moved") as (writer, reader):
        writer.write_arrow(pa.record_batch({"number": [1, 2, 3], "coded": pa.array(values, kind)}))
        batch = reader.read_batch()
        assert batch is not None
        schema, array = batch.__arrow_c_array__()
        children = ctypes.cast(_struct_of(array) + 48, ctypes.POINTER(ctypes.c_void_p))[0]
        column = ctypes.cast(children, ctypes.POINTER(ctypes.c_void_p))[1]
        assert column is not None
        moved = ctypes.create_string_buffer(ctypes.string_at(column, ARRAY_BYTES), ARRAY_BYTES)
        ctypes.memset(column + RELEASE_AT, 0, 8)
        del schema, array, batch
        gc.collect()
        assert reader.statistics().held_batches == 1
        taken = pa.Array._import_from_c(ctypes.addressof(moved), kind)
        assert taken.to_pylist() == values
        del taken
        gc.collect()
        assert reader.statistics().held_batches == 0


def test_polars_frames_of_plain_types_are_still_looked_at() -> None:
    with both("looked") as (writer, _):
        with pytest.raises(qadataswap.QadsUnsupportedTypeError, match="Object"):
            writer.write_arrow(pl.DataFrame({"plain": [1], "object": pl.Series([object()], dtype=pl.Object)}))
        with pytest.raises(qadataswap.QadsUnsupportedTypeError, match="NUL"):
            writer.write_arrow(pl.DataFrame({"plain": [1], "a\0b": [2]}))
        with pytest.raises(qadataswap.QadsUnsupportedTypeError, match="NUL"):
            writer.write_arrow(pl.DataFrame({"plain": [1], "row": [{"a\0b": 2}]}))
