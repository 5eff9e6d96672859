"""The spin models hold in every state, deaths at any step included, and fail when a step is broken."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.models import markers
from tests.models.spin import FAILS, HOLD, HOLD_LONG, Search

LONG = os.environ.get("QADS_LONG") == "1"
SEARCHES = HOLD + HOLD_LONG if LONG else HOLD
DEPTH = 1_000_000


def search(folder: Path, wanted: Search, *breaks: str) -> str:
    """What the checker says after trying every state, or up to the first error."""
    source = markers.MODELS / f"{wanted.model}.pml"
    defines = [f"-D{size}" for size in (*wanted.sizes.split(), *breaks)]
    optimisation = "-O2" if wanted.megabytes > 1000 else "-O0"
    compiler = os.environ.get("CC", "gcc")
    checker = [
        compiler,
        optimisation,
        "-w",
        "-DSAFETY",
        "-DCOLLAPSE",
        f"-DMEMLIM={wanted.megabytes}",
        "pan.c",
        "-o",
        "pan",
    ]
    subprocess.run(["spin", "-a", *defines, str(source)], cwd=folder, check=True, capture_output=True)
    subprocess.run(checker, cwd=folder, check=True)
    run = ["./pan", f"-m{DEPTH}", "-w20"]
    return subprocess.run(run, cwd=folder, check=True, capture_output=True, text=True).stdout


def errors(said: str) -> int:
    found = re.search(r"errors: (\d+)", said)
    assert found, said
    return int(found[1])


@pytest.mark.timeout(12 * 3600 if LONG else 900)
@pytest.mark.parametrize("wanted", SEARCHES, ids=lambda wanted: f"{wanted.model} {wanted.sizes}")
def test_holds(tmp_path: Path, wanted: Search) -> None:
    said = search(tmp_path, wanted)
    assert errors(said) == 0, said
    assert "Search not completed" not in said, said
    assert "too small" not in said, said
    print(re.search(r"\d+ states, stored", said))


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("model", "broken", "sizes"), FAILS)
def test_fails_when_broken(tmp_path: Path, model: str, broken: str, sizes: str) -> None:
    said = search(tmp_path, Search(model, sizes), f"BREAK_{broken}")
    assert errors(said) == 1, said
    assert "assertion violated" in said, said


@pytest.mark.parametrize("model", sorted(path.stem for path in markers.MODELS.glob("*.pml")))
def test_every_break_is_tried(model: str) -> None:
    text = (markers.MODELS / f"{model}.pml").read_text(encoding="utf-8")
    assert set(re.findall(r"BREAK_([A-Z_]+)", text)) == {broken for name, broken, _ in FAILS if name == model}
