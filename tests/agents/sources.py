"""The streams that tests write: the golden and real files of tests/data, and generated ones for every Arrow type."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pyarrow as pa

from tests.agents.generate import TYPES, column, without_columns
from tests.agents.streams import Stream, load, save

DATA = Path(__file__).resolve().parents[1] / "data"

GOLDEN = {path.stem.split("__")[1]: path for path in sorted((DATA / "golden").glob("*.stream"))}
REAL = {path.stem: path for path in sorted((DATA / "real").glob("*.stream"))}

ROWS = (150, 0, 73)
"""Rows of a generated file's batches: an empty one in the middle, and none that ends at a byte or a cache line."""

BUNDLES: dict[str, Callable[[str], bool]] = {
    "numbers": lambda name: name.startswith(("int", "uint", "float", "bool", "null", "decimal128", "decimal256")),
    "times": lambda name: name.startswith(("date", "time", "duration", "month")),
    "texts": lambda name: name.startswith(("utf8", "binary", "large_utf8", "large_binary", "fixed_binary_", "view_")),
    "nested": lambda name: name.startswith(("list", "large_list", "fixed_list", "struct", "map", "run_end")),
    "unions": lambda name: name.startswith("union"),
    "coded": lambda name: name.startswith(("dictionary", "extension")),
}
"""Several types in one file, for agents that are slow to start."""

SHAPES = ("no_batches", "no_columns", "no_rows", "metadata", "raw_metadata", "wide", "deep")


class Sources:
    """Finds a stream by its name, generating it when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = cache(self._path)
        self.load = cache(self._load)

    def _load(self, name: str) -> Stream:
        return load(self.path(name))

    def _path(self, name: str) -> Path:
        kind, _, key = name.partition(".")
        if kind == "golden":
            return GOLDEN[key]
        if kind == "real":
            return REAL[key]
        make = {"type": _one_type, "bundle": _bundle, "shape": _shape, "numbered": _numbered}[kind]
        return save(self._folder / f"{name}.stream", *make(key))


def _batches(names: list[str]) -> tuple[pa.Schema, list[pa.RecordBatch]]:
    randoms = {name: random.Random(name) for name in names}
    columns = [[column(name, rows, randoms[name]) for name in names] for rows in ROWS]
    fields = [pa.field(name, TYPES[name]) for name in names]
    schema = pa.schema(fields)
    return schema, [pa.RecordBatch.from_arrays(arrays, schema=schema) for arrays in columns]


def _one_type(name: str) -> tuple[pa.Schema, list[pa.RecordBatch]]:
    return _batches([name])


def _bundle(key: str) -> tuple[pa.Schema, list[pa.RecordBatch]]:
    return _batches([name for name in TYPES if BUNDLES[key](name)])


def _numbered(count: str) -> tuple[pa.Schema, list[pa.RecordBatch]]:
    """So many small batches, no two alike, each of which says its number in every row."""
    schema = pa.schema([("batch", pa.int64()), ("text", pa.utf8()), ("noise", pa.float64())])

    def batches() -> Iterator[pa.RecordBatch]:
        chance = random.Random(count)
        for number in range(int(count)):
            rows = 1 + number % 40
            texts = [None if chance.random() < 0.2 else f"{number}:{row}" * chance.randrange(4) for row in range(rows)]
            yield pa.record_batch([[number] * rows, texts, [chance.random() for _ in range(rows)]], schema=schema)

    return schema, list(batches())


def _shape(key: str) -> tuple[pa.Schema, list[pa.RecordBatch]]:
    simple = pa.schema([("number", pa.int64()), ("text", pa.utf8())])
    if key == "no_batches":
        return simple, []
    if key == "no_columns":
        return without_columns(ROWS)
    if key == "no_rows":
        empty = pa.record_batch([pa.array([], pa.int64()), pa.array([], pa.utf8())], schema=simple)
        return simple, [empty, empty]
    if key == "raw_metadata":
        field = pa.field("raw", pa.int64(), metadata={b"\xff\x00": b"\x00\x01\xfe"})
        return pa.schema([field]), [pa.RecordBatch.from_arrays([pa.array([1, 2])], schema=pa.schema([field]))]
    if key == "metadata":
        inner = pa.field("innen drin", pa.int8(), nullable=False, metadata={"inner": "1", "leer": ""})
        fields = [
            pa.field("größe 📏", pa.struct([inner]), metadata={"unit": "mm²", "tab\t": "\n"}),
            pa.field("", pa.int32(), nullable=False),
            pa.field("", pa.int32(), metadata={"same": "name"}),
        ]
        schema = pa.schema(fields, metadata={"": "", "pandas": "{}", "long": "x" * 100_000})
        arrays = [pa.array([{"innen drin": 1}, {"innen drin": 2}], fields[0].type), pa.array([1, 2], pa.int32())]
        return schema, [pa.RecordBatch.from_arrays([*arrays, arrays[1]], schema=schema)] * 2
    if key == "wide":
        names = [f"column {number}" for number in range(500)]
        arrays = [pa.array([number, None, -number]) for number in range(500)]
        wide = pa.RecordBatch.from_arrays(arrays, names=names)
        return wide.schema, [wide] * 3
    assert key == "deep"
    values = pa.array(range(100), pa.int16())
    for level in range(12):
        offsets = pa.array([0, *range(1, len(values) + 1)], pa.int32())
        as_list = pa.ListArray.from_arrays(offsets, values)
        values = pa.StructArray.from_arrays([as_list], names=[f"level {level}"])
    deep = pa.RecordBatch.from_arrays([values], names=["deep"])
    return deep.schema, [deep] * 2
