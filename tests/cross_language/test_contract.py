"""The agents keep their own contract: exit statuses, one line of error that begins with its kind."""

from __future__ import annotations

import subprocess

import pyarrow as pa
import pytest

from tests.agents.harness import (
    AGENT,
    CORRUPT,
    CPP,
    DONE,
    ERROR,
    LANGUAGES,
    TIMEOUT,
    USAGE,
    WRITER_DIED,
    Agent,
    Language,
    Segments,
)
from tests.agents.sources import Sources
from tests.agents.streams import assert_prefix, assert_same, load, save

EACH = pytest.mark.parametrize("language", [pytest.param(language, id=language.name) for language in LANGUAGES])


WRONG = [
    ["write"],
    ["read", "x"],
    ["fly", "x"],
    ["write", "x"],
    ["read", "x", "--output"],
    ["write", "x", "--input", "y", "--slots", "many"],
    ["write", "x", "--input", "y", "--overflow", "perhaps"],
    ["write", "x", "--input", "y", "--slice", "5"],
    ["read", "x", "--output", "y", "--zero-copy"],
]
WRONG_FOR_EACH = [
    pytest.param(language, words, id=f"{language.name} {' '.join(words)}")
    for language in LANGUAGES
    for words in (WRONG[:2] if language.slow_start else WRONG)
]


@pytest.mark.parametrize(("language", "words"), WRONG_FOR_EACH)
def test_a_wrong_command_line_is_a_usage_error(segments: Segments, language: Language, words: list[str]) -> None:
    Agent([language.name, *words], segments.directory).expect(USAGE)


@pytest.mark.parametrize("words", [[], ["cobol", "read", "x"]], ids=str)
def test_the_launcher_refuses_what_it_does_not_know(words: list[str]) -> None:
    ended = subprocess.run([AGENT, *words], capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == USAGE
    assert ended.stderr.startswith("usage: ")


@EACH
def test_a_reader_waits_for_the_segment_no_longer_than_it_may(segments: Segments, language: Language) -> None:
    ended = segments.read(language, "nowhere", "out.stream", "--timeout-ms", 100).expect(TIMEOUT)
    assert "nowhere" in ended.err


@EACH
def test_a_reader_waits_for_a_batch_no_longer_than_it_may(
    segments: Segments, sources: Sources, language: Language
) -> None:
    writer = segments.write(CPP, "idle", sources.path("numbered.100"), "--start-after-readers", 2)
    segments.wait_for("idle")
    ended = segments.read(language, "idle", "out.stream", "--timeout-ms", 300).expect(TIMEOUT)
    assert ended.err.startswith("timeout: ")
    assert "idle" in ended.err
    writer.kill()
    writer.wait()
    segments.read(language, "idle", "out.stream").expect(WRITER_DIED)


@EACH
def test_a_writer_waits_for_room_no_longer_than_it_may(
    segments: Segments, sources: Sources, language: Language
) -> None:
    writer = segments.write(language, "full", sources.path("numbered.100"), "--slots", 3, "--timeout-ms", 300)
    ended = writer.expect(TIMEOUT)
    assert ended.err.startswith("timeout: ")
    assert "full" in ended.err
    reader = segments.read(CPP, "full", "out.stream").expect(WRITER_DIED)
    assert reader.err.startswith("writer died: ")
    got = load(segments.files / "out.stream")
    assert len(got.batches) == 3, "what was published before stays"
    assert_prefix(got, sources.load("numbered.100"))


@EACH
@pytest.mark.parametrize(
    ("name", "options", "kind"),
    [
        ("../escape", (), "invalid"),
        ("", (), "invalid"),
        ("slots", ("--slots", "0"), "invalid"),
        ("capacity", ("--capacity", "-1"), "invalid"),
        ("row", ("--capacity", "4096"), "would not fit"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_segment_cannot_be_is_an_error_that_names_its_kind(
    segments: Segments, sources: Sources, language: Language, name: str, options: tuple[str, ...], kind: str
) -> None:
    row = save(segments.files / "row.stream", *_one_long_row())
    ended = segments.write(language, name, row, *options, "--timeout-ms", 500).expect(ERROR)
    assert ended.err.startswith(kind), ended
    if (segments.directory / f"qads_{name}").is_file():
        segments.forget(name)


def _one_long_row() -> tuple[pa.Schema, list[pa.RecordBatch]]:
    batch = pa.record_batch({"text": ["x" * 100_000]})
    return batch.schema, [batch]


@EACH
def test_two_writers_cannot_have_one_name(segments: Segments, sources: Sources, language: Language) -> None:
    first = segments.write(CPP, "taken", sources.path("numbered.100"), "--start-after-readers", 1)
    segments.wait_for("taken")
    second = segments.write(language, "taken", sources.path("numbered.500")).expect(ERROR)
    assert second.err.startswith("exists: ")
    assert "taken" in second.err
    segments.read(CPP, "taken", "out.stream").expect(DONE)
    first.expect(DONE)
    assert_same(load(segments.files / "out.stream"), sources.load("numbered.100"))


@EACH
def test_a_new_writer_takes_over_a_finished_name(segments: Segments, sources: Sources, language: Language) -> None:
    segments.write(CPP, "again", sources.path("numbered.100")).expect(DONE)
    segments.write(language, "again", sources.path("numbered.200")).expect(DONE)
    segments.read(CPP, "again", "out.stream").expect(DONE)
    assert_same(load(segments.files / "out.stream"), sources.load("numbered.200"))


@EACH
@pytest.mark.parametrize("damage", ["empty", "foreign", "truncated"])
def test_a_damaged_segment_is_an_error_and_not_a_crash(
    segments: Segments, sources: Sources, language: Language, damage: str
) -> None:
    path = segments.directory / "qads_bad"
    if damage == "truncated":
        segments.write(CPP, "bad", sources.path("numbered.100")).expect(DONE)
        with path.open("r+b") as file:
            file.truncate(12_288)
    else:
        path.write_bytes(b"" if damage == "empty" else b"not a segment " * 10_000)
        path.chmod(0o600)
    ended = segments.read(language, "bad", "out.stream", "--timeout-ms", 200).expect(CORRUPT, ERROR)
    assert "bad" in ended.err
    segments.forget("bad")
