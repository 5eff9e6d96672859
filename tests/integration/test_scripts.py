"""The scripts that a user starts with do what the README says."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from tests.agents.harness import ROOT, Segments

# They build what isn't built yet.
pytestmark = pytest.mark.timeout(1800)


def _run(segments: Segments, *command: str) -> str:
    env = {**os.environ, "QADS_DIR": str(segments.directory)}
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_demo_shows_four_readers_of_three_writers_with_the_right_values(segments: Segments) -> None:
    printed = _run(segments, "scripts/demo.sh")
    writers = re.findall(r"^(\S+) writer +2,517,440 rows", printed, re.MULTILINE)
    readers = re.findall(r"^  (\S+) +2,517,440 rows .* (bit-exact|same values|sums agree)$", printed, re.MULTILINE)
    assert writers == ["Java", "Python/Polars", "Rust/Polars"]
    assert [name for name, _ in readers] == ["Java", "C++", "Python/Polars", "Rust/Polars"] * 3
    assert [verdict for _, verdict in readers[:2]] == ["bit-exact"] * 2


def test_the_wheel_works_where_there_is_nothing_but_python(segments: Segments) -> None:
    printed = _run(segments, "scripts/build_all.sh", "--python-only", "--wheel")
    assert re.search(r"checking qadataswap-\S+-manylinux\S+\.whl in a fresh environment", printed)
