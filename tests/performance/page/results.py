"""Looking things up in what results.json has; compact.py says how it is made."""

from __future__ import annotations

from typing import Any

from tests.performance.rivals import COPIES

Json = dict[str, Any]

_COPIES = tuple(floor.name for floor in COPIES)


def percentile(results: Json, name: str, nbytes: int, point: str) -> float | None:
    """One way, nanoseconds; None if it wasn't measured."""
    for row in results["latency"]:
        if row["name"] == name and row["bytes"] == nbytes:
            return float(row["curve"][point])
    return None


def median(comparison: Json, way: str, what: str) -> float | None:
    """Nanoseconds; None if it wasn't measured."""
    spread = comparison["ways"].get(way, {}).get(what)
    return None if spread is None else float(spread["median"])


def best_copy(comparison: Json) -> float | None:
    """The fastest of the floors that copy."""
    copies = [copy for copy in (median(comparison, way, "usable") for way in _COPIES) if copy is not None]
    return min(copies, default=None)


def find_comparison(results: Json, source: str, size: str) -> Json | None:
    """From this language to Python."""
    for comparison in results["tables"]:
        if (comparison["source"], comparison["size"]) == (source, size):
            found: Json = comparison
            return found
    return None


def ratio(value: float | None, base: float | None) -> float | None:
    """None if either wasn't measured."""
    return None if value is None or base is None else value / base
