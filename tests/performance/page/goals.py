"""What QADataSwap wants to reach, and whether it did in this run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.performance.page.results import Json, best_copy, find_comparison, median, percentile, ratio
from tests.performance.rivals import BUSY, COLD, IN_PLACE, QADATASWAP
from tests.performance.small import IMPORT, READ

_SMALL, _LARGE = 1024, 80_000
_US = 1e3
_SIZES = ("1MB", "64MB", "1GB")


@dataclass(frozen=True)
class Goal:
    """One row."""

    what: str
    limit: float
    measured: float | None
    unit: str = "x"
    """x: a ratio; us: microseconds, on the reference machine."""

    def verdict(self) -> str:
        """In a word."""
        if self.measured is None:
            return "not measured"
        return "met" if self.measured <= self.limit else "**missed**"


def goals(results: Json) -> list[Goal]:
    """All of them, of parts too."""
    return [*_latency(results), *_small(results), *_tables(results), *_parts(results)]


def missed(results: Json) -> list[Goal]:
    """Those that were measured, and not reached."""
    return [goal for goal in goals(results) if goal.measured is not None and goal.measured > goal.limit]


def _latency(results: Json) -> Iterator[Goal]:
    def p50(name: str, nbytes: int) -> float | None:
        return percentile(results, name, nbytes, "50")

    ours = p50("qads-c", _SMALL)
    yield Goal(
        "1 KiB, C interface, spinning, one way : cache line to cache line", 2.0, ratio(ours, p50("line", _SMALL))
    )
    loaned = ratio(ours, p50("iceoryx2-loaned", _SMALL))
    yield Goal("the same : iceoryx2's loaned hand-over, of which only the round is read", 1.0, loaned)
    for name, language, limit in (("qads-java", "Java", 4.0), ("qads-rust", "Rust", 5.0)):
        yield Goal(f"80 KB, {language} to {language}, one way", limit, ratio(p50(name, _LARGE), _US), "us")


def _small(results: Json) -> Iterator[Goal]:
    costs = results["read costs"]
    measured = ratio(costs[READ]["median"], costs[IMPORT]["median"]) if READ in costs else None
    yield Goal("reading 10 x 1,000 in Python : pyarrow's own import within a process", 1.2, measured)


def _tables(results: Json) -> Iterator[Goal]:
    for size in _SIZES:
        for source, way, how in (("Python", BUSY, "reader spins"), ("Java", QADATASWAP, "reader sleeps")):
            found = find_comparison(results, source, size)
            measured = ratio(median(found, way.name, "touched"), best_copy(found)) if found else None
            yield Goal(f"{size}, {source} to Python, one copy, touched, {how} : best single copy", 1.05, measured)
    found = find_comparison(results, "Python", _SIZES[-1])
    in_place = ratio(median(found, IN_PLACE.name, "usable"), _US) if found else None
    yield Goal("1GB built in place, Python to Python, write to usable, reader spins", 10.0, in_place, "us")
    cold = ratio(median(found, COLD.name, "usable"), median(found, "populate", "usable")) if found else None
    yield Goal("the first 1GB through a new segment : the kernel backing that memory", 1.1, cold)


_LIMIT = re.compile(r"≤ ([\d.]+) (x|ns)\b")


def _parts(results: Json) -> Iterator[Goal]:
    """Rows whose goal limits their ratio, "≤ 1.05 x one memcpy" say, or their median, "≤ 1000 ns"."""
    for part in results["parts"]:
        for row in part["rows"]:
            limit = _LIMIT.search(row.get("goal") or "")
            if limit is None:
                continue
            what = f"{part['name']} : {row['what']} : {row['goal']}"
            if limit[2] == "x":
                yield Goal(what, float(limit[1]), float(row["ratio"]))
            else:
                yield Goal(what, float(limit[1]) / _US, float(row["median"]) / _US, "us")
