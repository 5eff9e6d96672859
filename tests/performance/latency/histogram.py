"""Samples as HdrHistograms: percentiles, and a form that other tools read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hdrh.histogram import HdrHistogram

_LONGEST_NS = 60_000_000_000
_DIGITS = 3
PERCENTILES = (0, 1, 5, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100)
"""Points of the curves."""


@dataclass(frozen=True)
class Summary:
    """One way, nanoseconds: half of the round trips."""

    rounds: int
    curve: dict[str, int]
    """Percentile to value."""
    hdr: str
    """The histogram in HdrHistogram's own compressed form, base64."""


def summary(round_trips: Sequence[int]) -> Summary:
    """Of one participant at one size."""
    histogram = HdrHistogram(1, _LONGEST_NS, _DIGITS)
    for sample in round_trips:
        histogram.record_value(max(1, sample // 2))
    curve = {f"{point:g}": int(histogram.get_value_at_percentile(point)) for point in PERCENTILES}
    curve["0"] = int(histogram.get_min_value())
    return Summary(len(round_trips), curve, histogram.encode().decode())
