"""What a small batch costs, beside pyarrow's own C Data export and import in the same process: run without arguments.

10 columns of 1,000 numbers, one process, nobody waits for anybody. Prints the lowest and the median of 15 rounds.
"""

from __future__ import annotations

import ctypes
import os
import statistics
import time
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import qadataswap

ROUNDS = 15
CALLS = 2000
IN_A_ROW = 32

BATCH = pa.record_batch({f"c{number}": np.arange(1000) * (1.5 if number % 2 else 1) for number in range(10)})


def show(what: str, nanoseconds: list[float]) -> None:
    """One line, in microseconds for one batch."""
    print(f"{what:58s} {min(nanoseconds) / 1000:6.2f}  {statistics.median(nanoseconds) / 1000:6.2f}")


def timed(calls: int, call: Callable[[], object]) -> float:
    """Nanoseconds of so many calls."""
    begin = time.perf_counter_ns()
    for _ in range(calls):
        call()
    return time.perf_counter_ns() - begin


def pyarrow_alone() -> None:
    """The C Data interface without a segment; the structs have the sizes that its specification gives them."""
    array, schema = ctypes.create_string_buffer(80), ctypes.create_string_buffer(72)
    at, schema_at = ctypes.addressof(array), ctypes.addressof(schema)

    def parsed() -> pa.RecordBatch:
        BATCH._export_to_c(at, schema_at)
        return pa.RecordBatch._import_from_c(at, schema_at)

    def known() -> pa.RecordBatch:
        BATCH._export_to_c(at)
        return pa.RecordBatch._import_from_c(at, BATCH.schema)

    for what, call in (("schema and all", parsed), ("the schema known", known)):
        show(f"pyarrow's C Data export and import, {what}", [timed(CALLS, call) / CALLS for _ in range(ROUNDS)])


def through_a_segment(method: str) -> None:
    """Written a few in a row, then read by that method."""
    written: list[float] = []
    read: list[float] = []
    with (
        qadataswap.create_writer(f"bench-{os.getpid()}", 2 * IN_A_ROW, lifetime="until_closed") as writer,
        qadataswap.create_reader(writer.name) as reader,
    ):
        writer.write_arrow(BATCH)
        assert reader.read_record_batch() is not None  # the schema is known from here on
        for _ in range(ROUNDS):
            write_ns = read_ns = 0.0
            for _ in range(CALLS // IN_A_ROW):
                write_ns += timed(IN_A_ROW, lambda: writer.write_arrow(BATCH))
                read_ns += timed(IN_A_ROW, getattr(reader, method))
            calls = CALLS // IN_A_ROW * IN_A_ROW
            written.append(write_ns / calls)
            read.append(read_ns / calls)
    show(f"write_arrow, then … (for {method})", written)
    show(f"… reader.{method}()", read)


def main() -> None:
    """Prints the table."""
    print(f"{'microseconds a batch':58s} lowest  median")
    pyarrow_alone()
    for method in ("read_batch", "read_record_batch", "__next__", "read_arrow"):
        through_a_segment(method)


if __name__ == "__main__":
    main()
