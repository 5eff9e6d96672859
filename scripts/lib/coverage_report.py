"""coverage_report.py MEASURED REPORTS: one table of what scripts/coverage.sh has measured, as Markdown and JSON.

MEASURED has PART.llvm.json (llvm-cov's summary), PART.jacoco.csv and PART.modules.json (coverage.py's report).
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

WHAT = {
    "cpp.core": "C++: `native/src`, by its tests and those of the command",
    "cpp.command": "C++: `native/cli`, by its tests",
    "fuzz.core": "C++: `native/src`, by the fuzzers' inputs alone",
    "java": "Java: classes, by the Java tests",
    "java.native": "Java: native part, by the Java tests",
    "python": "Python: modules, by the Python tests",
    "python.extension": "Python: extension module, by the Python tests",
    "rust.crates": "Rust: crates without their tests, by their tests",
}


@dataclass(frozen=True)
class Reached:
    """How much of a part was reached."""

    part: str
    lines: int
    of_lines: int
    branches: int
    of_branches: int


def by_llvm(path: Path) -> Reached:
    """Sums over the files of the project that are not tests."""

    def ours(name: str) -> bool:
        return "/tests/" not in name and "/build/" not in name and name.startswith(str(ROOT))

    files = json.loads(path.read_text())["data"][0]["files"]
    sums = [file["summary"] for file in files if ours(file["filename"])]

    def total(kind: str, figure: str) -> int:
        return sum(each[kind][figure] for each in sums)

    part = path.name.removesuffix(".llvm.json")
    return Reached(part, *(total(kind, figure) for kind in ("lines", "branches") for figure in ("covered", "count")))


def by_jacoco(path: Path) -> Reached:
    """Sums over the classes."""
    rows: list[dict[str, str]] = list(csv.DictReader(path.read_text().splitlines()))

    def total(kind: str) -> tuple[int, int]:
        reached = sum(int(row[f"{kind}_COVERED"]) for row in rows)
        return reached, reached + sum(int(row[f"{kind}_MISSED"]) for row in rows)

    return Reached(path.name.split(".")[0], *total("LINE"), *total("BRANCH"))


def by_coverage_py(path: Path) -> Reached:
    """The totals."""
    total: dict[str, Any] = json.loads(path.read_text())["totals"]
    return Reached(
        path.name.split(".")[0],
        total["covered_lines"],
        total["num_statements"],
        total["covered_branches"],
        total["num_branches"],
    )


def measured(folder: Path) -> Iterator[Reached]:
    """Every part that was measured, in the order of the table."""
    for part in WHAT:
        for suffix, read in ((".llvm.json", by_llvm), (".jacoco.csv", by_jacoco), (".modules.json", by_coverage_py)):
            if (path := folder / f"{part}{suffix}").exists():
                yield read(path)


def share(reached: int, of: int) -> str:
    """Percent, and the numbers it comes from."""
    return f"{100 * reached / of:.1f} % of {of}" if of else "none"


def main() -> None:
    """Writes and prints the table."""
    folder, reports = Path(sys.argv[1]), Path(sys.argv[2])
    parts = list(measured(folder))
    rows = ["| what | lines | branches |", "|---|---|---|"] + [
        f"| {WHAT[part.part]} | {share(part.lines, part.of_lines)} | {share(part.branches, part.of_branches)} |"
        for part in parts
    ]
    table = "\n".join(rows)
    reports.mkdir(parents=True, exist_ok=True)
    (reports / "coverage.md").write_text(f"{table}\n")
    (reports / "coverage.json").write_text(json.dumps([asdict(part) for part in parts], indent=2) + "\n")
    print(table)


if __name__ == "__main__":
    main()
