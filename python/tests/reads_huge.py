"""Reads what test_extremes writes, in a process of its own, and compares every value."""

from __future__ import annotations

import sys

import numpy as np
import pyarrow as pa
import qadataswap


def main(name: str, rows_of_batch: int) -> None:
    """Row r of written batch b is b + r."""
    numbers = np.arange(rows_of_batch + 100)
    seen = messages = 0
    with qadataswap.create_reader(name, attach_timeout_ms=30_000) as reader:
        for batch in reader.batches():
            messages += batch.is_last
            values = pa.record_batch(batch)["value"].to_numpy()
            written, row = divmod(seen, rows_of_batch)
            assert np.array_equal(values, numbers[written + row : written + row + len(values)]), f"at row {seen}"
            seen += len(values)
    print(f"{seen} rows of {messages} message")


main(sys.argv[1], int(sys.argv[2]))
