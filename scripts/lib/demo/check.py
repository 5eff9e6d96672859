"""Whether readers received what was sent."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from demo.ends import REPEAT, TRADES
from demo.sums import Sums


def load() -> list[pa.RecordBatch]:
    """What is sent REPEAT times."""
    with pa.memory_map(str(TRADES)) as file:
        return list(pa.ipc.open_stream(file))


def expected_sums(batches: list[pa.RecordBatch]) -> str:
    """What a reader into polars must print."""
    sums = Sums()
    for batch in batches * REPEAT:
        sums.add(pl.DataFrame(batch))
    return str(sums)


def _bits(column: pa.Array) -> pa.Array:
    """Floats as integers of the same bits, so that NaNs and signed zeros are compared too."""
    return column.view(f"int{column.type.bit_width}") if pa.types.is_floating(column.type) else column


def _plain(column: pa.Array) -> pa.Array:
    """Texts in one layout: polars writes views, and dictionaries of its own."""
    if pa.types.is_dictionary(column.type):
        texts = _plain(column.dictionary)
        return pa.DictionaryArray.from_arrays(column.indices, texts).dictionary_decode()
    return pc.cast(column, pa.string()) if pa.types.is_string_view(column.type) else column


def _comparable(batch: pa.RecordBatch, through_polars: bool) -> list[pa.Array]:
    return [_bits(_plain(column) if through_polars else column) for column in batch.columns]


def difference(expected: list[pa.RecordBatch], received: Path, through_polars: bool) -> str | None:
    """What differs first; None if every batch came out as it went in, in order, REPEAT times.

    through_polars: types may be those that polars has instead.
    """
    wanted = [_comparable(batch, through_polars) for batch in expected]
    with pa.memory_map(str(received)) as file:
        reader = pa.ipc.open_stream(file)
        if reader.schema.names != expected[0].schema.names:
            return "the names of columns"
        if not through_polars and not reader.schema.equals(expected[0].schema, check_metadata=True):
            return "the schema"
        count = 0
        for batch in reader:
            pairs = zip(_comparable(batch, through_polars), wanted[count % len(wanted)], strict=True)
            if not all(one.equals(other) for one, other in pairs):
                return f"batch {count}"
            count += 1
    return None if count == REPEAT * len(expected) else f"the number of batches, {count}"
