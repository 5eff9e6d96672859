"""Somebody of the same user cuts the file short under those who use it.

Touching what is gone is SIGBUS, which nothing in user space can prevent; but who only waits is told, and who comes is
refused.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest
import qadataswap

from tests.agents.harness import CORRUPT, LANGUAGES, Language, Segments
from tests.docs.test_layout_doc import SPECIFIED

EACH = pytest.mark.parametrize("language", [pytest.param(language, id=language.name) for language in LANGUAGES])


def _cut(path: Path) -> None:
    """To just before the data section."""
    with path.open("rb") as file:
        file.seek(SPECIFIED["Header"].offset("data_offset"))
        os.truncate(path, int.from_bytes(file.read(8), "little"))


@EACH
def test_a_reader_that_waits_is_told(segments: Segments, language: Language) -> None:
    reader = segments.read(language, "cut", "out.stream", "--timeout-ms", 100_000)
    with qadataswap.create_writer("cut", directory=segments.directory) as writer:
        writer.write_arrow(pa.record_batch({"n": [1, 2, 3]}))
        writer.wait_readers(1, timeout_ms=100_000)
        writer.wait_drained(timeout_ms=100_000)
        while any(state.held_batches for state in writer.readers()):
            assert reader.running, reader.wait()
        _cut(segments.directory / "qads_cut")
        said = reader.expect(CORRUPT).err
        assert "truncated to" in said
        assert "cut the file short" in said
        late = segments.read(language, "cut", "late.stream", "--timeout-ms", 0).expect(CORRUPT).err
        assert "truncated to" in late
    segments.forget("cut")
