"""Libraries that we didn't write, as consumers of a reader: how each takes it, and how what it gives is compared.

Four of them know all of Arrow and must give the very same rows and types. polars and DuckDB have fewer types: what they
make of a type is written down here, and the values must be those of the source cast to it. pandas has none of Arrow's:
it must make of the segment what it makes of the file, and have the source's values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import datafusion
import duckdb
import nanoarrow
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset
import qadataswap

from tests.agents.streams import Stream, assert_same_batch, assert_same_rows

Check = Callable[[qadataswap.Reader, Stream], None]


@dataclass(frozen=True)
class Consumer:
    """One library."""

    name: str
    check: Check
    """Reads all of the reader, and fails unless it is the stream."""
    refuses: dict[str, str]
    """Streams that it can't take, and the error that it must raise then, as a regular expression."""


# ---- All of Arrow ---------------------------------------------------------------------------------------------------


def _same(table: pa.Table, source: Stream) -> None:
    assert_same_rows(Stream(table.schema, table.to_batches()), source)


def _record_batch_reader(reader: qadataswap.Reader, source: Stream) -> None:
    _same(pa.RecordBatchReader.from_stream(reader).read_all(), source)


def _dataset(reader: qadataswap.Reader, source: Stream) -> None:
    batches = pa.RecordBatchReader.from_stream(reader)
    _same(pa.dataset.Scanner.from_batches(batches).to_table(), source)


def _nanoarrow(reader: qadataswap.Reader, source: Stream) -> None:
    _same(pa.RecordBatchReader.from_stream(nanoarrow.ArrayStream(reader)).read_all(), source)


def _datafusion(reader: qadataswap.Reader, source: Stream) -> None:
    # With more partitions it hands out batches in any order.
    context = datafusion.SessionContext(datafusion.SessionConfig().with_target_partitions(1))
    batches = context.from_arrow(reader).collect()
    for place, field in enumerate(source.schema):
        if pa.types.is_map(field.type) and field.type.keys_sorted:
            # It forgets that a map's keys are sorted.
            assert not any(batch.schema.field(place).type.keys_sorted for batch in batches)
            batches = [batch.set_column(place, field, batch.column(place).cast(field.type)) for batch in batches]
    _same(pa.Table.from_batches(batches), source)


# ---- Fewer types ----------------------------------------------------------------------------------------------------


def _decoded(source: pa.DataType) -> pa.DataType:
    """The type of the values, where a type has codes for them, or runs of them."""
    if isinstance(source, pa.BaseExtensionType):
        return _decoded(source.storage_type)
    if pa.types.is_dictionary(source) or pa.types.is_run_end_encoded(source):
        return _decoded(source.value_type)
    if pa.types.is_list(source):
        return pa.list_(source.value_field.with_type(_decoded(source.value_type)))
    if pa.types.is_large_list(source):
        return pa.large_list(source.value_field.with_type(_decoded(source.value_type)))
    return source


LIST_VIEWS = (pa.lib.Type_LIST_VIEW, pa.lib.Type_LARGE_LIST_VIEW)


def _cast(column: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    if isinstance(column.type, pa.BaseExtensionType):
        column = column.cast(column.type.storage_type)
    if column.type.id in LIST_VIEWS:
        # Not a cast: pyarrow 26 ends the process over what that makes of list views.
        column = pa.chunked_array([pa.array(column.to_pylist(), pa.list_(column.type.value_type))])
    if pa.types.is_run_end_encoded(column.type):
        column = pc.run_end_decode(column)
    return column.cast(wanted)


def _batch(column: pa.ChunkedArray) -> pa.RecordBatch:
    return pa.record_batch({"": column.combine_chunks()})


def _same_values(table: pa.Table, wanted: pa.Table, types: list[pa.DataType]) -> None:
    """Fails unless the columns have these types, and the wanted values."""
    assert table.column_names == wanted.column_names
    for name, column, other, kind in zip(table.column_names, table.columns, wanted.columns, types, strict=True):
        assert column.type.equals(kind), f"column {name}: {column.type} instead of {kind}"
        values = _decoded(kind)
        assert_same_batch(_batch(_cast(column, values)), _batch(_cast(other, values)), f"column {name}")


def polars_type(source: pa.DataType) -> pa.DataType:
    """What a column is after it was in a polars frame."""
    if isinstance(source, pa.JsonType):
        return pa.json_(pa.large_string())
    if isinstance(source, pa.UuidType):
        return pa.large_binary()
    if pa.types.is_dictionary(source):
        values = polars_type(source.value_type)
        return pa.dictionary(pa.uint32(), values) if pa.types.is_large_string(values) else values
    if pa.types.is_string(source) or pa.types.is_string_view(source):
        return pa.large_string()
    if pa.types.is_binary(source) or pa.types.is_binary_view(source) or pa.types.is_fixed_size_binary(source):
        return pa.large_binary()
    if pa.types.is_list(source):
        return pa.large_list(source.value_field.with_type(polars_type(source.value_type)))
    if pa.types.is_struct(source):
        return pa.struct([field.with_type(polars_type(field.type)) for field in source])
    if pa.types.is_map(source):
        return pa.map_(polars_type(source.key_type), source.item_field.with_type(polars_type(source.item_type)))
    if pa.types.is_date64(source):
        return pa.timestamp("ms")
    if pa.types.is_time(source):
        return pa.time64("ns")
    if pa.types.is_timestamp(source) and source.unit == "s":
        return pa.timestamp("ms", source.tz)
    return source


def _polars(reader: qadataswap.Reader, source: Stream) -> None:
    types = [polars_type(field.type) for field in source.schema]
    _same_values(pl.DataFrame(reader).to_arrow(), _times_of_day(source), types)


def _times_of_day(source: Stream) -> pa.Table:
    """golden.datetime has times beyond the end of the day, which Arrow forbids: polars makes nulls of them."""
    table = pa.Table.from_batches(source.batches, source.schema)
    for place, field in enumerate(source.schema):
        if pa.types.is_time(field.type):
            column = table.column(place).cast(pa.time64("ns"))
            of_day = pc.less(column.cast(pa.int64()), 24 * 60 * 60 * 10**9)
            table = table.set_column(place, field.name, pc.if_else(of_day, column, None))
    return table


def duckdb_type(source: pa.DataType, zone: str) -> pa.DataType:
    """What a column is after it was in DuckDB. zone: the session's, in which all instants come back."""
    if pa.types.is_dictionary(source) or pa.types.is_run_end_encoded(source):
        return duckdb_type(source.value_type, zone)
    if pa.types.is_large_string(source) or pa.types.is_string_view(source):
        return pa.string()
    if pa.types.is_large_binary(source) or pa.types.is_binary_view(source) or pa.types.is_fixed_size_binary(source):
        return pa.binary()
    if pa.types.is_list(source) or pa.types.is_large_list(source) or source.id in LIST_VIEWS:
        return pa.list_(pa.field("l", duckdb_type(source.value_type, zone)))
    if pa.types.is_map(source):
        return pa.map_(source.key_type, source.item_field)
    if isinstance(source, pa.BaseExtensionType):
        return duckdb_type(source.storage_type, zone)
    if pa.types.is_date64(source):
        return pa.date32()
    if pa.types.is_time32(source):
        return pa.time64("us")
    if pa.types.is_timestamp(source) and source.tz:
        return pa.timestamp("ns" if source.unit == "ns" else "us", zone)
    return source


def _duckdb(reader: qadataswap.Reader, source: Stream) -> None:
    with duckdb.connect() as connection:
        table = connection.from_arrow(reader).to_arrow_table()
    zones = {field.type.tz for field in table.schema if pa.types.is_timestamp(field.type)} - {None}
    assert len(zones) <= 1
    zone = "".join(zones)
    wanted = pa.Table.from_batches(source.batches, source.schema)
    for place, field in enumerate(source.schema):
        if pa.types.is_date64(field.type):
            # golden.datetime has dates with a time of day, which Arrow forbids; DuckDB keeps the day.
            wanted = wanted.set_column(place, field.name, wanted.column(place).cast(pa.date32(), safe=False))
        if isinstance(field.type, pa.UuidType):
            texts = [None if one is None else str(one) for one in wanted.column(place).to_pylist()]
            wanted = wanted.set_column(place, field.name, pa.chunked_array([pa.array(texts, pa.string())]))
        if pa.types.is_duration(field.type):
            # They become intervals, of microseconds.
            table = table.set_column(place, field.name, _from_intervals(table.column(place)))
            wanted = wanted.set_column(place, field.name, wanted.column(place).cast(pa.duration("us"), safe=False))
    _same_values(table, wanted, [duckdb_type(field.type, zone) for field in wanted.schema])


def _from_intervals(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Intervals without months as durations."""
    values = [None if one is None else (one.months, one.days, one.nanoseconds) for one in column.to_pylist()]
    assert all(value is None or value[0] == 0 for value in values)
    micros = [None if value is None else value[1] * 86_400_000_000 + value[2] // 1000 for value in values]
    return pa.chunked_array([pa.array(micros, pa.int64()).cast(pa.duration("us"))])


# ---- No type of Arrow's ---------------------------------------------------------------------------------------------


def _pandas(reader: qadataswap.Reader, source: Stream) -> None:
    frame = pd.DataFrame.from_arrow(reader)
    table = pa.Table.from_batches(source.batches, source.schema)
    pd.testing.assert_frame_equal(frame, pd.DataFrame.from_arrow(table), check_exact=True)
    for name, column in zip(table.column_names, table.columns, strict=True):
        assert frame[name].isna().tolist() == column.is_null(nan_is_null=True).to_pylist(), name
        if pa.types.is_nested(column.type):
            continue  # arrays of numpy's, which Python doesn't compare with lists
        if frame[name].dtype == "float64":
            column = column.cast(pa.float64(), safe=False)  # integers, where there are nulls among them
        values = [value for value in column.to_pylist() if value is not None and value == value]
        assert frame[name].dropna().tolist() == values, name


NO_UNION = "(?i)union"
NO_NULL_CATEGORY = "Categorical categories cannot be null"

CONSUMERS = (
    Consumer("pyarrow.dataset", _dataset, {"golden.union": "Multiple matches"}),
    Consumer("nanoarrow", _nanoarrow, {}),
    Consumer("DataFusion", _datafusion, {"golden.union": "duplicate qualified field name"}),
    Consumer(
        "polars",
        _polars,
        {
            "golden.extension": "Dictionary Array must contain a dictionary",
            "golden.interval": "DaysMs",
            "golden.union": "more than one occurrence",
            "bundle.numbers": "Decimal scale is not a valid integer",
            "bundle.times": "MonthDayNano",
            "bundle.nested": re.escape('datatype "+vl"'),
            "bundle.unions": "Union",
        },
    ),
    Consumer(
        "DuckDB",
        _duckdb,
        {
            "golden.interval": "Could not convert Interval",
            "golden.union": NO_UNION,
            "bundle.numbers": "Unsupported Internal Arrow Type e",
            "bundle.unions": NO_UNION,
        },
    ),
    Consumer(
        "pandas",
        _pandas,
        {
            "golden.datetime": "hour must be in 0..23",
            "golden.dictionary": NO_NULL_CATEGORY,
            "golden.extension": NO_NULL_CATEGORY,
            "golden.interval": "month_interval",
            "golden.union": NO_UNION,
            "bundle.times": "non-zero nanoseconds",
            "bundle.unions": NO_UNION,
            "bundle.coded": NO_NULL_CATEGORY,
        },
    ),
    Consumer("pyarrow.RecordBatchReader", _record_batch_reader, {}),
)
