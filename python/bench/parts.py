"""Runs python/bench/test_parts.py and writes build/report/benchmarks/parts/python.json, and the same as a table.

usage: parts.py    (in an environment with qadataswap, pytest-benchmark, pyarrow and polars)

Nanoseconds a batch: the median of all rounds, and what a tenth of them stayed below and above.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "build/report/benchmarks/parts/python.json"

# What is measured; what it is compared with, and the goal.
IMPORT = "pyarrow_import_schema_known"
RECORD_BATCH = f"at most 1.2 times {IMPORT}"
FRAME = "at most 1.2 times the fastest import of polars"
POLARS = ("polars_import_of_capsules", "polars_frame_of_record_batch", "polars_from_arrow")
COMPARED: dict[str, tuple[tuple[str, ...], str | None]] = {
    "qadataswap_read_record_batch": ((IMPORT,), RECORD_BATCH),
    "qadataswap_iteration": ((IMPORT,), RECORD_BATCH),
    "qadataswap_write_and_read_record_batch": (("pyarrow_export_and_import_schema_known",), None),
    "qadataswap_read_frame": (POLARS, FRAME),
}
IN_PLACE = "at most 10 µs, whatever the size"


@dataclass
class Row:
    """A line of the table."""

    what: str
    median: float
    low: float
    high: float
    goal: str | None = None
    ratio: float | None = None

    def as_json(self) -> dict[str, object]:
        """Without what there isn't."""
        return {key: value for key, value in asdict(self).items() if value is not None}


def measured() -> list[Row]:
    """All of them, in the order of the file."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found.json"
        words = [
            "-q",
            "-o",
            "addopts=",
            "--benchmark-disable-gc",
            f"--benchmark-json={found}",
        ]
        benchmarks = Path(__file__).with_name("test_parts.py")
        subprocess.run([sys.executable, "-m", "pytest", *words, str(benchmarks)], check=True, stdout=sys.stderr)
        return [row_of(one) for one in json.loads(found.read_text())["benchmarks"]]


def row_of(benchmark: dict[str, object]) -> Row:
    """One benchmark, by batch."""
    stats, info = benchmark["stats"], benchmark["extra_info"]
    assert isinstance(stats, dict)
    assert isinstance(info, dict)
    each = [1e9 * seconds / info["calls"] for seconds in stats["data"]]
    tenths = statistics.quantiles(each, n=10)
    name = str(benchmark["name"]).removeprefix("test_")
    return Row(name, statistics.median(each), tenths[0], tenths[-1])


def judge(rows: list[Row]) -> None:
    """Adds goals, and ratios to what they are about."""
    medians = {row.what: row.median for row in rows}
    for row in rows:
        if row.what in COMPARED:
            others, row.goal = COMPARED[row.what]
            row.ratio = row.median / min(medians[other] for other in others)
        elif "in_place" in row.what:
            row.goal = IN_PLACE


def main() -> None:
    """Measures, writes, prints."""
    rows = measured()
    judge(rows)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    report = {"name": "Python", "unit": "ns", "rows": [row.as_json() for row in rows]}
    REPORT.write_text(json.dumps(report, indent=1) + "\n")
    for row in rows:
        ratio = "" if row.ratio is None else f"  {row.ratio:.2f} times"
        print(f"{row.what:50s} {row.median:9.0f} ns ({row.low:.0f} to {row.high:.0f}){ratio}")


if __name__ == "__main__":
    main()
