"""Every marked line of the code is in a model, and every model stands for marked lines, in their order."""

from __future__ import annotations

from collections import Counter

from tests.models import markers
from tests.models.relacy import MODELS


def modelled() -> set[str]:
    relacy = {marker.name for name in MODELS for marker in markers.relacy_markers(markers.MODELS / f"{name}.cpp")}
    return relacy | {name for path in markers.MODELS.glob("*.pml") for name in markers.spin_markers(path)}


def test_markers_are_unique() -> None:
    counts = Counter(marker.name for marker in markers.source_markers())
    assert [name for name, count in counts.items() if count != 1] == []


def test_every_marker_is_modelled_and_every_modelled_line_marked() -> None:
    assert modelled() == {marker.name for marker in markers.source_markers()}


def test_the_runner_knows_every_model() -> None:
    assert {path.stem for path in markers.MODELS.glob("*.cpp")} == set(MODELS)
