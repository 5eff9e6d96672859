"""docs/benchmarks.md says what results.json beside it says, and judges by it. Nothing is measured here."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from tests.performance.page import markdown
from tests.performance.page.goals import Goal, goals, missed
from tests.performance.page.losses import losses
from tests.performance.page.results import Json

DOCS = Path(__file__).resolve().parents[2] / "docs"


def spread(median: float) -> Json:
    """Of three rounds."""
    return {"median": median, "low": median / 2, "high": median * 2, "rounds": 3}


def way(usable: float, touched: float | None) -> Json:
    """Of whole tables."""
    return {"text": "a way", "usable": spread(usable), "touched": None if touched is None else spread(touched)}


def latency(name: str, kind: str, median: int) -> Json:
    """One way of a small batch."""
    curve = {"50": median, "99": 2 * median, "99.9": 3 * median, "100": 4 * median}
    return {"name": name, "text": name, "kind": kind, "bytes": 1024, "rounds": 3, "curve": curve, "hdr": ""}


@pytest.fixture
def results() -> Json:
    """A run in which QADataSwap is twice as fast as its only rival, and as fast as it wants to be."""
    ways = {
        "qadataswap": way(100.0, 104.0),
        "qadataswap-busy": way(100.0, 104.0),
        "ray": way(200.0, 208.0),
        "plain": way(110.0, None),
        "streamed": way(100.0, None),
    }
    table = {"source": "Python", "target": "Python", "size": "64MB", "bytes": 1, "rows": 1, "ways": ways}
    rows = [latency("line", "floor", 100), latency("qads-c", "ours", 190), latency("iceoryx2-loaned", "rival", 200)]
    part = {"name": "wake", "unit": "ns", "rows": [{"what": "a reader", **spread(5), "goal": "≤ 2 x it", "ratio": 1.5}]}
    about: Json = {"date": "2026-11-21", "quick": False, "machine": {"cores": "2"}, "software": []}
    measured = {"tables": [table], "read costs": {}, "latency": rows, "parts": [part]}
    return {**about, **measured, "skipped": ["somebody"], "failed": []}


def find(results: Json, what: str) -> Goal:
    """The one goal that says so."""
    [found] = [goal for goal in goals(results) if what in goal.what]
    return found


def test_a_goal_that_was_reached_is_met_and_one_without_figures_is_not_measured(results: Json) -> None:
    assert find(results, "64MB, Python to Python").verdict() == "met"
    assert find(results, "cache line").measured == pytest.approx(1.9)
    assert find(results, "wake").verdict() == "met"
    assert find(results, "1GB, Python to Python").verdict() == "not measured"
    assert not missed(results)


def test_the_faster_one_of_the_copies_is_the_floor(results: Json) -> None:
    results["tables"][0]["ways"]["plain"] = way(50.0, None)
    assert [goal.measured for goal in missed(results)] == [pytest.approx(2.08)]


def test_who_is_faster_is_found_and_a_floor_is_nobody(results: Json) -> None:
    assert losses(results) == []
    slower = copy.deepcopy(results)
    slower["tables"][0]["ways"]["qadataswap"] = way(300.0, 300.0)
    slower["latency"][1] = latency("qads-c", "ours", 400)
    assert len(losses(slower)) == 3  # usable, touched, one way


def test_where_the_time_goes_is_told_only_if_a_goal_was_missed(results: Json) -> None:
    assert "## Where the time goes" not in markdown.page(results)
    results["tables"][0]["ways"]["qadataswap-busy"] = way(300.0, 300.0)
    assert "## Where the time goes" in markdown.page(results)


def test_what_was_left_out_is_on_the_page(results: Json) -> None:
    assert "- not built or not installed, so not measured: somebody" in markdown.page(results)


def test_the_page_is_what_its_figures_give() -> None:
    measured = json.loads((DOCS / "benchmarks/results.json").read_text(encoding="utf-8"))
    assert (DOCS / "benchmarks.md").read_text(encoding="utf-8") == markdown.page(measured)


def test_the_same_figures_give_the_same_pictures(results: Json, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from tests.performance.page import plots

    drawn = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        plots.draw(results, tmp_path / name)
        drawn.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert drawn[0] == drawn[1]
    assert sorted(drawn[0]) == ["latency_1024.svg", "python_python_64mb.svg"]
