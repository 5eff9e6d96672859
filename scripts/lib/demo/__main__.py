"""Real trades from one process to readers in four languages at once; from Java, from Python and from Rust."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import pyarrow as pa

from demo import check
from demo.ends import (
    AGENTS,
    PYTHON_POLARS,
    READERS,
    REPEAT,
    ROOT,
    RUST_POLARS,
    TRADES,
    Said,
    finish,
    reader_command,
    start,
    writer_command,
)

WRITERS = ("Java", PYTHON_POLARS, RUST_POLARS)
SHARED_MEMORY = Path("/dev/shm")
SEGMENT_SIZE = 256 << 20
"""The data area of a writer that doesn't say how large it shall be."""


def run(writer: str, work: Path, segments: Path) -> tuple[Said, dict[str, Said]]:
    """Runs the five processes to their end; what the agents received lies in `work`."""
    readers = {who: start(reader_command(who, work / who), segments) for who in READERS}
    source = start(writer_command(writer), segments)
    try:
        received = {who: finish(f"{who} reader", process) for who, process in readers.items()}
        return finish(f"{writer} writer", source), received
    finally:
        for process in (*readers.values(), source):
            process.kill()
            process.wait()


def output_folder() -> Path:
    """For what readers write: in memory if there is room, because a disk's speed is not what the demo is about."""
    needed = SEGMENT_SIZE + len(AGENTS) * REPEAT * TRADES.stat().st_size
    roomy = shutil.disk_usage(SHARED_MEMORY).free > 2 * needed
    return Path(tempfile.mkdtemp(prefix="demo-", dir=SHARED_MEMORY if roomy else ROOT / "build"))


def line(who: str, said: Said, size: int, verdict: str) -> str:
    """One row of the table; size: bytes of values."""
    return (
        f"{who:20} {said.rows:>10,} rows {said.batches:>4} batches {said.seconds:7.3f} s"
        f" {said.rows / said.seconds / 1e6:7.2f} million rows/s {size / said.seconds / 1e6:6.0f} MB/s  {verdict}"
    ).rstrip()


def transfer(writer: str, expected: list[pa.RecordBatch], work: Path, segments: Path) -> bool:
    """One writer, all readers, one table; whether all received what was sent."""
    size = REPEAT * sum(batch.nbytes for batch in expected)
    wrote, received = run(writer, work, segments)
    print(line(f"{writer} writer", wrote, size, ""))
    right = True
    for who, said in received.items():
        if who in AGENTS:
            through_polars = writer not in AGENTS
            wrong = check.difference(expected, work / who, through_polars)
            verdict = f"DIFFERS in {wrong}" if wrong else "same values" if through_polars else "bit-exact"
        else:
            wrong = None if said.sums == check.expected_sums(expected) else "sums"
            verdict = f"DIFFERS: {said.sums}" if wrong else "sums agree"
        right = right and wrong is None
        print(line(f"  {who}", said, size, verdict))
    print()
    return right


def main() -> int:
    expected = check.load()
    rows = sum(batch.num_rows for batch in expected)
    work = output_folder()
    segments = Path(tempfile.mkdtemp(prefix="qads-demo-", dir=SHARED_MEMORY))
    where = "memory" if work.is_relative_to(SHARED_MEMORY) else "the disk: /dev/shm is small"
    print(f"{TRADES.name}: {rows:,} trades in {len(expected)} batches, sent {REPEAT} times for a meaningful rate,")
    print(
        "from one process to four readers at once, through shared memory. Times are from the first batch to the last."
    )
    print(f"Java and C++ also write all that they receive to a file (in {where}), which is compared with the")
    print("input bit by bit; Python and Rust make polars DataFrames and add up every column.\n")
    try:
        right = [transfer(writer, expected, work, segments) for writer in WRITERS]
    finally:
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(segments, ignore_errors=True)
    print("All readers received what was sent." if all(right) else "NOT all readers received what was sent.")
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
