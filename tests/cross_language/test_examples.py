"""The examples work together: one writes, another one reads."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.agents.harness import CPP, DONE, PROGRAMS, Segments
from tests.agents.sources import Sources


def _start(segments: Segments, program: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PROGRAMS / program, *words],
        env={**os.environ, "QADS_DIR": str(segments.directory)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_writer_and_the_reader_meet(segments: Segments) -> None:
    reader = _start(segments, "cpp_reader", "meeting")
    writer = _start(segments, "cpp_writer", "meeting", "25")
    written, read = writer.communicate(timeout=30)[0], reader.communicate(timeout=30)[0]
    assert writer.returncode == reader.returncode == 0
    assert "wrote 25000 rows, 0 bytes copied" in written
    assert "read 25000 rows in 25 batches, 0 lost" in read


def test_the_reader_reads_what_any_writer_wrote(segments: Segments, sources: Sources) -> None:
    segments.write(CPP, "any", sources.path("real.planes")).expect(DONE)
    reader = _start(segments, "cpp_reader", "any")
    assert "read 3322 rows in 4 batches" in reader.communicate(timeout=30)[0]


@pytest.mark.parametrize("program", ["c_example", "basic_example", "cpp_writer", "cpp_reader", "performance_test"])
def test_an_example_runs_without_arguments(segments: Segments, program: str) -> None:
    example = _start(segments, program)
    assert example.communicate(timeout=60)[0]
    assert example.returncode == 0
