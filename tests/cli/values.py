"""Compares a value that `qads tail --json` printed with the one in an Arrow array, bit by bit."""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}


class Pairs(list[tuple[str, Any]]):
    """A JSON object with all its keys, also those that come twice."""


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01, for any year."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def _date(text: str) -> int:
    match = re.fullmatch(r"([+-]?\d{4,})-(\d\d)-(\d\d)", text)
    assert match, text
    return _days(int(match[1]), int(match[2]), int(match[3]))


def _clock(text: str, digits: int) -> int:
    match = re.fullmatch(r"(-?)(\d\d+):(\d\d):(\d\d)(?:\.(\d+))?", text)
    assert match, text
    assert len(match[5] or "") == digits, text
    seconds = (int(match[2]) * 60 + int(match[3])) * 60 + int(match[4])
    count: int = seconds * 10**digits + int(match[5] or 0)
    return -count if match[1] else count


def _moment(text: str, digits: int) -> int:
    date, _, clock = text.partition("T")
    day: int = _date(date) * 86_400 * 10**digits
    return day + (_clock(clock, digits) if clock else 0)


def _interval(text: str, digits: int) -> tuple[int, int, int]:
    match = re.fullmatch(r"P(?:(-?\d+)M)?(?:(-?\d+)D)?(?:T(-?)(\d+)(?:\.(\d+))?S)?", text)
    assert match, text
    assert text != "P", text
    count = int(match[4] or 0) * 10**digits + int(match[5] or 0)
    return int(match[1] or 0), int(match[2] or 0), -count if match[3] else count


def _floating(got: Any, kind: str) -> bytes:
    assert isinstance(got, float | str), got
    return struct.pack(kind, float(got))


def _number(array: pa.Array, row: int) -> int:
    """A temporal value as the integer that it is."""
    as_int = pa.int32() if array.type.bit_width == 32 else pa.int64()
    value = array.view(as_int)[row].as_py()
    assert isinstance(value, int)
    return value


@dataclass(frozen=True)
class Intervals:
    """A column of months, or of days and milliseconds, for which pyarrow has no class."""

    type: pa.DataType
    valid: list[bool]
    values: list[list[int]]


def _intervals(batch: pa.RecordBatch, number: int) -> Intervals:
    assert all(field.type.num_fields == 0 for field in batch.schema)
    kind = batch.schema.field(number).type
    validity, values = batch.to_struct_array().buffers()[1 + 2 * number : 3 + 2 * number]
    rows, words = batch.num_rows, kind.bit_width // 32
    bits = np.unpackbits(np.frombuffer(validity, np.uint8), bitorder="little") if validity else np.ones(rows)
    parts = np.frombuffer(values, np.int32)[: rows * words].reshape(rows, words)
    return Intervals(kind, [bool(bit) for bit in bits[:rows]], [[int(word) for word in part] for part in parts])


def columns_of(batch: pa.RecordBatch) -> list[pa.Array | Intervals]:
    """What `check` takes."""
    kinds = [str(field.type) for field in batch.schema]
    return [
        _intervals(batch, number) if kind in ("month_interval", "day_time_interval") else batch.column(number)
        for number, kind in enumerate(kinds)
    ]


def _check_interval(column: Intervals, row: int, got: Any) -> None:
    if not column.valid[row]:
        assert got is None
        return
    months, days, rest = _interval(got, 3 if "." in got else 0)
    assert column.values[row] == ([months] if len(column.values[row]) == 1 else [days, rest])


def check(array: pa.Array | Intervals, row: int, got: Any) -> None:
    """Fails unless `got` is what the array has in that row."""
    if isinstance(array, Intervals):
        _check_interval(array, row, got)
        return
    kind = array.type
    if isinstance(array, pa.ExtensionArray):
        check(array.storage, row, got)
    elif pat.is_union(kind):
        child = list(kind.type_codes).index(array.type_codes[row].as_py())
        check(array.field(child), row if kind.mode == "sparse" else array.offsets[row].as_py(), got)
    elif pat.is_run_end_encoded(kind):
        check(array.values, bisect_right(array.run_ends.to_pylist(), array.offset + row), got)
    elif pat.is_null(kind) or not array.is_valid()[row].as_py():
        assert got is None
    elif pat.is_dictionary(kind):
        check(array.dictionary, array.indices[row].as_py(), got)
    elif pat.is_nested(kind):
        _check_nested(array, row, got)
    else:
        _check_flat(array, row, got)


def _check_nested(array: pa.Array, row: int, got: Any) -> None:
    kind = array.type
    if pat.is_struct(kind):
        assert isinstance(got, Pairs)
        assert [name for name, _ in got] == [field.name for field in kind]
        for number, (_, value) in enumerate(got):
            check(array.field(number), row, value)
        return
    values = array[row].values
    assert len(got) == len(values)
    for number, value in enumerate(got):
        if pat.is_map(kind):
            for part in (0, 1):
                check(values.field(part), number, value[part])
        else:
            check(values, number, value)


def _check_flat(array: pa.Array, row: int, got: Any) -> None:
    kind = array.type
    if pat.is_boolean(kind) or pat.is_integer(kind):
        wanted = array[row].as_py()
        assert got == wanted
        assert type(got) is type(wanted)
    elif pat.is_floating(kind):
        code = {16: "e", 32: "f", 64: "d"}[kind.bit_width]
        if array[row].as_py() != array[row].as_py():
            assert got == "NaN"
        else:
            assert _floating(got, code) == _floating(float(array[row].as_py()), code)
    elif pat.is_decimal(kind):
        assert Decimal(got) == array[row].as_py()
    elif str(kind) == "month_day_nano_interval":
        assert _interval(got, 9 * ("." in got)) == tuple(array[row].as_py())
    elif pat.is_temporal(kind):
        _check_temporal(array, row, got)
    elif isinstance(array[row].as_py(), bytes):
        assert got == array[row].as_py().hex()
    else:
        assert got == array[row].as_py()


def _check_temporal(array: pa.Array, row: int, got: str) -> None:
    kind = array.type
    wanted = _number(array, row)
    if pat.is_date32(kind):
        assert _date(got) == wanted
    elif pat.is_date64(kind):
        assert (_moment(got, 3) if "T" in got else _date(got) * 86_400_000) == wanted
    elif pat.is_time(kind):
        assert _clock(got, DIGITS[kind.unit]) == wanted
    elif pat.is_duration(kind):
        assert _interval(got, DIGITS[kind.unit])[2] == wanted
    else:
        assert got.endswith("Z") == (kind.tz is not None)
        assert _moment(got.removesuffix("Z"), DIGITS[kind.unit]) == wanted
