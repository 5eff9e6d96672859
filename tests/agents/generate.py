"""Random columns of every Arrow type."""

from __future__ import annotations

import decimal
import random
import struct
from collections.abc import Callable
from typing import Any

import pyarrow as pa

Value = Callable[[random.Random], Any]


def _integer(bits: int, signed: bool) -> Value:
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    return lambda chance: chance.choice((low, high, 0, chance.randint(low, high)))


def _float(code: str) -> Value:
    special = (0.0, -0.0, float("nan"), float("inf"), float("-inf"))

    def value(chance: random.Random) -> float:
        plain: float = struct.unpack(code, struct.pack(code, chance.uniform(-1000, 1000)))[0]
        return chance.choice((*special, plain, plain, plain))

    return value


def _decimal(digits: int, scale: int) -> Value:
    return lambda chance: decimal.Decimal((chance.randrange(2), [chance.randrange(10) for _ in range(digits)], -scale))


def _text(chance: random.Random) -> str:
    return "".join(chance.choice("aß語🦄\0 ") for _ in range(chance.choice((0, 1, 3, 5, 12, 13, 40))))


def _bytes(chance: random.Random) -> bytes:
    return chance.randbytes(chance.choice((0, 1, 11, 12, 13, 40)))


def _several(value: Value, count: int | None = None) -> Value:
    def values(chance: random.Random) -> list[Any]:
        number = chance.choice((0, 1, 2, 5)) if count is None else count
        return [None if chance.random() < 0.2 else value(chance) for _ in range(number)]

    return values


def _interval(chance: random.Random) -> pa.MonthDayNano:
    return pa.MonthDayNano([chance.randint(-99, 99), chance.randint(-999, 999), chance.randint(-(10**12), 10**12)])


def _member(chance: random.Random) -> dict[str, Any]:
    maybe = [None, chance.randint(-5, 5)]
    return {"a": chance.choice(maybe), "b": chance.choice((None, _text(chance))), "c": chance.random() < 0.5}


def _entries(chance: random.Random) -> list[tuple[str, int | None]]:
    return [(f"{key}{_text(chance)}", chance.choice((None, key))) for key in range(chance.randrange(4))]


_STRUCT = pa.struct([("a", pa.int16()), ("b", pa.utf8()), ("c", pa.bool_())])
_INT32, _INT64 = _integer(32, True), _integer(64, True)

_TABLE: dict[str, tuple[pa.DataType, Value]] = {
    "null": (pa.null(), lambda _: None),
    "bool": (pa.bool_(), lambda chance: chance.random() < 0.5),
    **{f"int{n}": (getattr(pa, f"int{n}")(), _integer(n, True)) for n in (8, 16, 32, 64)},
    **{f"uint{n}": (getattr(pa, f"uint{n}")(), _integer(n, False)) for n in (8, 16, 32, 64)},
    "float16": (pa.float16(), _float("e")),
    "float32": (pa.float32(), _float("f")),
    "float64": (pa.float64(), _float("d")),
    "decimal32": (pa.decimal32(9, 2), _decimal(9, 2)),
    "decimal64": (pa.decimal64(18, 4), _decimal(18, 4)),
    "decimal128": (pa.decimal128(38, 10), _decimal(38, 10)),
    "decimal128_negative_scale": (pa.decimal128(5, -3), _decimal(5, -3)),
    "decimal256": (pa.decimal256(76, 20), _decimal(76, 20)),
    "utf8": (pa.utf8(), _text),
    "large_utf8": (pa.large_utf8(), _text),
    "view_utf8": (pa.string_view(), _text),
    "binary": (pa.binary(), _bytes),
    "large_binary": (pa.large_binary(), _bytes),
    "view_binary": (pa.binary_view(), _bytes),
    "fixed_binary_5": (pa.binary(5), lambda chance: chance.randbytes(5)),
    "fixed_binary0": (pa.binary(0), lambda _: b""),
    "date32": (pa.date32(), _integer(20, True)),
    "date64": (pa.date64(), lambda chance: chance.randint(-9999, 9999) * 86_400_000),
    "time32_s": (pa.time32("s"), lambda chance: chance.randrange(86_400)),
    "time32_ms": (pa.time32("ms"), lambda chance: chance.randrange(86_400_000)),
    "time64_us": (pa.time64("us"), lambda chance: chance.randrange(86_400_000_000)),
    "time64_ns": (pa.time64("ns"), lambda chance: chance.randrange(86_400_000_000_000)),
    **{f"timestamp_{unit}": (pa.timestamp(unit), _INT32) for unit in ("s", "ms", "us", "ns")},
    "timestamp_zone": (pa.timestamp("us", "Europe/Vienna"), _INT64),
    "timestamp_offset": (pa.timestamp("ns", "+05:30"), _INT64),
    **{f"duration_{unit}": (pa.duration(unit), _INT32) for unit in ("s", "ms", "us", "ns")},
    "month_day_nano": (pa.month_day_nano_interval(), _interval),
    "list": (pa.list_(pa.int32()), _several(_INT32)),
    "list_of_lists": (pa.list_(pa.list_(pa.utf8())), _several(_several(_text))),
    "large_list": (pa.large_list(pa.utf8()), _several(_text)),
    "fixed_list": (pa.list_(pa.int64(), 3), _several(_INT64, 3)),
    "fixed_list_of_bool": (pa.list_(pa.bool_(), 3), _several(lambda chance: chance.random() < 0.5, 3)),
    "list_view": (pa.list_view(pa.int32()), _several(_INT32)),
    "large_list_view": (pa.large_list_view(pa.utf8()), _several(_text)),
    "struct": (_STRUCT, _member),
    "struct_in_list": (pa.list_(_STRUCT), _several(_member)),
    "map": (pa.map_(pa.utf8(), pa.int32()), _entries),
    "map_sorted": (pa.map_(pa.utf8(), pa.int32(), keys_sorted=True), lambda chance: sorted(_entries(chance))),
}


def _union(dense: bool) -> pa.DataType:
    fields = [pa.field("number", pa.int32()), pa.field("text", pa.utf8()), pa.field("list", pa.list_(pa.int8()))]
    return (pa.dense_union if dense else pa.sparse_union)(fields, type_codes=[2, 5, 9])


TYPES: dict[str, pa.DataType] = {
    **{name: row[0] for name, row in _TABLE.items()},
    "union_dense": _union(True),
    "union_sparse": _union(False),
    "run_end_16": pa.run_end_encoded(pa.int16(), pa.utf8()),
    "run_end_32": pa.run_end_encoded(pa.int32(), pa.int64()),
    "run_end_64": pa.run_end_encoded(pa.int64(), pa.bool_()),
    "dictionary": pa.dictionary(pa.int8(), pa.utf8()),
    "dictionary_ordered": pa.dictionary(pa.int32(), pa.int64(), ordered=True),
    "dictionary_unsigned": pa.dictionary(pa.uint16(), pa.binary()),
    "dictionary_in_list": pa.list_(pa.dictionary(pa.int16(), pa.utf8())),
    "extension_uuid": pa.uuid(),
    "extension_json": pa.json_(),
    "extension_opaque": pa.opaque(pa.int32(), "a type", "a vendor"),
}


def _one_in(chance: random.Random, share: float, value: Value) -> Any:
    return None if chance.random() < share else value(chance)


def column(name: str, rows: int, chance: random.Random) -> pa.Array:
    """A column of type TYPES[name]: one in five values is null, all or none of them now and then."""
    share = chance.choice((0.0, 0.2, 0.2, 1.0))
    wanted = TYPES[name]
    if name in _TABLE:
        return pa.array([_one_in(chance, share, _TABLE[name][1]) for _ in range(rows)], wanted)
    if name.startswith("union"):
        return _union_array(wanted, rows, chance)
    if name.startswith("run_end"):
        return _runs(wanted, rows, chance, share)
    if name.startswith("extension"):
        value: Value = {"extension_uuid": lambda c: c.randbytes(16), "extension_json": lambda _: '{"a": 1}'}.get(
            name, _integer(32, True)
        )
        storage = pa.array([_one_in(chance, share, value) for _ in range(rows)], wanted.storage_type)
        return pa.ExtensionArray.from_storage(wanted, storage)
    if name == "dictionary_in_list":
        values = _dictionary(wanted.value_type, 2 * rows, chance, share)
        return pa.ListArray.from_arrays(pa.array([2 * row for row in range(rows + 1)], pa.int32()), values)
    return _dictionary(wanted, rows, chance, share)


def _dictionary(wanted: pa.DataType, rows: int, chance: random.Random, share: float) -> pa.Array:
    kinds: dict[pa.DataType, list[Any]] = {
        pa.utf8(): ["x", "", "ünï", None, "y" * 50],
        pa.int64(): [3, 1, 2],
        pa.binary(): [b"\xff", b"", b"abc"],
    }
    values = kinds[wanted.value_type]
    indices = [_one_in(chance, share, lambda c: c.randrange(len(values))) for _ in range(rows)]
    return pa.DictionaryArray.from_arrays(
        pa.array(indices, wanted.index_type), pa.array(values, wanted.value_type), ordered=wanted.ordered
    )


def _union_array(wanted: pa.DataType, rows: int, chance: random.Random) -> pa.Array:
    values: list[Value] = [_integer(32, True), _text, _several(_integer(8, True))]
    kinds = [chance.randrange(3) for _ in range(rows)]
    codes = pa.array([wanted.type_codes[kind] for kind in kinds], pa.int8())
    names = [wanted.field(kind).name for kind in range(3)]
    dense = wanted.mode == "dense"
    offsets, children = [], []
    counts = [0, 0, 0]
    for kind in kinds:
        offsets.append(counts[kind])
        counts[kind] += 1
    for kind in range(3):
        length = counts[kind] if dense else rows
        items = [_one_in(chance, 0.2, values[kind]) for _ in range(length)]
        children.append(pa.array(items, wanted.field(kind).type))
    if dense:
        return pa.UnionArray.from_dense(codes, pa.array(offsets, pa.int32()), children, names, wanted.type_codes)
    return pa.UnionArray.from_sparse(codes, children, names, wanted.type_codes)


def _runs(wanted: pa.DataType, rows: int, chance: random.Random, share: float) -> pa.Array:
    ends: list[int] = []
    while not ends or ends[-1] < rows:
        ends.append(min(rows, (ends[-1] if ends else 0) + chance.randint(1, 9)))
    if rows == 0:
        ends = []
    kinds: dict[pa.DataType, Value] = {
        pa.utf8(): _text,
        pa.int64(): _integer(64, True),
        pa.bool_(): lambda c: c.random() < 0.5,
    }
    values = [_one_in(chance, share, kinds[wanted.value_type]) for _ in ends]
    return pa.RunEndEncodedArray.from_arrays(
        pa.array(ends, wanted.run_end_type), pa.array(values, wanted.value_type), wanted
    )


def without_columns(rows: tuple[int, ...]) -> tuple[pa.Schema, list[pa.RecordBatch]]:
    """Batches of rows and no columns."""
    empty = pa.struct([])
    batches = [pa.RecordBatch.from_struct_array(pa.array([{}] * count, empty)) for count in rows]
    return pa.schema([]), batches
