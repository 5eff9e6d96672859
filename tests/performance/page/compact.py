"""Raw numbers to the compact form that lies beside the page, docs/benchmarks/results.json: all that the page tells."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path

from tests.performance.latency.histogram import summary
from tests.performance.page.results import Json
from tests.performance.paths import PARTS, RESULTS
from tests.performance.rivals import text_of

_ENOUGH_FOR_P99 = 100


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
        "failed": [*tables.get("failed", []), *latency.get("failed", [])],
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
