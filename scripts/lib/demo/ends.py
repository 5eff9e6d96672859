"""The programs at the ends of a stream: how each is started, and what it says at its end.

Java and C++ are the agents of the cross-language tests, which write all that they receive to a file. Python and Rust
read into polars DataFrames and write from them, and print a sum of each column.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TRADES = ROOT / "tests/data/real/bac_trades_20131008.stream"
REPEAT = 20
"""One pass over the file takes a few milliseconds: too short to speak of a rate."""
SEGMENT = "trades"
PATIENCE_MS = 60_000
AGENTS = {"Java": "java", "C++": "cpp"}
PYTHON_POLARS, RUST_POLARS = "Python/Polars", "Rust/Polars"
READERS = (*AGENTS, PYTHON_POLARS, RUST_POLARS)

_STATS = re.compile(r"^stats rows=(\d+) batches=(\d+) bytes=\d+ seconds=([0-9.eE+-]+)$", re.MULTILINE)
_SUMS = re.compile(r"^sums .*$", re.MULTILINE)


@dataclass(frozen=True)
class Said:
    """What an end said of its transfer; the seconds are those from the first batch to the last."""

    rows: int
    batches: int
    seconds: float
    sums: str
    """Of a reader into polars; else empty."""


def _agent(language: str, *words: str) -> list[str]:
    mode, *options = words
    return [str(ROOT / "tests/agents/agent"), language, mode, SEGMENT, "--timeout-ms", str(PATIENCE_MS), *options]


def _python(*words: str) -> list[str]:
    return [sys.executable, "-m", "demo.polars_end", *words]


def _rust(program: str, *words: str) -> list[str]:
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "build/cargo"))
    return [str(target / "debug/examples" / program), *words]


def reader_command(who: str, output: Path) -> list[str]:
    """How one of READERS is started; `output` is for those that write what they receive."""
    if who in AGENTS:
        return _agent(AGENTS[who], "read", "--output", str(output))
    return _python("read", SEGMENT) if who == PYTHON_POLARS else _rust("polars_reader", SEGMENT)


def writer_command(who: str) -> list[str]:
    """How a writer is started: it waits for all readers."""
    repeat, readers = str(REPEAT), str(len(READERS))
    if who in AGENTS:
        options = ("--input", str(TRADES), "--repeat", repeat, "--start-after-readers", readers)
        return _agent(AGENTS[who], "write", *options)
    words = (SEGMENT, str(TRADES), repeat, readers)
    return _python("write", *words) if who == PYTHON_POLARS else _rust("polars_writer", *words)


def start(command: list[str], directory: Path) -> subprocess.Popen[str]:
    """Starts an end, with segments in that directory."""
    env = {**os.environ, "QADS_DIR": str(directory)}
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(who: str, process: subprocess.Popen[str]) -> Said:
    """What the end said; the demo is over if it failed."""
    output, errors = process.communicate(timeout=2 * PATIENCE_MS / 1000)
    if process.returncode != 0:
        sys.exit(f"demo: the {who} ended with status {process.returncode}: {errors.strip()}")
    if (stats := _STATS.search(output)) is None:
        sys.exit(f"demo: the {who} printed no statistics")
    sums = _SUMS.search(output)
    return Said(int(stats[1]), int(stats[2]), float(stats[3]), sums[0] if sums else "")
