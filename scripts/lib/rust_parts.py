"""Runs the crate's benchmarks and writes build/report/benchmarks/parts/rust.json, and the same as a table.

usage: rust_parts.py    (CARGO_TARGET_DIR: build/cargo unless it is set)
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from part_report import ROOT, Row, compare, write

ARROW = "arrow_there_and_back"
IN_PLACE = "≤ 2000 ns, whatever the size"


def main() -> None:
    """Measures, writes, prints."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "build/cargo")).absolute()
    found = target / "criterion_parts"
    environment = {**os.environ, "CARGO_TARGET_DIR": str(target), "CRITERION_HOME": str(found)}
    words = ["--locked", "--manifest-path", str(ROOT / "rust/Cargo.toml"), "-p", "qadataswap", "--bench", "hand_over"]
    subprocess.run(["cargo", "bench", *words], check=True, env=environment, stdout=sys.stderr)
    rows = [row_of(sample) for sample in sorted(found.glob("*/new/sample.json"))]
    compare(rows, "write_and_next_batch", [ARROW], f"≤ 1 x {ARROW}")
    for row in rows:
        if row.what.startswith("in_place"):
            row.goal = IN_PLACE
    write("Rust", rows)


def row_of(sample: Path) -> Row:
    """One benchmark: criterion keeps how many calls each round had, and how long they took together."""
    rounds = json.loads(sample.read_text())
    each = [time / calls for time, calls in zip(rounds["times"], rounds["iters"], strict=True)]
    return Row.of(sample.parts[-3], each)


if __name__ == "__main__":
    main()
