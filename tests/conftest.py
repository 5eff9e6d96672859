"""What all tests that start agents share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.agents.harness import Limit, Segments
from tests.agents.sources import Sources


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --rounds, and takes its default from the environment: a long run kills ten times as often."""
    default = os.environ.get("QADS_KILL_ROUNDS") or ("10" if os.environ.get("QADS_LONG") == "1" else "1")
    parser.addoption("--rounds", type=int, default=int(default), help="so many times as many kills in tests/crash")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that may take a time of its own may take so many times as long."""
    for item in items:
        limit = item.get_closest_marker("timeout")
        if limit and "rounds" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(limit.args[0] * config.getoption("--rounds")), append=False)


@pytest.fixture
def segments(tmp_path: Path) -> Iterator[Segments]:
    """A fresh segment directory in shared memory; the test fails if it leaves anything in it."""
    with tempfile.TemporaryDirectory(prefix="qads-test-", dir="/dev/shm") as directory:
        here = Segments(Path(directory), tmp_path)
        yield here
        here.end()
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture
def limit(segments: Segments) -> Iterator[Limit]:
    """Puts a file system of a given size under the segment directory."""
    mounted: list[Path] = []

    def mount(size: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(segments.directory)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"this machine doesn't let us mount a tmpfs: {done.stderr.strip()}")
        mounted.append(segments.directory)

    yield mount
    if mounted:
        try:
            segments.end()
        finally:
            # At once for everybody else, even while a failed test holds on to a mapping.
            subprocess.run(["umount", "--lazy", str(segments.directory)], check=True)


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """The streams that tests write: golden and real files, and generated ones."""
    return Sources(tmp_path_factory.mktemp("sources"))


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    """How many times as many kills as by default."""
    value = request.config.getoption("--rounds")
    assert isinstance(value, int)
    return value
