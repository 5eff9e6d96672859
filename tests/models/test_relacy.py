"""The relacy models hold in every execution they try, have the code's memory orders, and fail with one too weak."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.models import markers
from tests.models.relacy import FAILS, MODELS, SPARE, Mutation

LONG = ("long",) if os.environ.get("QADS_LONG") == "1" else ()
BUILD = markers.ROOT / "build/models"
FLAGS = ("-std=c++20", "-O2" if LONG else "-O0", "-w")  # relacy's own headers are full of warnings
HOLDS, BREAKS = 0, 1

Run = Callable[..., subprocess.CompletedProcess[str]]


def compiled(name: str) -> Path:
    """The model's program, made anew if its source, the header or the flags have changed."""
    BUILD.mkdir(parents=True, exist_ok=True)
    source = markers.MODELS / f"{name}.cpp"
    program = BUILD / f"{name}{FLAGS[1]}"
    newest = max(path.stat().st_mtime for path in (source, markers.MODELS / "model.hpp"))
    if not program.exists() or program.stat().st_mtime < newest:
        compiler = os.environ.get("CXX", "g++")
        subprocess.run([compiler, *FLAGS, str(source), "-o", str(program)], check=True)
    return program


@pytest.fixture(scope="session")
def run() -> Run:
    """Runs a model with what is to be broken."""
    programs = {name: compiled(name) for name in MODELS}

    def run_one(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(programs[name]), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run_one


def declared(name: str) -> list[markers.Marker]:
    return markers.relacy_markers(markers.MODELS / f"{name}.cpp")


def weaker(mutation: str) -> str:
    return mutation.split("=")[0] if "=" in mutation else ""


@pytest.mark.timeout(7200 if LONG else 600)
@pytest.mark.parametrize("model", MODELS)
def test_holds(run: Run, model: str) -> None:
    done = run(model, *LONG)
    assert done.returncode == HOLDS, done.stdout + done.stderr
    print("\n".join(line for line in done.stdout.splitlines() if "holds" in line))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("model", "mutation"), [(name, mutation) for name in MODELS for mutation in FAILS[name]])
def test_fails_when_broken(run: Run, model: str, mutation: Mutation) -> None:
    done = run(model, *mutation)
    assert done.returncode == BREAKS, done.stdout + done.stderr


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutation", SPARE)
def test_what_is_said_to_be_spare_is(run: Run, mutation: str) -> None:
    models = [name for name in MODELS if weaker(mutation) in {marker.name for marker in declared(name)}]
    assert models
    for name in models:
        done = run(name, mutation)
        assert done.returncode == HOLDS, done.stdout + done.stderr


@pytest.mark.parametrize("model", MODELS)
def test_has_the_memory_orders_of_the_code(model: str) -> None:
    code = {marker.name: marker for marker in markers.source_markers()}
    for marker in declared(model):
        assert marker.name in code, f"{marker.where}: the code has no marker {marker.name}"
        theirs = code[marker.name]
        assert marker.order == theirs.order, f"{marker.name}: {marker.order} at {marker.where}, not so {theirs}"


def test_every_memory_order_is_broken_by_some_run() -> None:
    broken = {weaker(part) for name in MODELS for mutation in FAILS[name] for part in mutation} | set(
        map(weaker, SPARE)
    )
    assert {marker.name for name in MODELS for marker in declared(name)} <= broken
