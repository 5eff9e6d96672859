"""Segment directories that are too small, or become so.

The error says what was needed, what there is and what to do; when there is room again, all go on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
import qadataswap

from tests.agents.harness import CPP, DONE, ERROR, LANGUAGES, WRITER_DIED, Language, Limit, Segments
from tests.agents.sources import Sources
from tests.agents.streams import assert_prefix, assert_same, load

EACH = pytest.mark.parametrize("language", [pytest.param(language, id=language.name) for language in LANGUAGES])
SIZES = pytest.mark.parametrize("size", [1, 8, 64], ids="{0} MB".format)
MIB = 1 << 20
LARGE = "real.bac_trades_20131008"
"""More than 5 MB."""

NO_SPACE = re.compile(
    r"segment '\w+' \(\S+\): no space for (?P<need>\d+) bytes of the \S+ section: its file system has (?P<free>\d+) "
    r"bytes free of (?P<total>\d+); choose a smaller capacity, enlarge it \(docker run --shm-size=\.\.\., mount -o "
    r"remount,size=\.\.\.\) or use another directory \(QADS_DIR\)"
)


def _check_words(message: str, total: int) -> None:
    """Need, free and remedy, and the figures make sense."""
    match = NO_SPACE.search(message)
    assert match, message
    assert int(match["total"]) == total
    assert 0 <= int(match["free"]) < int(match["need"])


def _free(directory: Path) -> int:
    found = os.statvfs(directory)
    return found.f_bavail * found.f_bsize


def _fill(directory: Path, leave: int) -> Path:
    """Another file takes all but so much."""
    filler = directory / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, _free(directory) - leave)
    return filler


def _batches(rows: int) -> Iterator[pa.RecordBatch]:
    number = 0
    while True:
        yield pa.record_batch({"n": pa.array([number] * rows, pa.int64())})
        number += 1


@SIZES
def test_a_capacity_that_does_not_fit(segments: Segments, limit: Limit, size: int) -> None:
    limit(f"{size}m")
    with pytest.raises(qadataswap.QadsNoSpaceError) as caught:
        qadataswap.create_writer("x", directory=segments.directory, capacity=2 * size * MIB, populate=True)
    _check_words(str(caught.value), size * MIB)
    assert segments.left() == []
    assert _free(segments.directory) == size * MIB
    # Half of it fits; so does any capacity whose memory is taken only as it is used.
    for capacity, populate in ((size * MIB // 2, True), (1 << 40, False)):
        with qadataswap.create_writer(
            "x", directory=segments.directory, capacity=capacity, populate=populate
        ) as writer:
            writer.write_arrow(next(_batches(10)))
        with qadataswap.create_reader("x", directory=segments.directory) as reader:
            assert [batch.num_rows for batch in reader] == [10]


@SIZES
def test_the_same_writer_and_reader_go_on_when_there_is_space_again(
    segments: Segments, limit: Limit, size: int
) -> None:
    limit(f"{size}m")
    directory = segments.directory
    batches = _batches(8192)  # 64 KiB
    written = []
    with (
        qadataswap.create_writer("x", 1000, directory=directory, capacity=1 << 36) as writer,
        qadataswap.create_reader("x", directory=directory) as reader,
    ):
        for batch in (next(batches), next(batches)):
            writer.write_arrow(batch)
            written.append(batch)
        for _ in range(2):
            filler = _fill(directory, 300_000)
            failed = 0
            while failed < 2:
                batch = next(batches)
                try:
                    writer.write_arrow(batch, timeout_ms=0)
                    written.append(batch)
                except qadataswap.QadsNoSpaceError as error:
                    failed += 1
                    _check_words(str(error), size * MIB)
                    assert len(written) < 1000
            filler.unlink()
            writer.write_arrow(batch, timeout_ms=0)
            written.append(batch)
        writer.finish()
        got = list(reader)
    assert [batch["n"][0].as_py() for batch in got] == [batch["n"][0].as_py() for batch in written]
    assert pa.Table.from_batches(got) == pa.Table.from_batches(written)


@EACH
def test_a_writer_that_waits_goes_on_when_there_is_space_again(
    segments: Segments, sources: Sources, limit: Limit, language: Language
) -> None:
    limit("16m")
    filler = _fill(segments.directory, 3 * MIB)
    options = ("--slots", 2000, "--capacity", 1 << 36, "--timeout-ms", 100_000)
    writer = segments.write(language, "x", sources.path(LARGE), *options)
    segments.wait_for("x", timeout=60)
    while qadataswap.inspect_segment("x", directory=segments.directory)[0].stalls == 0:
        assert writer.running, writer.wait()
    filler.unlink()
    writer.expect(DONE)
    segments.read(language, "x", "out.stream").expect(DONE)
    assert_same(load(segments.files / "out.stream"), sources.load(LARGE))


@EACH
def test_every_language_is_told_need_free_and_remedy(
    segments: Segments, sources: Sources, limit: Limit, language: Language
) -> None:
    limit("1m")
    writer = segments.write(language, "x", sources.path(LARGE), "--capacity", 1 << 36, "--timeout-ms", 200)
    said = writer.expect(ERROR).err
    assert said.startswith("no space: ")
    _check_words(said, MIB)
    segments.read(language, "x", "out.stream").expect(WRITER_DIED)
    assert_prefix(load(segments.files / "out.stream"), sources.load(LARGE))


@EACH
def test_so_it_is_where_not_even_the_segment_fits(
    segments: Segments, sources: Sources, limit: Limit, language: Language
) -> None:
    limit("12k")
    said = segments.write(language, "x", sources.path("real.planes")).expect(ERROR).err
    assert said.startswith("no space: ")
    _check_words(said, 12 << 10)
    assert segments.left() == []


@EACH
def test_a_limit_on_the_size_of_files_is_an_error_not_a_signal(
    segments: Segments, sources: Sources, language: Language
) -> None:
    within = ("prlimit", f"--fsize={32 * MIB}")
    said = segments.write(language, "x", sources.path("real.planes"), within=within).expect(ERROR).err
    assert said.startswith("no space: ")
    for part in (f"may have {32 * MIB} bytes", "choose a smaller capacity", "ulimit -f"):
        assert part in said
    smaller = ("--capacity", 16 * MIB)
    segments.write(language, "x", sources.path("real.planes"), *smaller, within=within).expect(DONE)
    segments.read(CPP, "x", "out.stream").expect(DONE)


def test_a_file_system_without_inodes(segments: Segments, sources: Sources, limit: Limit) -> None:
    limit("8m,nr_inodes=2")
    (segments.directory / "filler").touch()
    said = segments.write(CPP, "x", sources.path("real.planes")).expect(ERROR).err
    assert said.startswith("no space: ")
    assert str(segments.directory) in said
    assert "choose another directory (QADS_DIR)" in said
    (segments.directory / "filler").unlink()
