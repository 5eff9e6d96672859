"""What all tests of the command share."""

from __future__ import annotations

import pytest

from tests.agents.harness import Segments
from tests.cli.command import Qads


@pytest.fixture
def qads(segments: Segments) -> Qads:
    """The static program, in a directory that the test must leave empty."""
    return Qads(segments.directory)
