"""The whole promise at work, for who runs only this file: any language to any other, and on to any library.

Every pair of languages hands over the real trades. What a Java process writes is read here, in Python, through a
reader's `__arrow_c_stream__` by libraries that we didn't write. (The full matrix, every type and every option in every
pair, is tests/cross_language/test_matrix.py; docs/types.md says what each language's Arrow library carries.)
"""

from __future__ import annotations

import contextlib
from itertools import product

import pytest
import qadataswap

from tests.agents.harness import DONE, JAVA, LANGUAGES, Language, Segments
from tests.agents.sources import BUNDLES, GOLDEN, REAL, Sources
from tests.agents.streams import assert_same, load
from tests.integration.consumers import CONSUMERS, Consumer

TRADES = "real.bac_trades_20131008"
STREAMS = [f"golden.{key}" for key in GOLDEN] + [f"real.{key}" for key in REAL] + [f"bundle.{key}" for key in BUNDLES]
PAIRS = [
    pytest.param(writer, reader, id=f"{writer.name}-to-{reader.name}")
    for writer, reader in product(LANGUAGES, repeat=2)
]


def test_all_four_languages_take_part() -> None:
    assert {language.name for language in LANGUAGES} == {"cpp", "java", "python", "rust"}


@pytest.mark.parametrize(("writer", "reader"), PAIRS)
def test_the_real_trades_arrive_in_every_language_from_every_language(
    segments: Segments, sources: Sources, writer: Language, reader: Language
) -> None:
    trades = sources.load(TRADES)
    reading = segments.read(reader, "trades", "out.stream")
    written = segments.write(writer, "trades", sources.path(TRADES)).expect(DONE).stats
    read = reading.expect(DONE).stats
    assert (written.rows, written.batches) == (read.rows, read.batches) == (trades.rows, len(trades.batches))
    assert_same(load(segments.files / "out.stream"), trades)


@pytest.mark.parametrize("stream", STREAMS)
def test_libraries_that_others_wrote_read_what_java_writes(
    segments: Segments, sources: Sources, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    monkeypatch.setenv("QADS_DIR", str(segments.directory))
    writer = segments.write(JAVA, "java", sources.path(stream), "--start-after-readers", len(CONSUMERS))
    with contextlib.ExitStack() as stack:
        readers = [stack.enter_context(qadataswap.create_reader("java", attach_timeout_ms=30_000)) for _ in CONSUMERS]
        for consumer, reader in zip(CONSUMERS, readers, strict=True):
            _consume(consumer, reader, stream, sources)
        # Not before: the writer counts its readers first. And before the others, who have drained the segment.
        for consumer, reader in zip(CONSUMERS, readers, strict=True):
            if stream in consumer.refuses:
                reader.close()
    writer.expect(DONE)


def _consume(consumer: Consumer, reader: qadataswap.Reader, stream: str, sources: Sources) -> None:
    print(consumer.name)
    error = consumer.refuses.get(stream)
    if error is None:
        consumer.check(reader, sources.load(stream))
        return
    # polars panics over some types, which isn't an Exception.
    with pytest.raises(BaseException, match=error):
        consumer.check(reader, sources.load(stream))
