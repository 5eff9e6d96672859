"""A segment directory that several users share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.access.users import need_users
from tests.agents.harness import Segments


@pytest.fixture
def shared(segments: Segments, tmp_path: Path) -> Segments:
    """One like /dev/shm: everybody may make files there, and remove his own."""
    need_users()
    segments.directory.chmod(0o1777)
    segments.files = tmp_path / "everybodys"
    segments.files.mkdir()
    segments.files.chmod(0o777)
    return segments
