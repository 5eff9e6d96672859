"""What all tests of the Python binding share: a segment directory of their own, in which nothing may be left."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from tests.agents.sources import Sources  # noqa: E402 (found by the path above)


@pytest.fixture(autouse=True)
def directory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The segment directory; the test fails if it leaves anything in it, or a descriptor or a mapping of it open."""
    with tempfile.TemporaryDirectory(prefix="qads-test-", dir="/dev/shm") as folder:
        monkeypatch.setenv("QADS_DIR", folder)
        yield Path(folder)
        gc.collect()
        left = sorted(os.listdir(folder))
        mapped = [line for line in Path("/proc/self/maps").read_text().splitlines() if folder in line]
        assert not left, f"files left in the segment directory: {left}"
        assert not mapped, f"still mapped: {mapped}"


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """Golden, real and generated streams by name."""
    return Sources(tmp_path_factory.mktemp("sources"))
