"""Every stream, from every language to every language, arrives unchanged."""

from __future__ import annotations

import pytest

from tests.agents.harness import DONE, LANGUAGES, TIMEOUT, TYPE, Segments
from tests.agents.sources import Sources
from tests.agents.streams import assert_same, load
from tests.cross_language.table import CANNOT_CARRY, Case, cases

CARRIED = cases()


@pytest.mark.parametrize("case", CARRIED, ids=[case.name for case in CARRIED])
def test_a_stream_arrives_unchanged(segments: Segments, sources: Sources, case: Case) -> None:
    reader = segments.read(case.reader, "matrix", "out.stream", *case.options.read)
    writer = segments.write(case.writer, "matrix", sources.path(case.stream), *case.options.writer_words)
    writer.expect(DONE)
    ended = reader.expect(DONE)
    got = load(segments.files / "out.stream")
    wanted = case.options.applied_to(sources.load(case.stream))
    assert_same(got, wanted)
    assert ended.stats.rows == wanted.rows


REFUSED = [key for key in CANNOT_CARRY if key[0] in {language.name for language in LANGUAGES}]


@pytest.mark.parametrize(("language", "stream"), REFUSED, ids=[f"{name}-{stream}" for name, stream in REFUSED])
def test_a_type_that_a_language_cannot_carry_is_its_own_error_only(
    segments: Segments, sources: Sources, language: str, stream: str
) -> None:
    cpp, refuser = LANGUAGES[0], next(one for one in LANGUAGES if one.name == language)
    field = sources.load(stream).schema.names[0]
    ended = segments.write(refuser, "refused", sources.path(stream)).expect(TYPE)
    assert field in ended.err, "the message names the field"

    other = segments.read(cpp, "type", "other.stream")
    writer = segments.write(cpp, "type", sources.path(stream), "--start-after-readers", 2)
    ended = segments.read(refuser, "type", "refused.stream").expect(TYPE)
    assert field in ended.err, "the message names the field"
    # The second reader, unless the writer saw the one that refused; then this one may come when all is over.
    late = segments.read(cpp, "type", "late.stream", "--timeout-ms", 2000)
    writer.expect(DONE)
    other.expect(DONE)
    assert_same(load(segments.files / "other.stream"), sources.load(stream))
    if late.expect(DONE, TIMEOUT).code == DONE:
        assert_same(load(segments.files / "late.stream"), sources.load(stream))
