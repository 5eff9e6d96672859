"""Who can be written, and who reads."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import datafusion
import duckdb
import nanoarrow
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pytest
import qadataswap
from polars.testing import assert_frame_equal

from helpers import TABLE, StreamOnly, both, send
from tests.agents.sources import Sources

PLAIN = pa.table({"number": [1, 2, 3], "text": ["a", "b", None]})

PRODUCERS: dict[str, Callable[[], Any]] = {
    "table": lambda: PLAIN,
    "record batch": lambda: PLAIN.to_batches()[0],
    "record batch reader": lambda: PLAIN.to_reader(),
    "struct array": lambda: PLAIN.to_struct_array().combine_chunks(),
    "chunked struct array": lambda: PLAIN.to_struct_array(),
    "polars data frame": lambda: pl.DataFrame(PLAIN),
    "polars lazy frame": lambda: pl.DataFrame(PLAIN).lazy(),
    "pandas": lambda: PLAIN.to_pandas(),
    "duckdb": lambda: duckdb.sql("select * from (values (1, 'a'), (2, 'b'), (3, null)) as t(number, text)"),
    "nanoarrow stream": lambda: nanoarrow.ArrayStream(PLAIN),
    "nanoarrow array": lambda: nanoarrow.c_array(PLAIN.to_batches()[0]),
    "datafusion": lambda: datafusion.SessionContext().from_arrow(PLAIN),
    "capsules only": lambda: StreamOnly(PLAIN),
}


@pytest.mark.parametrize("kind", PRODUCERS)
def test_whatever_speaks_arrow_can_be_written(kind: str) -> None:
    with both("producer") as (writer, reader):
        writer.write_arrow(PRODUCERS[kind]())
        arrived = reader.read_arrow()
        assert arrived is not None
        assert arrived.select(["number", "text"]).to_pylist() == PLAIN.to_pylist()


def test_what_was_read_can_be_written_again() -> None:
    with both("first") as (writer, reader), both("second") as (other_writer, other_reader):
        writer.write_arrow(TABLE)
        batch = reader.read_batch()
        assert batch is not None
        other_writer.write_arrow(batch)
        del batch
        writer.write_arrow(TABLE)
        writer.finish()
        other_writer.write_arrow(reader)
        assert other_reader.read_arrow() == TABLE
        assert other_reader.read_arrow() == TABLE


def test_a_lazy_frame_is_one_message_of_many_batches() -> None:
    frame = pl.DataFrame({"number": range(300_000)})
    with both("lazy") as (writer, reader):
        writer.write_arrow(frame.lazy().with_columns(twice=pl.col("number") * 2))
        arrived = reader.read_arrow()
        assert arrived is not None
        assert arrived["twice"].to_pylist() == (frame["number"] * 2).to_list()


CONSUMERS: dict[str, Callable[[Any], Any]] = {
    "pyarrow table": lambda reader: pa.table(reader).to_pylist(),
    "pyarrow reader": lambda reader: pa.RecordBatchReader.from_stream(reader).read_all().to_pylist(),
    "pyarrow dataset": lambda reader: (
        pa.dataset.Scanner.from_batches(pa.RecordBatchReader.from_stream(reader)).to_table().to_pylist()
    ),
    "polars": lambda reader: pl.DataFrame(reader).to_dicts(),
    "pandas": lambda reader: pd.DataFrame.from_arrow(reader).replace({np.nan: None}).to_dict("records"),
    "duckdb": lambda reader: duckdb.from_arrow(pa.RecordBatchReader.from_stream(reader)).arrow().read_all().to_pylist(),
    "nanoarrow": lambda reader: pa.table(nanoarrow.ArrayStream(reader)).to_pylist(),
    "datafusion": lambda reader: pa.table(datafusion.SessionContext().from_arrow(reader)).to_pylist(),
}


@pytest.mark.parametrize("kind", CONSUMERS)
def test_a_reader_is_a_stream_for_others(kind: str) -> None:
    send("consumer", PLAIN, PLAIN)
    with qadataswap.create_reader("consumer") as reader:
        assert CONSUMERS[kind](reader) == PLAIN.to_pylist() * 2
        del reader


def test_a_message_and_a_batch_are_for_others_too() -> None:
    send("parts", PLAIN, PLAIN)
    with qadataswap.create_reader("parts") as reader:
        assert pl.DataFrame(reader.read_message()).to_dicts() == PLAIN.to_pylist()
        assert pl.DataFrame(reader.read_batch()).to_dicts() == PLAIN.to_pylist()
        with pytest.raises(qadataswap.QadsEndOfStreamError, match="parts"):
            reader.read_batch(0)


def test_the_schema_is_a_capsule_too() -> None:
    with both("schema", schema=TABLE.schema) as (_, reader):
        assert pa.schema(reader) == TABLE.schema


def test_a_requested_schema_that_is_equal_is_honoured_and_another_one_is_refused() -> None:
    with both("requested") as (writer, reader):
        writer.write_arrow(TABLE)
        writer.finish()
        with pytest.raises(qadataswap.QadsSchemaMismatchError, match=r"requested_schema.*'number'"):
            reader.__arrow_c_stream__(TABLE.schema.set(0, pa.field("number", pa.int32())).__arrow_c_schema__())
        with pytest.raises(qadataswap.QadsSchemaMismatchError, match="'other'"):
            reader.__arrow_c_stream__(TABLE.rename_columns(["other", "text", "flag"]).schema.__arrow_c_schema__())
        batch = reader.read_batch()
        assert batch is not None
        with pytest.raises(qadataswap.QadsSchemaMismatchError):
            batch.__arrow_c_array__(pa.schema([]).__arrow_c_schema__())
        batch.__arrow_c_array__(TABLE.schema.with_metadata({"a": "b"}).__arrow_c_schema__())
        del batch
        assert pa.table(reader, schema=TABLE.schema).num_rows == 0


@pytest.mark.parametrize("name", ["real.planes", "real.penguins_raw", "real.spy_minute_201103"])
def test_polars_writes_and_reads_real_data(sources: Sources, name: str) -> None:
    frame = pl.DataFrame(StreamOnly(pa.Table.from_batches(sources.load(name).batches)))
    with both("real") as (writer, reader):
        writer.write_arrow(frame)
        assert_frame_equal(pl.DataFrame(reader.read_message()), frame)


def test_pandas_frames_of_any_length_follow_one_another() -> None:
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]})
    with both("frames") as (writer, reader):
        for part in (frame, frame.head(1), frame[frame["a"] > 1]):
            writer.write_arrow(part)
        arrived = [reader.read_arrow() for _ in range(3)]
    assert [table.column("a").to_pylist() for table in arrived if table is not None] == [[1, 2, 3], [1], [2, 3]]


def test_temporal_values_keep_their_meaning_through_pandas() -> None:
    frame = pd.DataFrame(
        {"when": [datetime.datetime(2026, 1, 2, 3, 4, 5), None], "how_long": pd.to_timedelta([1, 2], "s")}
    )
    with both("times") as (writer, reader):
        writer.write_arrow(frame)
        arrived = reader.read_arrow()
        assert arrived is not None
        pd.testing.assert_frame_equal(arrived.to_pandas(), frame)
