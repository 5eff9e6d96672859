"""The table of results, as text for the terminal, and as the report files test_report.md and test_report.json."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Result:
    """One row: what a suite did."""

    suite: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    built: float = 0.0
    """Seconds that preparing took: building what no suite before had built."""
    seconds: float = 0.0
    peak_mib: float = 0.0
    leaks: int = 0
    problems: list[str] = field(default_factory=list)
    """Names of failed tests and everything else that was wrong, one line each."""


COLUMNS = ("suite", "passed", "failed", "skipped", "built in", "seconds", "peak MiB", "leaks")


def _cells(result: Result) -> tuple[str, ...]:
    return (
        result.suite,
        str(result.passed),
        str(result.failed),
        str(result.skipped),
        f"{result.built:.0f}",
        f"{result.seconds:.1f}",
        f"{result.peak_mib:.0f}",
        str(result.leaks),
    )


def total(results: list[Result]) -> Result:
    """The last row. Memory is the largest of any suite, not a sum: suites run one after the other."""
    return Result(
        suite="total",
        passed=sum(result.passed for result in results),
        failed=sum(result.failed for result in results),
        skipped=sum(result.skipped for result in results),
        built=sum(result.built for result in results),
        seconds=sum(result.seconds for result in results),
        peak_mib=max((result.peak_mib for result in results), default=0.0),
        leaks=sum(result.leaks for result in results),
    )


def table(results: list[Result]) -> str:
    """A Markdown table, aligned so that it reads well in a terminal too."""
    rows = [COLUMNS, *(_cells(result) for result in [*results, total(results)])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]

    def line(row: tuple[str, ...]) -> str:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        return "| " + " | ".join(cells) + " |"

    rule = "|" + "|".join(["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])]) + "|"
    return "\n".join([line(rows[0]), rule, *(line(row) for row in rows[1:])])


def problems(results: list[Result]) -> str:
    """One line for everything that went wrong, empty if nothing did."""
    return "\n".join(f"- {result.suite}: {problem}" for result in results for problem in result.problems)


def write(results: list[Result], folder: Path) -> None:
    """Writes the same as Markdown and as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, {platform.machine()}"
    text = f"# Test report\n\n{table(results)}\n\nMachine: {machine}.\n"
    if wrong := problems(results):
        text += f"\n## Wrong\n\n{wrong}\n"
    (folder / "test_report.md").write_text(text)
    data = {
        "machine": machine,
        "suites": [asdict(result) for result in results],
        "total": asdict(total(results)),
    }
    (folder / "test_report.json").write_text(json.dumps(data, indent=2) + "\n")
