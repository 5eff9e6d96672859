"""Tables for people, and the same numbers as JSON."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import qadataswap

from tests.performance.measure import Comparison
from tests.performance.processes import cores
from tests.performance.rivals import QADATASWAP, RIVALS, find
from tests.performance.small import IMPORT

_ENOUGH_FOR_P99 = 100

INTRODUCTION = """\
From "in the producer's memory" to "usable": the consumer has a pyarrow.Table; and to "touched": one byte of every page
of every buffer was read, by the same function for all. Times in milliseconds: median (lowest, highest; of {enough}
rounds and more the 99th percentile instead of the highest). The ratios are QADataSwap : that way; below 1 QADataSwap is
ahead. The consumer waits, asleep, before the clock starts, and is woken by the way's own means, or by a pipe where it
has none; Flight's clock starts when the consumer asks. All clocks are CLOCK_MONOTONIC, checked to be one. MB and GB are
powers of 2.
"""


@dataclass(frozen=True)
class _Spread:
    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{_short(self.median)} ({_short(self.low)}, {_short(self.high)})"


def _short(value: float) -> str:
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"


def _spread(values: Sequence[float], unit: float) -> _Spread:
    high = statistics.quantiles(values, n=100)[-1] if len(values) >= _ENOUGH_FOR_P99 else max(values)
    return _Spread(statistics.median(values) / unit, min(values) / unit, high / unit)


def introduction() -> str:
    """What the numbers mean, and where they come from."""
    about = machine()
    where = (
        f"{about['cores']} cores, Linux {about['kernel']}, Python {about['python']}, pyarrow {about['pyarrow']}, "
        f"QADataSwap {about['qadataswap']}; producer on core {about['producer core']}, consumer on core "
        f"{about['consumer core']}.\n"
    )
    return INTRODUCTION.format(enough=_ENOUGH_FOR_P99) + where


def machine() -> dict[str, str | int]:
    """What numbers depend on."""
    producer, consumer = cores()
    return {
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "pyarrow": pa.__version__,
        "qadataswap": qadataswap.__version__,
        "producer core": producer,
        "consumer core": consumer,
    }


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|")
    return "\n".join(lines) + "\n"


def comparison(result: Comparison) -> str:
    """One pair of languages, one size."""
    rounds = len(next(iter(result.timings.values())).usable)
    title = f"## {result.source} -> {result.target}, {result.size}: {result.rows:,} rows, {rounds} rounds\n\n"
    ours = result.timings[QADATASWAP.name]
    usable, touched = (statistics.median(values) for values in (ours.usable, ours.touched))
    rows = [["", "usable, ms", "ratio", "touched, ms", "ratio"]]
    for name, timings in result.timings.items():
        row = [find(name).text, str(_spread(timings.usable, 1e6)), _ratio(usable, timings.usable)]
        # Nobody touches what was only copied: the copy is what the whole way is compared with.
        row.append(str(_spread(timings.touched, 1e6)) if timings.touched else "-")
        row.append(_ratio(touched, timings.touched or timings.usable))
        rows.append(row)
    return title + _table(rows)


def _ratio(ours: float, theirs: Sequence[float]) -> str:
    return f"{ours / statistics.median(theirs):.2f}"


def read_costs(costs: dict[str, list[float]]) -> str:
    """The small batch, there already."""
    limit = statistics.median(costs[IMPORT])
    rows = [["", "us", "beyond pyarrow's import, us"]]
    for name, values in costs.items():
        rows.append([name, str(_spread(values, 1e3)), f"{(statistics.median(values) - limit) / 1e3:+.2f}"])
    return "## Reading a batch of 10 columns x 1,000 rows that is there already, dropping it included\n\n" + _table(
        rows
    )


def behind(results: Sequence[Comparison]) -> str:
    """Where QADataSwap isn't ahead of a rival; floors aren't rivals."""
    found = []
    for result in results:
        ours = result.timings[QADATASWAP.name]
        for rival in RIVALS:
            theirs = result.timings.get(rival.name)
            for what in ("usable", "touched") if theirs is not None else ():
                if statistics.median(getattr(ours, what)) >= statistics.median(getattr(theirs, what)):
                    where = f"{result.source} -> {result.target}, {result.size}, {what}"
                    found.append(f"QADataSwap isn't ahead of {rival.text}: {where}")
    return "\n".join(found or ["QADataSwap was ahead of every rival, by the medians."]) + "\n"


def save(path: Path, results: Sequence[Comparison], costs: dict[str, list[float]]) -> None:
    """All numbers, nanoseconds."""
    everything = {
        "machine": machine(),
        "unit": "ns",
        "comparisons": [asdict(result) for result in results],
        "read costs": costs,
    }
    path.write_text(json.dumps(everything, indent=1) + "\n")
