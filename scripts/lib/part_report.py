"""A table of benchmarked parts, as JSON for the report and as lines for people."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build/report/benchmarks/parts"


@dataclass
class Row:
    """A line of the table: nanoseconds, the median of all rounds, and what a tenth of them stayed below and above."""

    what: str
    median: float
    low: float
    high: float
    goal: str | None = None
    ratio: float | None = None

    @staticmethod
    def of(what: str, nanoseconds: Sequence[float]) -> Row:
        """From what each round took."""
        tenths = statistics.quantiles(nanoseconds, n=10)
        return Row(what, statistics.median(nanoseconds), tenths[0], tenths[-1])

    def as_json(self) -> dict[str, object]:
        """Without what there isn't."""
        return {key: value for key, value in asdict(self).items() if value is not None}

    def line(self) -> str:
        """For people."""
        ratio = "" if self.ratio is None else f"  {self.ratio:.2f} times"
        return f"{self.what:50s} {self.median:9.0f} ns ({self.low:.0f} to {self.high:.0f}){ratio}"


def compare(rows: Sequence[Row], what: str, others: Sequence[str], goal: str | None) -> None:
    """Gives a row its ratio to the fastest of others, and its goal."""
    found = {row.what: row for row in rows}
    found[what].ratio = found[what].median / min(found[other].median for other in others)
    found[what].goal = goal


def write(name: str, rows: Sequence[Row]) -> None:
    """Writes FOLDER/<name in lower case>.json, and prints the lines."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    report = {"name": name, "unit": "ns", "rows": [row.as_json() for row in rows]}
    (FOLDER / f"{name.lower()}.json").write_text(json.dumps(report, indent=1) + "\n")
    for row in rows:
        print(row.line())
