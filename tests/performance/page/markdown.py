"""The words and tables of the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.performance.latency.participants import BYTES
from tests.performance.page.goals import Goal, goals, missed
from tests.performance.page.losses import losses
from tests.performance.page.results import Json, best_copy, median, percentile, ratio
from tests.performance.rivals import QADATASWAP

_TEMPLATES = Path(__file__).parent
_MS, _US = 1e6, 1e3


def page(results: Json) -> str:
    """All of it."""
    sections = [
        _template("head.md.in").format(date=results["date"]) + _quick(results),
        "## Goals\n\n" + _goals(goals(results)),
        "## Where we lose\n\n"
        + _bullets(losses(results), "Nowhere: by the medians, QADataSwap was ahead of every rival."),
        _template("where_the_time_goes.md.in") if missed(results) else "",
        "## Whole tables\n\n" + _template("tables.md.in"),
        *(_comparison(comparison) for comparison in results["tables"]),
        "## Latency\n\n" + _template("latency.md.in"),
        *(_latency(results, nbytes) for nbytes in BYTES),
        "## Parts\n\n" + _template("parts.md.in") + "\n" + _read_costs(results),
        *(_part(part) for part in results["parts"]),
        _about(results),
    ]
    return "\n".join(section.rstrip("\n") + "\n" for section in sections if section)


def _template(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _quick(results: Json) -> str:
    return "\n**These are the figures of a quick run: few rounds, nothing to rely on.**\n" if results["quick"] else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _bullets(lines: Sequence[str], none: str) -> str:
    return "".join(f"- {line}\n" for line in lines) or f"{none}\n"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _times(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _range(spread: Json | None, unit: float) -> str:
    if spread is None:
        return "-"
    high = f"p99 {_short(spread['p99'] / unit)}" if "p99" in spread else _short(spread["high"] / unit)
    return f"{_short(spread['median'] / unit)} ({_short(spread['low'] / unit)} .. {high})"


def _goals(all_of_them: Sequence[Goal]) -> str:
    units = {"x": "", "us": " µs"}
    rows = []
    for goal in all_of_them:
        measured = "-" if goal.measured is None else f"{goal.measured:.2f}{units[goal.unit]}"
        rows.append((goal.what, f"≤ {goal.limit:g}{units[goal.unit]}", measured, goal.verdict()))
    return _table(("goal", "limit", "measured", "verdict"), rows)


def _comparison(comparison: Json) -> str:
    ours, floor = (median(comparison, QADATASWAP.name, "touched"), best_copy(comparison))
    pair = f"{comparison['source']} to {comparison['target']}"
    title = f"### {pair}, {comparison['size']}: {comparison['rows']:,} rows, {comparison['bytes']:,} bytes\n\n"
    rows = []
    for name, way in comparison["ways"].items():
        last = median(comparison, name, "touched") or median(comparison, name, "usable")
        rounds = str(way["usable"]["rounds"])
        times = (_range(way["usable"], _MS), _range(way["touched"], _MS))
        rows.append((way["text"], *times, _times(ratio(last, floor)), _times(ratio(last, ours)), rounds))
    picture = f"\n![{pair}, {comparison['size']}](benchmarks/{picture_of(comparison)})\n"
    return title + _table(("", "usable, ms", "touched, ms", ": best copy", ": QADataSwap", "rounds"), rows) + picture


def picture_of(comparison: Json) -> str:
    """The file of its plot."""
    size = comparison["size"].replace(" ", "_")
    return f"{comparison['source']}_{comparison['target']}_{size}.svg".lower()


def _latency(results: Json, nbytes: int) -> str:
    there = [row for row in results["latency"] if row["bytes"] == nbytes]
    if not there:
        return ""
    line, ours = (percentile(results, name, nbytes, "50") for name in ("line", "qads-c"))
    rows = []
    for row in there:
        points = [_short(row["curve"][point] / _US) for point in ("50", "99", "99.9", "100")]
        p50 = float(row["curve"]["50"])
        rows.append((row["text"], *points, _times(ratio(p50, line)), _times(ratio(p50, ours)), f"{row['rounds']:,}"))
    head = ("one way, µs", "p50", "p99", "p99.9", "max", ": cache line", ": QADataSwap, C", "rounds")
    return f"### {nbytes:,} bytes\n\n{_table(head, rows)}\n![{nbytes:,} bytes](benchmarks/latency_{nbytes}.svg)\n"


def _read_costs(results: Json) -> str:
    if not results["read costs"]:
        return ""
    rows = [(name, _range(spread, _US)) for name, spread in results["read costs"].items()]
    return "### Reading a batch of 10 columns x 1,000 rows that is there already\n\n" + _table(("", "µs"), rows)


def _part(part: Json) -> str:
    rows = []
    for row in part["rows"]:
        times = [_duration(row[key], part["unit"]) for key in ("median", "low", "high")]
        rows.append((row["what"], *times, _times(row.get("ratio")), row.get("goal") or ""))
    return f"### {part['name']}\n\n{_table(('', 'median', 'low', 'high', 'ratio', 'goal'), rows)}"


def _duration(value: float, unit: str) -> str:
    larger = ((1e9, "s"), (1e6, "ms"), (1e3, "µs")) if unit == "ns" else ()
    for size, name in larger:
        if value >= size:
            return f"{_short(value / size)} {name}"
    return f"{_short(value)} {unit}"


def _about(results: Json) -> str:
    machine = _table(("machine", ""), results["machine"].items())
    software = _table(
        ("software", "version", "licence"),
        [(each["name"], each["version"], each["licence"]) for each in results["software"]],
    )
    left_out = [f"not built or not installed, so not measured: {text}" for text in results["skipped"]]
    left_out += [f"failed: {text}" for text in results["failed"]]
    return (
        f"## Machine, versions, how to repeat\n\n{machine}\n{software}\n{_template('repeat.md.in')}\n"
        f"Left out in this run:\n\n{_bullets(left_out, '- nothing')}"
    )
