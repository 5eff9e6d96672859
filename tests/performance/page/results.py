"""Raw numbers to the compact form that lies beside the page, docs/benchmarks/results.json: all that the page tells."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.performance.latency.histogram import summary
from tests.performance.paths import PARTS, RESULTS
from tests.performance.rivals import COPIES, text_of

_ENOUGH_FOR_P99 = 100
_COPIES = tuple(floor.name for floor in COPIES)

Json = dict[str, Any]


def compact() -> Json:
    """Of the last run of each benchmark; what was not run is empty."""
    tables, latency = _load(RESULTS / "tables.json"), _load(RESULTS / "latency.json")
    return {
        **_load(RESULTS / "machine.json"),
        "quick": tables.get("quick", False) or latency.get("quick", False),
        "unit": "ns",
        "tables": [_comparison(each) for each in tables.get("comparisons", [])],
        "read costs": {name: _spread(values) for name, values in tables.get("read costs", {}).items()},
        "latency": [_latency(row) for row in latency.get("rows", []) if row["samples"]],
        "parts": [_load(path) for path in sorted(PARTS.glob("*.json"))],
        "skipped": [*tables.get("skipped", []), *latency.get("skipped", [])],
        "failed": latency.get("failed", []),
    }


def _load(path: Path) -> Json:
    loaded: Json = json.loads(path.read_text()) if path.is_file() else {}
    return loaded


def _spread(values: Sequence[float]) -> Json | None:
    if not values:
        return None
    found = {"median": statistics.median(values), "low": min(values), "high": max(values), "rounds": len(values)}
    if len(values) >= _ENOUGH_FOR_P99:
        found["p99"] = round(statistics.quantiles(values, n=100)[-1])
    return found


def _comparison(raw: Json) -> Json:
    ways = {
        name: {"text": text_of(name), "usable": _spread(each["usable"]), "touched": _spread(each["touched"])}
        for name, each in raw["timings"].items()
    }
    return {**{key: raw[key] for key in ("source", "target", "size", "bytes", "rows")}, "ways": ways}


def _latency(row: Json) -> Json:
    found = summary(row["samples"])
    about = {key: row[key] for key in ("name", "text", "kind", "bytes")}
    return {**about, "rounds": found.rounds, "curve": found.curve, "hdr": found.hdr}


# ---- Looking things up ----------------------------------------------------------------------------------------------


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
