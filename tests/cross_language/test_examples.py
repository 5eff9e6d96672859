"""Every example runs, as a user would start it; and any language's writer meets any language's reader."""

from __future__ import annotations

import os
import re
import subprocess
import time
from itertools import product
from pathlib import Path

import pytest

from tests.agents.harness import DONE, LANGUAGES, ROOT, Language, Segments
from tests.agents.sources import Sources
from tests.integration.programs import cpp, java, python, rust

EXAMPLES = "io.qadataswap.examples"

WRITERS = {
    "cpp_writer": cpp("cpp_writer"),
    "JavaWriter": java(f"{EXAMPLES}.JavaWriter"),
    "rust_writer": rust("examples/rust_writer"),
}
READERS = {
    "cpp_reader": cpp("cpp_reader"),
    "epoll_reader": cpp("epoll_reader"),
    "asyncio_reader": python("python/examples/asyncio_reader.py"),
    "tokio_reader": rust("examples/tokio_reader"),
    "JavaReader": java(f"{EXAMPLES}.JavaReader"),
    "NettyReader": java(f"{EXAMPLES}.NettyReader"),
    "rust_reader": rust("examples/rust_reader"),
}
SLOW_START = ("JavaReader", "NettyReader")

ALONE = {
    "c_example": cpp("c_example"),
    "basic_example": cpp("basic_example"),
    "performance_test": cpp("performance_test"),
    "BasicExample": java(f"{EXAMPLES}.BasicExample"),
    "python basic_example": python("python/examples/basic_example.py"),
    "python polars_integration": python("python/examples/polars_integration.py"),
    "rust basic_example": rust("examples/basic_example"),
    **WRITERS,
    **READERS,
}


def _start(segments: Segments, command: list[str], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*command, *words],
        env={**os.environ, "QADS_DIR": str(segments.directory)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _said(example: subprocess.Popen[str]) -> str:
    """What it printed; it must have ended well, and without a complaint."""
    try:
        out, err = example.communicate(timeout=300)
    except subprocess.TimeoutExpired:
        example.kill()
        raise
    assert example.returncode == 0, (out, err)
    assert err == ""
    return out


def _wait_until_it_looks(reader: subprocess.Popen[str]) -> None:
    """Until a JVM has loaded the native library: a writer waits one second for somebody to come."""
    deadline = time.monotonic() + 60
    while "libqadataswap" not in Path(f"/proc/{reader.pid}/maps").read_text():
        assert reader.poll() is None, reader.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(("writer", "reader"), list(product(WRITERS, READERS)))
def test_a_writer_and_a_reader_meet(segments: Segments, writer: str, reader: str) -> None:
    if reader in SLOW_START:
        reading = _start(segments, READERS[reader], "meeting")
        _wait_until_it_looks(reading)
        writing = _start(segments, WRITERS[writer], "meeting", "25")
    else:
        writing = _start(segments, WRITERS[writer], "meeting", "25")
        segments.wait_for("meeting")
        reading = _start(segments, READERS[reader], "meeting")
    written, read = _said(writing), _said(reading)
    wrote = re.search(r"wrote 25000 rows, (\d+) bytes copied, (\d+) in place", written)
    assert wrote, written
    # Java puts validity bitmaps behind the values, where not all can stay; the values themselves aren't copied.
    assert int(wrote[1]) == 0 or writer == "JavaWriter"
    assert int(wrote[2]) >= 25_000 * 2 * 8
    assert "read 25000 rows in 25 batches, 0 lost" in read
    assert "step" in read
    assert "square" in read


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("writer", [pytest.param(language, id=language.name) for language in LANGUAGES])
def test_a_reader_reads_what_any_writer_wrote(
    segments: Segments, sources: Sources, writer: Language, reader: str
) -> None:
    segments.write(writer, "any", sources.path("real.planes")).expect(DONE)
    assert "read 3322 rows in 4 batches" in _said(_start(segments, READERS[reader], "any"))


@pytest.mark.parametrize("example", ALONE)
def test_an_example_runs_without_arguments(segments: Segments, example: str) -> None:
    assert _said(_start(segments, ALONE[example]))


def test_every_example_is_run() -> None:
    java_examples = "java/src/test/java/io/qadataswap/examples/*.java"
    patterns = ("native/examples/*.c*", "python/examples/*.py", "rust/qadataswap/examples/[rt]*.rs", java_examples)
    names = {path.stem for pattern in patterns for path in ROOT.glob(pattern)} - {"package-info"}
    assert names <= {name.split()[-1] for name in ALONE}
