"""Where somebody else is faster, found in the numbers."""

from __future__ import annotations

from collections.abc import Iterator

from tests.performance.latency.participants import OURS, RIVAL
from tests.performance.page.results import Json, median
from tests.performance.rivals import COLD, QADATASWAP, RIVALS, Rival

_POINTS = ("50", "99", "99.9")
_FRESH = ("shm-fresh", "ipc-file")
"""They take new memory for each table, as our way with a new segment does."""


def losses(results: Json) -> list[str]:
    """A line each; floors aren't rivals."""
    return [*_tables(results), *_latency(results)]


def _tables(results: Json) -> Iterator[str]:
    pairs = [(QADATASWAP, rival) for rival in RIVALS] + [(COLD, rival) for rival in RIVALS if rival.name in _FRESH]
    for comparison in results["tables"]:
        for ours, rival in pairs:
            yield from _behind(comparison, ours, rival)


def _behind(comparison: Json, ours: Rival, rival: Rival) -> Iterator[str]:
    for what in ("usable", "touched"):
        mine, theirs = (median(comparison, way.name, what) for way in (ours, rival))
        if mine is not None and theirs is not None and theirs <= mine:
            where = f"{comparison['source']} to {comparison['target']}, {comparison['size']}, {what}"
            yield f"{where}: {rival.text} takes {theirs / mine:.2f} of the time of {ours.text}"


def _latency(results: Json) -> Iterator[str]:
    rows = results["latency"]
    for ours in (row for row in rows if row["kind"] == OURS):
        for theirs in (row for row in rows if row["kind"] == RIVAL and row["bytes"] == ours["bytes"]):
            faster = [point for point in _POINTS if theirs["curve"][point] <= ours["curve"][point]]
            if faster:
                each = ", ".join(f"p{point} {theirs['curve'][point] / ours['curve'][point]:.2f}" for point in faster)
                yield f"{ours['bytes']} bytes, one way: {theirs['text']} beside {ours['text']}: {each} of its time"
