"""Tables of unusual shapes and sizes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import qadataswap

from helpers import both

ROOM = 64 << 20
HUGE = 3 << 30
ROWS = 32 << 20
"""Of one batch of int64: 256 MiB, four times the room there is."""

NOTHING: dict[str, tuple[Callable[[], Any], int, int]] = {
    "polars, no columns": (lambda: pl.DataFrame(), 0, 0),
    "polars, no columns but rows": (lambda: pl.DataFrame(height=3), 0, 3),
    "polars, no rows": (lambda: pl.DataFrame({"a": [1], "b": ["x"]}).clear(), 2, 0),
    "polars lazy, no rows": (lambda: pl.LazyFrame({"a": [1], "b": ["x"]}).filter(pl.col("a") > 1), 2, 0),
    "pandas, no columns": (lambda: pd.DataFrame(), 0, 0),
    "pandas, no rows": (lambda: pd.DataFrame({"a": [1], "b": ["x"]}).iloc[:0], 2, 0),
    "pyarrow table, no columns": (lambda: pa.table({}), 0, 0),
    "pyarrow table, no rows": (lambda: pa.table({"a": [1], "b": ["x"]}).slice(1), 2, 0),
    "pyarrow batch, no columns": (lambda: pa.RecordBatch.from_arrays([], names=[]), 0, 0),
    "pyarrow batch, no rows": (lambda: pa.record_batch({"a": [1], "b": ["x"]}).slice(1), 2, 0),
}


@pytest.mark.parametrize("kind", NOTHING)
def test_a_frame_without_columns_or_rows_arrives(kind: str) -> None:
    make, columns, rows = NOTHING[kind]
    with both("nothing") as (writer, reader):
        for _ in range(2):
            writer.write_arrow(make())
        table = reader.read_arrow()
        assert table is not None
        assert (table.num_columns, table.num_rows) == (columns, rows)
        message = reader.read_message()
        assert message is not None
        assert message.num_rows == rows
        assert pl.DataFrame(message).width == columns
        assert reader.read_batch(0) is None


@pytest.mark.parametrize("library", [pa.table, pa.record_batch, pl.DataFrame, pd.DataFrame])
def test_two_thousand_columns_arrive(library: Callable[[Any], Any]) -> None:
    columns = {f"column {number}": [number, -number] for number in range(2000)}
    with both("wide") as (writer, reader):
        writer.write_arrow(library(columns))
        writer.write_arrow(library(columns))
        arrived, frame = reader.read_arrow(), pl.DataFrame(reader.read_message())
        assert arrived is not None
        assert arrived.to_pydict() == columns
        assert frame.to_dict(as_series=False) == columns
        del arrived, frame


def test_five_million_rows_arrive_as_one_batch() -> None:
    rows = 5_000_000
    numbers = np.arange(rows)
    batch = pa.record_batch(
        {
            "number": pa.array(numbers, mask=numbers % 3 == 0),
            "flag": pa.array(numbers % 7 == 0),
            "text": pa.array(numbers % 1000).cast(pa.string()),
        }
    )
    with both("long") as (writer, reader):
        writer.write_arrow(batch)
        arrived = next(reader)
        assert arrived.num_rows == rows
        assert arrived.equals(batch)
        del arrived


def test_three_gigabytes_pass_through_sixty_four_megabytes() -> None:
    """One message whose batches are larger than the data area, so that each is cut; no two have the same values."""
    values = pa.array(np.arange(ROWS + 100))
    batches = [pa.record_batch({"value": values.slice(number, ROWS)}) for number in range(HUGE // (8 * ROWS))]
    reading = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("reads_huge.py")), "huge", str(ROWS)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with qadataswap.create_writer("huge", capacity=ROOM, lifetime="until_closed") as writer:
            writer.wait_readers(1)
            writer.write_arrow(pa.Table.from_batches(batches))
            writer.finish()
            writer.wait_drained()
            statistics = writer.statistics()
        out, _ = reading.communicate(timeout=60)
    finally:
        reading.kill()
    assert out == f"{ROWS * len(batches)} rows of 1 message\n"
    assert statistics.messages == 1
    assert statistics.bytes_copied >= HUGE
    assert statistics.reserved_bytes <= ROOM
