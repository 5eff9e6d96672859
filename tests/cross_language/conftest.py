"""What the matrix runs on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agents.standing import MatrixSegments, StandingAgents


@pytest.fixture(scope="session")
def standing() -> Iterator[StandingAgents]:
    """Agents that outlive a test."""
    with tempfile.TemporaryDirectory(prefix="qads-test-", dir="/dev/shm") as directory:
        agents = StandingAgents(Path(directory))
        yield agents
        agents.end()


@pytest.fixture
def matrix(standing: StandingAgents, tmp_path: Path) -> Iterator[MatrixSegments]:
    """Agents of every language, in a segment directory that is empty; the test fails if it leaves anything in it."""
    here = MatrixSegments(standing, tmp_path)
    yield here
    here.end()
    shutil.rmtree(tmp_path, ignore_errors=True)
