"""Where somebody else is faster, found in the numbers."""

from __future__ import annotations

from collections.abc import Iterator

from tests.performance.latency.participants import OURS, RIVAL
from tests.performance.page.results import Json, median
from tests.performance.rivals import QADATASWAP, RIVALS

_POINTS = ("50", "99", "99.9")


def losses(results: Json) -> list[str]:
    """A line each; floors aren't rivals."""
    return [*_tables(results), *_latency(results)]


def _tables(results: Json) -> Iterator[str]:
    for comparison in results["tables"]:
        for rival in RIVALS:
            for what in ("usable", "touched"):
                ours, theirs = (median(comparison, way.name, what) for way in (QADATASWAP, rival))
                if ours is not None and theirs is not None and theirs <= ours:
                    where = f"{comparison['source']} to {comparison['target']}, {comparison['size']}, {what}"
                    yield f"{where}: {rival.text} takes {theirs / ours:.2f} of QADataSwap's time"


def _latency(results: Json) -> Iterator[str]:
    rows = results["latency"]
    for ours in (row for row in rows if row["kind"] == OURS):
        for theirs in (row for row in rows if row["kind"] == RIVAL and row["bytes"] == ours["bytes"]):
            faster = [point for point in _POINTS if theirs["curve"][point] <= ours["curve"][point]]
            if faster:
                each = ", ".join(f"p{point} {theirs['curve'][point] / ours['curve'][point]:.2f}" for point in faster)
                yield f"{ours['bytes']} bytes, one way: {theirs['text']} beside {ours['text']}: {each} of its time"
