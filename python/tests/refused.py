"""What polars can't take, each in a column, a list, a struct and a dictionary: for tests that may have to run apart."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
import qadataswap
import qadataswap.polars as qp

from helpers import both
from tests.agents.generate import column

REFUSED = {
    "decimal32": "decimal32",
    "decimal64": "decimal64",
    "decimal256": "decimal256",
    "decimal128_negative_scale": "negative scale",
    "fixed_binary0": "binary of fixed size 0",
    "timestamp_offset": r"zone '\+05:30'",
    "month_day_nano": "interval",
    "list_view": "list view",
    "large_list_view": "list view",
    "union_dense": "union",
    "union_sparse": "union",
    "run_end_16": "run-end",
    "run_end_32": "run-end",
    "run_end_64": "run-end",
}
PLACES = ("column", "list", "struct", "dictionary", "values of a dictionary in a list")

_NO_DICTIONARY = ("union", "run_end", "list_view", "large_list_view", "month")
"""pyarrow has no dictionaries of these."""


def places(kind: str) -> tuple[str, ...]:
    """Where pyarrow can put this type."""
    return PLACES[:3] if kind.startswith(_NO_DICTIONARY) else PLACES


def _listed(array: pa.Array) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array([0, 2, len(array)], pa.int32()), array)


def put(kind: str, place: str) -> pa.Array:
    """Some values of a type in their place."""
    array = column(kind, 5, random.Random(kind))
    if place == "list":
        return _listed(array)
    if place == "struct":
        return pa.StructArray.from_arrays([array], names=["inner"])
    if place == "column":
        return array
    coded = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0], pa.int8()), array)
    return coded if place == "dictionary" else _listed(coded)


def check_array(array: pa.Array, complaint: str) -> None:
    """Every way to a frame refuses it, and readers that aren't polars get it."""
    batch = pa.record_batch([pa.array([1] * len(array)), array], names=["fine", "trouble"])
    with both("refused") as (writer, reader):
        for read in (lambda: qp.read_frame(reader), lambda: qp.read_frame("refused"), lambda: qp.scan("refused")):
            writer.write_arrow(batch)
            with pytest.raises(
                qadataswap.QadsUnsupportedTypeError, match=f"'refused': .*'trouble'.*{complaint}.*polars.*write"
            ):
                read()
        assert reader.read_record_batch() is not None


def check(kind: str) -> None:
    """One type in all its places."""
    for place in places(kind):
        check_array(put(kind, place), REFUSED[kind])
