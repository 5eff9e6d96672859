"""The table that everybody hands over, and what its consumer does with it."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

PAGE = 4096
_FEW_PAGES = 200
COLUMNS = 10
SMALL_ROWS = 1_000

_TILE_ROWS = 1 << 16
"""Values repeat after so many rows, because random ones for 1 GB would take longer than measuring."""
_LONGEST_TEXT = 14
_ROW_BYTES = 3 * 8 + 4 + 3 * 8 + 4 + 2 / 8 + 4 + (2 + _LONGEST_TEXT) / 2
_MINIMUM_ROWS = 16


def rows_of(size: int) -> int:
    """How many rows take about `size` bytes."""
    return max(_MINIMUM_ROWS, round(size / _ROW_BYTES))


def build(rows: int) -> pa.RecordBatch:
    """`rows` rows of 10 columns: integers, floats, one of them with nulls, a boolean and a text. Always the same."""
    random = np.random.default_rng(20261121)
    tile = min(rows, _TILE_ROWS)

    def repeat(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.resize(values, rows)

    return pa.RecordBatch.from_pydict(
        {
            "id": np.arange(rows, dtype=np.int64),
            "account": repeat(random.integers(0, 1 << 60, tile)),
            "size": repeat(random.integers(-(1 << 40), 1 << 40, tile)),
            "venue": repeat(random.integers(0, 1 << 30, tile, dtype=np.int32)),
            "price": repeat(random.random(tile)),
            "fee": pa.array(repeat(random.random(tile)), mask=repeat(random.random(tile) < 0.1)),
            "weight": repeat(random.standard_normal(tile)),
            "ratio": repeat(random.random(tile, dtype=np.float32)),
            "active": repeat(random.random(tile) < 0.5),
            "symbol": _texts(random, rows, tile),
        }
    )


def _texts(random: np.random.Generator, rows: int, tile: int) -> pa.Array:
    lengths = np.resize(random.integers(2, _LONGEST_TEXT, tile, dtype=np.int32, endpoint=True), rows)
    offsets = np.zeros(rows + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    letters = np.resize(random.integers(ord("A"), ord("Z"), tile, dtype=np.uint8, endpoint=True), int(offsets[-1]))
    return pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(letters)], 0)


def touch(table: pa.Table) -> int:
    """Reads one byte of every page of every buffer. Python's own sum is the quicker one where there are few."""
    seen = 0
    for batch in table.to_batches():
        for column in batch.columns:
            for buffer in column.buffers():
                if buffer is not None and buffer.size > 0:
                    few = buffer.size < _FEW_PAGES * PAGE
                    seen += sum(memoryview(buffer)[::PAGE]) if few else _numpy_sum(buffer)
    return seen


def _numpy_sum(buffer: pa.Buffer) -> int:
    return int(np.frombuffer(buffer, np.uint8)[::PAGE].sum())


def checksum(table: pa.Table) -> int:
    """Of all values and of where nulls are, however the table is cut into chunks."""
    crc = 0
    for column in table.columns:
        for part in (_validity, *((_lengths, _letters) if column.type == pa.string() else (_values,))):
            for chunk in column.chunks:
                crc = zlib.crc32(part(chunk), crc)
    return crc


def _validity(chunk: pa.Array) -> npt.NDArray[Any]:
    return _plain(chunk.is_valid().cast(pa.uint8()))


def _values(chunk: pa.Array) -> npt.NDArray[Any]:
    if pa.types.is_boolean(chunk.type):
        chunk = chunk.cast(pa.uint8())
    return _plain(pc.fill_null(chunk, 0))


def _lengths(chunk: pa.Array) -> npt.NDArray[Any]:
    return _plain(pc.binary_length(chunk))


def _letters(chunk: pa.Array) -> npt.NDArray[Any]:
    offsets = np.frombuffer(chunk.buffers()[1], np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
    return np.frombuffer(chunk.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]


def _plain(array: pa.Array) -> npt.NDArray[Any]:
    values: npt.NDArray[Any] = array.to_numpy(zero_copy_only=False)
    return np.ascontiguousarray(values)
