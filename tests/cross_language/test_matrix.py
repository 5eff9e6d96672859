"""Every stream, from every language to every language, arrives unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agents.generate import TYPES
from tests.agents.harness import CPP, DONE, TIMEOUT, TYPE, Language, Segments
from tests.agents.sources import Sources
from tests.agents.standing import MatrixSegments
from tests.agents.streams import assert_same, load
from tests.cross_language.table import Case, cases, refusals
from tests.cross_language.types_page import POLARS, cells, polars_cells

CARRIED = cases()


@pytest.mark.parametrize("case", CARRIED, ids=[case.name for case in CARRIED])
def test_a_stream_arrives_unchanged(matrix: MatrixSegments, sources: Sources, case: Case, tmp_path: Path) -> None:
    reader = matrix.read(case.reader, "matrix", "out.stream", *case.options.read)
    writer = matrix.write(case.writer, "matrix", sources.path(case.stream), *case.options.writer_words)
    writer.expect(DONE)
    ended = reader.expect(DONE)
    got = load(tmp_path / "out.stream")
    wanted = case.options.applied_to(sources.load(case.stream))
    assert_same(got, wanted)
    assert ended.stats.rows == wanted.rows


REFUSED = refusals()


@pytest.mark.parametrize(
    ("language", "direction", "stream"),
    REFUSED,
    ids=[f"{language.name}-{direction}-{stream}" for language, direction, stream in REFUSED],
)
def test_a_type_that_a_language_cannot_carry_is_its_own_error_only(
    segments: Segments, sources: Sources, language: Language, direction: str, stream: str
) -> None:
    field = sources.load(stream).schema.names[0]
    if direction == "write":
        ended = segments.write(language, "refused", sources.path(stream)).expect(TYPE)
        assert field in ended.err, "the message names the field"
        return
    other = segments.read(CPP, "type", "other.stream")
    writer = segments.write(CPP, "type", sources.path(stream), "--start-after-readers", 2)
    ended = segments.read(language, "type", "refused.stream").expect(TYPE)
    assert field in ended.err, "the message names the field"
    # The second reader, unless the writer saw the one that refused; then this one may come when all is over.
    late = segments.read(CPP, "type", "late.stream", "--timeout-ms", 2000)
    writer.expect(DONE)
    other.expect(DONE)
    assert_same(load(segments.files / "other.stream"), sources.load(stream))
    if late.expect(DONE, TIMEOUT).code == DONE:
        assert_same(load(segments.files / "late.stream"), sources.load(stream))


@pytest.mark.parametrize("name", TYPES)
def test_polars_does_what_the_page_says(
    segments: Segments, sources: Sources, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("QADS_DIR", str(segments.directory))
    reads, writes, _ = polars_cells(segments.directory, name, sources.path(f"type.{name}"))
    assert (reads, writes) == tuple(cells()[name, heading] for heading in POLARS)
