"""One end of a stream in Python, with polars.

usage: `python -m demo.polars_end read NAME` or `python -m demo.polars_end write NAME FILE.stream REPEAT READERS`

Prints what the examples polars_reader and polars_writer of the Rust crate print.
"""

from __future__ import annotations

import sys
import time

import polars as pl
import pyarrow as pa
import qadataswap
import qadataswap.polars

from demo.sums import Sums

PATIENCE_MS = 60_000


def _print_stats(rows: int, batches: int, size: int, begin: float, end: float) -> None:
    print(f"stats rows={rows} batches={batches} bytes={size} seconds={end - begin:.9f}", flush=True)


def read(name: str) -> None:
    """Reads every message as a DataFrame and adds up its columns."""
    sums = Sums()
    rows = batches = 0
    begin = end = 0.0
    with qadataswap.create_reader(name, attach_timeout_ms=PATIENCE_MS, timeout_ms=PATIENCE_MS) as reader:
        while True:
            try:
                frame = qadataswap.polars.read_frame(reader)
            except qadataswap.QadsEndOfStreamError:
                break
            if frame is None:
                sys.exit(f"nothing came for {PATIENCE_MS} ms")
            begin = begin or time.monotonic()
            rows += frame.height
            batches += 1
            sums.add(frame)
            del frame  # its slot is free for the writer while this waits
            end = time.monotonic()
        size = reader.statistics().bytes
    print(sums)
    _print_stats(rows, batches, size, begin, end)


def write(name: str, path: str, repeat: int, readers: int) -> None:
    """Writes each batch of an Arrow stream file as a DataFrame, the whole file `repeat` times."""
    with pa.memory_map(path) as file:
        frames = [pl.DataFrame(batch) for batch in pa.ipc.open_stream(file)]
    with qadataswap.create_writer(name, timeout_ms=PATIENCE_MS) as writer:
        writer.wait_readers(readers)
        begin = time.monotonic()
        for _ in range(repeat):
            for frame in frames:
                qadataswap.polars.write_frame(writer, frame)
        end = time.monotonic()
        writer.finish()
        figures = writer.statistics()
    size = figures.bytes_copied + figures.bytes_referenced
    _print_stats(figures.rows, figures.messages, size, begin, end)


if __name__ == "__main__":
    if sys.argv[1] == "read":
        read(sys.argv[2])
    else:
        write(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
