"""Runs python/bench/test_parts.py and writes build/report/benchmarks/parts/python.json, and the same as a table.

usage: parts.py    (in an environment with qadataswap, pytest-benchmark, pyarrow and polars)
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts/lib"))

from part_report import Row, compare, write

# What is measured; what it is compared with, and the goal.
IMPORT = "pyarrow_import_schema_known"
RECORD_BATCH = f"≤ 1.2 x {IMPORT}"
FRAME = "≤ 1.2 x the fastest import of polars"
POLARS = ("polars_import_of_capsules", "polars_frame_of_record_batch", "polars_from_arrow")
COMPARED: dict[str, tuple[tuple[str, ...], str | None]] = {
    "qadataswap_read_record_batch": ((IMPORT,), RECORD_BATCH),
    "qadataswap_iteration": ((IMPORT,), RECORD_BATCH),
    "qadataswap_write_and_read_record_batch": (("pyarrow_export_and_import_schema_known",), None),
    "qadataswap_read_frame": (POLARS, FRAME),
}
IN_PLACE = "≤ 10000 ns, whatever the size"


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
    return Row.of(str(benchmark["name"]).removeprefix("test_"), each)


def main() -> None:
    """Measures, writes, prints."""
    rows = measured()
    for what, (others, goal) in COMPARED.items():
        compare(rows, what, others, goal)
    for row in rows:
        if "in_place" in row.what:
            row.goal = IN_PLACE
    write("Python", rows)


if __name__ == "__main__":
    main()
