"""One end of a measurement of latency, as in every language: `ping` hands a batch to `pong`, which hands one back.

usage: latency_participant.py ping|pong NAME --bytes 1024|80000 --rounds N --warmup W --core K
                              [--samples FILE] [--frame]

`ping` writes to the segment NAME.there and reads from NAME.back, `pong` the other way. Both wait busily, each on its
core. The last column of a batch begins with the round, which whoever reads it checks. `ping` writes the time of every
round trip after the first W to FILE: nanoseconds, 64-bit, little-endian. Batches go in as pyarrow.RecordBatch and come
out so, or as polars.DataFrame with --frame.
"""

from __future__ import annotations

import argparse
import gc
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import qadataswap
import qadataswap.polars

COLUMNS = 10
TIMEOUT_MS = 60_000

Check = Callable[[int], None]


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="one end of a measurement of latency")
    parser.add_argument("role", choices=("ping", "pong"))
    parser.add_argument("name")
    for option in ("--bytes", "--rounds", "--warmup", "--core"):
        parser.add_argument(option, type=int, required=True)
    parser.add_argument("--samples", type=Path)
    parser.add_argument("--frame", action="store_true", help="read polars DataFrames")
    return parser.parse_args()


def wrong(number: int, got: int, rows: int) -> AssertionError:
    """What ends the measurement."""
    return AssertionError(f"round {number}: got {rows} rows of round {got}")


def batch_reader(reader: qadataswap.Reader, rows: int) -> Check:
    """Reads a RecordBatch, which must be that of the round."""

    def read(number: int) -> None:
        batch = reader.read_record_batch()
        assert batch is not None
        got = batch.column(COLUMNS - 1)[0].as_py()
        if got != number or batch.num_rows != rows:
            raise wrong(number, got, batch.num_rows)

    return read


def frame_reader(reader: qadataswap.Reader, rows: int) -> Check:
    """The same for a DataFrame."""

    def read(number: int) -> None:
        frame = qadataswap.polars.read_frame(reader)
        assert frame is not None
        got = frame.item(0, COLUMNS - 1)
        if got != number or frame.height != rows:
            raise wrong(number, got, frame.height)

    return read


def batch_writer(writer: qadataswap.Writer, rows: int) -> Check:
    """Writes the batch of a round: one batch, whose memory says another round each time."""
    columns = [np.arange(rows, dtype=np.int64) for _ in range(COLUMNS)]
    batch = pa.record_batch({f"c{number}": column for number, column in enumerate(columns)})
    last = columns[-1]

    def write(number: int) -> None:
        last[0] = number
        writer.write_arrow(batch)

    return write


def ping(write: Check, read: Check, warmup: int, rounds: int) -> np.ndarray:
    """The times of the round trips."""
    samples = np.zeros(warmup + rounds, dtype="<u8")
    clock = time.perf_counter_ns
    for number in range(warmup + rounds):
        begin = clock()
        write(number)
        read(number)
        samples[number] = clock() - begin
    return samples[warmup:]


def pong(write: Check, read: Check, rounds: int) -> None:
    """The other end of so many."""
    for number in range(rounds):
        read(number)
        write(number)


def main() -> None:
    """Plays one of the two."""
    given = parse()
    os.sched_setaffinity(0, [given.core])
    out, back = ("there", "back") if given.role == "ping" else ("back", "there")
    rows = given.bytes // (8 * COLUMNS)
    # A collection in the middle of a round would be measured with it.
    gc.disable()
    with (
        qadataswap.create_writer(f"{given.name}.{out}", lifetime="until_closed", wait="busy") as writer,
        qadataswap.create_reader(
            f"{given.name}.{back}", attach_timeout_ms=TIMEOUT_MS, timeout_ms=TIMEOUT_MS, wait="busy"
        ) as reader,
    ):
        write = batch_writer(writer, rows)
        read = (frame_reader if given.frame else batch_reader)(reader, rows)
        if given.role == "ping":
            samples = ping(write, read, given.warmup, given.rounds)
            if given.samples:
                samples.tofile(given.samples)
        else:
            pong(write, read, given.warmup + given.rounds)


if __name__ == "__main__":
    main()
