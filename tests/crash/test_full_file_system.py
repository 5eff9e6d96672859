"""A segment directory without room: a clear error, no crash, and nothing that was published is lost."""

from __future__ import annotations

import itertools

import pytest

from tests.agents.harness import CPP, DONE, ERROR, LANGUAGES, WRITER_DIED, Language, Limit, Segments
from tests.agents.sources import Sources
from tests.agents.streams import assert_prefix, assert_same, load

SOON = ("--timeout-ms", 500)
"""A writer without space waits so long for readers to give memory back."""

EACH = pytest.mark.parametrize("language", [pytest.param(language, id=language.name) for language in LANGUAGES])


@EACH
def test_no_room_for_the_next_batch_is_an_error_that_loses_nothing(
    segments: Segments, sources: Sources, limit: Limit, language: Language
) -> None:
    limit("3m")
    writer = segments.write(language, "tight", sources.path("real.bac_trades_20131008"), *SOON, "--capacity", 1 << 26)
    ended = writer.expect(ERROR)
    assert ended.err.startswith("no space: ")
    assert "tight" in ended.err
    segments.read(CPP, "tight", "out.stream").expect(WRITER_DIED)
    got = load(segments.files / "out.stream")
    assert got.batches
    assert_prefix(got, sources.load("real.bac_trades_20131008"))


@EACH
def test_no_room_for_the_segment_leaves_nothing(
    segments: Segments, sources: Sources, limit: Limit, language: Language
) -> None:
    limit("4k")
    ended = segments.write(language, "tight", sources.path("real.planes")).expect(ERROR)
    assert ended.err.startswith("no space: ")
    assert segments.left() == []


@pytest.mark.parametrize("zero_copy", [False, True], ids=["copied", "in place"])
def test_readers_at_work_outlive_a_writer_without_room(
    segments: Segments, sources: Sources, limit: Limit, zero_copy: bool
) -> None:
    limit("2m")
    readers = [
        segments.read(CPP, "tight", f"{number}.stream", "--hold", 8, "--hold-check", "--delay-ms", number)
        for number in range(2)
    ]
    options = [*SOON, "--start-after-readers", 2, *(["--zero-copy"] if zero_copy else [])]
    ended = segments.write(CPP, "tight", sources.path("real.bac_trades_20131008"), *options).expect(ERROR)
    assert ended.err.startswith("no space: ")
    for number, reader in enumerate(readers):
        reader.expect(WRITER_DIED)
        got = load(segments.files / f"{number}.stream")
        assert got.batches
        assert_prefix(got, sources.load("real.bac_trades_20131008"))


def test_a_ring_that_has_its_memory_goes_on_when_others_fill_the_file_system(
    segments: Segments, sources: Sources, limit: Limit
) -> None:
    limit("8m")
    slow = segments.read(CPP, "warm", "out.stream", "--delay-ms", 1)
    writer = segments.write(CPP, "warm", sources.path("numbered.500"), "--slots", 4, "--start-after-readers", 1)
    segments.wait_for("warm", slow)
    while not (segments.files / "out.stream").exists() or (segments.files / "out.stream").stat().st_size < 20_000:
        assert writer.running
    filler = segments.directory / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        file.writelines(itertools.repeat(bytes(1 << 16)))
    ended = writer.expect(DONE, ERROR)
    filler.unlink()
    slow.expect(DONE if ended.code == DONE else WRITER_DIED)
    got = load(segments.files / "out.stream")
    assert_prefix(got, sources.load("numbered.500"))
    if ended.code == DONE:
        assert_same(got, sources.load("numbered.500"))
    else:
        assert ended.err.startswith("no space: ")
