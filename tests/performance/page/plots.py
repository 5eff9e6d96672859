"""The pictures of the page: the same numbers give the same bytes."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from tests.performance.latency.participants import BYTES, FLOOR, OURS
from tests.performance.page.markdown import picture_of
from tests.performance.page.results import Json, median
from tests.performance.rivals import BUSY, COLD, FLOORS, IN_PLACE, QADATASWAP

_MS, _US = 1e6, 1e3
_OURS, _FLOOR, _RIVAL = "#1b6ca8", "#8a8a8a", "#c98a2b"
_FLOORS = {floor.name for floor in FLOORS}
_OUR_WAYS = {way.name for way in (QADATASWAP, BUSY, IN_PLACE, COLD)}


def draw(results: Json, folder: Path) -> None:
    """All of them, into a folder."""
    with mpl.rc_context({"svg.hashsalt": "qadataswap", "svg.fonttype": "none", "font.size": 9}):
        for comparison in results["tables"]:
            _save(_bars(comparison), folder / picture_of(comparison))
        for nbytes in BYTES:
            rows = [row for row in results["latency"] if row["bytes"] == nbytes]
            if rows:
                _save(_curves(rows, nbytes), folder / f"latency_{nbytes}.svg")


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight")
    # Without matplotlib's trailing blanks: the files are kept in git.
    path.write_text("\n".join(line.rstrip() for line in path.read_text().splitlines()) + "\n")


def _bars(comparison: Json) -> Figure:
    names = [name for name in comparison["ways"] if median(comparison, name, "usable") is not None]
    names.sort(key=lambda name: _last(comparison, name), reverse=True)
    figure = Figure(figsize=(8, 0.6 + 0.28 * len(names)))
    axes = figure.subplots()
    colours = [_OURS if name in _OUR_WAYS else _FLOOR if name in _FLOORS else _RIVAL for name in names]
    texts = [comparison["ways"][name]["text"] for name in names]
    axes.barh(texts, [_last(comparison, name) / _MS for name in names], color=colours)
    axes.set_xscale("log")
    axes.set_xlim(left=min(_last(comparison, name) for name in names) / _MS / 2)
    axes.set_xlabel("ms, logarithmic: every page touched; of a floor, done")
    axes.set_title(f"{comparison['source']} to {comparison['target']}, {comparison['size']}", loc="left")
    axes.grid(axis="x", linewidth=0.3)
    return figure


def _last(comparison: Json, name: str) -> float:
    return median(comparison, name, "touched") or median(comparison, name, "usable") or 0.0


def _curves(rows: list[Json], nbytes: int) -> Figure:
    figure = Figure(figsize=(8, 5))
    axes = figure.subplots()
    styles = {OURS: "-", FLOOR: ":"}
    for row in rows:
        points = [(float(point), value) for point, value in row["curve"].items() if 0 < float(point) < 100]
        beyond = [1 / (1 - point / 100) for point, _ in points]
        times = [value / _US for _, value in points]
        axes.plot(beyond, times, styles.get(row["kind"], "--"), label=row["text"], linewidth=1.2)
    axes.set_xscale("log")
    axes.set_yscale("log")
    ticks = {"50": 2, "90": 10, "99": 100, "99.9": 1_000, "99.99": 10_000}
    axes.set_xticks(list(ticks.values()), [f"{point} %" for point in ticks])
    axes.minorticks_off()
    axes.set_xlabel("percentile")
    axes.set_ylabel("one way, µs")
    axes.set_title(f"{nbytes:,} bytes", loc="left")
    axes.grid(linewidth=0.3)
    axes.legend(fontsize=7, loc="upper left")
    return figure
