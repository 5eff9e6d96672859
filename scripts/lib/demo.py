"""The demo: real trades from a Java process to another Java process and a C++ process at once, through shared memory.

Uses the agents of the cross-language tests: each reader writes all that it receives to a file, which is compared with
the input, bit by bit.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

ROOT = Path(__file__).resolve().parents[2]
AGENT = ROOT / "tests/agents/agent"
TRADES = ROOT / "tests/data/real/bac_trades_20131008.stream"
REPEAT = 20
"""One pass over the file takes a few milliseconds: too short to speak of a rate."""
SEGMENT = "trades"
READERS = ("java", "cpp")
PATIENCE_MS = 60_000
SHARED_MEMORY = Path("/dev/shm")
SEGMENT_SIZE = 256 << 20
"""The data area of a writer that doesn't say how large it shall be."""

STATS = re.compile(r"^stats rows=(\d+) batches=(\d+) bytes=\d+ seconds=([0-9.eE+-]+)$", re.MULTILINE)
"""Not the bytes: a writer counts its columns, a reader also what lies around them in the segment."""


@dataclass(frozen=True)
class Stats:
    """What an agent says about its transfer; the seconds are those from the first batch to the last."""

    rows: int
    batches: int
    seconds: float


def start(language: str, mode: str, *options: str, env: dict[str, str]) -> subprocess.Popen[str]:
    command = [str(AGENT), language, mode, SEGMENT, "--timeout-ms", str(PATIENCE_MS), *options]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(who: str, process: subprocess.Popen[str]) -> Stats:
    output, errors = process.communicate(timeout=2 * PATIENCE_MS / 1000)
    if process.returncode != 0:
        sys.exit(f"demo: the {who} ended with status {process.returncode}: {errors.strip()}")
    if (match := STATS.search(output)) is None:
        sys.exit(f"demo: the {who} printed no statistics")
    return Stats(int(match[1]), int(match[2]), float(match[3]))


def bits(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Floats as integers of the same bits, so that NaNs and signed zeros are compared too."""
    columns = [c.view(f"int{c.type.bit_width}") if pa.types.is_floating(c.type) else c for c in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def difference(expected: list[pa.RecordBatch], received: Path) -> str | None:
    """What differs first, None if every batch came out as it went in, in order, `REPEAT` times."""
    with pa.memory_map(str(received)) as file:
        reader = pa.ipc.open_stream(file)
        if not reader.schema.equals(expected[0].schema, check_metadata=True):
            return "the schema"
        count = 0
        for batch in reader:
            if not bits(batch).equals(bits(expected[count % len(expected)])):
                return f"batch {count}"
            count += 1
    return None if count == REPEAT * len(expected) else f"the number of batches, {count}"


def stream_trades(folder: Path, env: dict[str, str]) -> dict[str, Stats]:
    """Runs the three processes to their end; what readers received lies in `folder`."""
    processes = {
        f"{language} reader": start(language, "read", "--output", str(folder / f"{language}.stream"), env=env)
        for language in READERS
    }
    options = ("--input", str(TRADES), "--repeat", str(REPEAT), "--start-after-readers", str(len(READERS)))
    processes["java writer"] = start("java", "write", *options, env=env)
    try:
        return {who: finish(who, process) for who, process in processes.items()}
    finally:
        for process in processes.values():
            process.kill()
            process.wait()


def output_folder() -> Path:
    """For the readers' files: in memory if there is room, because a disk's speed is not what the demo is about."""
    needed = SEGMENT_SIZE + len(READERS) * REPEAT * TRADES.stat().st_size
    roomy = shutil.disk_usage(SHARED_MEMORY).free > 2 * needed
    return Path(tempfile.mkdtemp(prefix="demo-", dir=SHARED_MEMORY if roomy else ROOT / "build"))


def main() -> int:
    with pa.memory_map(str(TRADES)) as file:
        expected = list(pa.ipc.open_stream(file))
    rows = sum(batch.num_rows for batch in expected)
    size = REPEAT * sum(batch.nbytes for batch in expected)
    print(f"{TRADES.name}: {rows:,} trades in {len(expected)} batches, sent {REPEAT} times for a meaningful rate")
    print("from one Java process to another and to a C++ process at the same time, through shared memory.")

    work = output_folder()
    segments = Path(tempfile.mkdtemp(prefix="qads-demo-", dir=SHARED_MEMORY))
    exact = True
    try:
        where = "memory" if work.is_relative_to(SHARED_MEMORY) else "the disk: /dev/shm is small"
        print(f"Each reader also writes all that it receives to a file (in {where}), which is then compared with the")
        print("input. Times are from the first batch to the last, that writing included; native/bench does without.\n")
        for who, stats in stream_trades(work, {**os.environ, "QADS_DIR": str(segments)}).items():
            wrong = None
            if who.endswith("reader"):
                wrong = difference(expected, work / f"{who.split()[0]}.stream")
            verdict = "" if who.endswith("writer") else "bit-exact" if wrong is None else f"DIFFERS in {wrong}"
            exact = exact and wrong is None
            print(
                f"{who:12} {stats.rows:>10,} rows {stats.batches:>5} batches {stats.seconds:8.3f} s"
                f" {stats.rows / stats.seconds / 1e6:8.2f} million rows/s"
                f" {size / stats.seconds / 1e6:8.0f} MB/s of values  {verdict}".rstrip()
            )
    finally:
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(segments, ignore_errors=True)
    return 0 if exact else 1


if __name__ == "__main__":
    sys.exit(main())
