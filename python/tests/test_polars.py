"""polars frames in and out, and what polars can't take."""

from __future__ import annotations

import random
import threading

import polars as pl
import pyarrow as pa
import pytest
import qadataswap
import qadataswap.polars as qp
from polars.testing import assert_frame_equal

from helpers import both, run_python
from tests.agents.generate import TYPES, column

FRAME = pl.DataFrame(
    {
        "number": [1, None, 3],
        "text": ["a", None, "c" * 40],
        "list": [[1, 2], [], None],
        "row": [{"x": 1}, {"x": None}, None],
    }
)

CHANGED = ("timestamp", "date64", "duration", "time", "float", "map", "extension", "dictionary_ordered")
"""What Python objects of both libraries are not equal for, though the values are."""

REFUSED = {
    "decimal32": "decimal32",
    "decimal64": "decimal64",
    "decimal256": "decimal256",
    "decimal128_negative_scale": "negative scale",
    "fixed_binary0": "fixed size 0",
    "timestamp_offset": "offset",
    "month_day_nano": "interval",
    "list_view": "list view",
    "large_list_view": "list view",
    "union_dense": "union",
    "union_sparse": "union",
    "run_end_16": "run-end",
    "run_end_32": "run-end",
    "run_end_64": "run-end",
}


def test_a_frame_goes_by_name_in_one_call_each_way() -> None:
    qp.write_frame("frame", FRAME)
    got = qp.read_frame("frame")
    assert got is not None
    assert_frame_equal(got, FRAME)
    del got


def test_frames_go_one_by_one() -> None:
    with both("frames") as (writer, reader):
        qp.write_frame(writer, FRAME)
        qp.write_frame(writer, FRAME.lazy().head(2))
        for wanted in (FRAME, FRAME.head(2)):
            got = qp.read_frame(reader)
            assert got is not None
            assert_frame_equal(got, wanted)
        assert qp.read_frame(reader, timeout_ms=10) is None
        with pytest.raises(TypeError, match="start"):
            qp.read_frame(reader, start="latest")
        del got


@pytest.mark.parametrize("frame", [FRAME.clear(), pl.DataFrame(), pl.DataFrame(height=3), FRAME.lazy().head(0)])
def test_frames_without_rows_or_columns(frame: pl.DataFrame | pl.LazyFrame) -> None:
    qp.write_frame("nothing", frame)
    got = qp.read_frame("nothing")
    assert got is not None
    wanted = frame.collect() if isinstance(frame, pl.LazyFrame) else frame
    assert got.schema == wanted.schema


def test_more_frames_than_the_ring_holds_are_read_whole() -> None:
    def write() -> None:
        with qadataswap.create_writer("many", 4, capacity=1 << 20) as writer:
            for number in range(40):
                qp.write_frame(
                    writer, pl.DataFrame({"number": [number] * 1000, "text": [f"text of {number} is long"] * 1000})
                )

    thread = threading.Thread(target=write)
    thread.start()
    got = qp.read_frame("many", timeout_ms=10_000)
    thread.join()
    assert got is not None
    assert got["number"].to_list() == [number for number in range(40) for _ in range(1000)]
    del got


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind not in REFUSED])
def test_every_other_type_has_its_values(kind: str) -> None:
    batch = pa.record_batch([column(kind, 50, random.Random(kind))], names=["c"])
    with both("types") as (writer, reader):
        writer.write_arrow(batch)
        got = qp.read_frame(reader)
        assert got is not None
        assert got.height == 50
        nulls = _plain(batch["c"]).count(None) if kind.startswith("dictionary") else batch["c"].null_count
        assert got["c"].null_count() == nulls
        if not kind.startswith(
            ("timestamp", "date64", "duration", "time", "float", "map", "extension", "dictionary_ordered")
        ):
            assert got["c"].to_list() == _plain(batch["c"]), got
        del got


def _plain(array: pa.Array) -> list[object]:
    values = array.to_pylist()
    return list(values)


NO_DICTIONARY = ("union", "run_end", "list_view", "large_list_view", "month")
"""pyarrow has no dictionaries of these."""
NESTED = [
    (kind, inside)
    for kind in REFUSED
    for inside in ("column", "list", "struct", "dictionary")
    if inside != "dictionary" or not kind.startswith(NO_DICTIONARY)
]


@pytest.mark.parametrize(("kind", "inside"), NESTED)
def test_what_polars_cannot_take_is_an_error_before_polars_sees_it(kind: str, inside: str) -> None:
    array = column(kind, 5, random.Random(kind))
    if inside == "list":
        array = pa.ListArray.from_arrays(pa.array([0, 2, 5], pa.int32()), array)
    elif inside == "struct":
        array = pa.StructArray.from_arrays([array], names=["inner"])
    elif inside == "dictionary":
        array = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), array)
    with both("refused") as (writer, reader):
        writer.write_arrow(pa.record_batch([pa.array([1] * len(array)), array], names=["fine", "trouble"]))
        for read in (lambda: qp.read_frame(reader), lambda: qp.read_frame("refused"), lambda: qp.scan("refused")):
            with pytest.raises(
                qadataswap.QadsUnsupportedTypeError, match=f"'refused': .*'trouble'.*{REFUSED[kind]}.*write"
            ):
                read()
            writer.write_arrow(pa.record_batch([pa.array([1] * len(array)), array], names=["fine", "trouble"]))
    del array


def test_write_frame_takes_frames_only() -> None:
    with both("only") as (writer, _):
        with pytest.raises(TypeError, match="DataFrame"):
            qp.write_frame(writer, {"a": [1]})  # type: ignore[arg-type]
        with pytest.raises(qadataswap.QadsUnsupportedTypeError, match=r"'only': column 'thing'.*Object"):
            qp.write_frame(writer, pl.DataFrame({"thing": [object()]}))
    with pytest.raises(qadataswap.QadsUnsupportedTypeError, match="'fresh': column 'thing'"):
        qp.write_frame("fresh", pl.DataFrame({"thing": [object()]}))
    assert qadataswap.list_segments() == []


def test_a_scan_asks_for_what_it_needs() -> None:
    with qadataswap.create_writer("scan", lifetime="keep") as writer:
        for number in range(10):
            writer.write_arrow(pl.DataFrame({"number": [number] * 5, "text": [f"{number}"] * 5}))
    frame = qp.scan("scan")
    assert frame.collect_schema() == pl.Schema({"number": pl.Int64, "text": pl.String})
    assert frame.collect().height == 50
    assert frame.filter(pl.col("number") > 7).select("text").collect()["text"].to_list() == ["8"] * 5 + ["9"] * 5
    assert frame.head(12).collect()["number"].to_list() == [0] * 5 + [1] * 5 + [2] * 2
    assert frame.filter(pl.col("number") > 2).head(3).collect()["number"].to_list() == [3] * 3
    assert frame.select(pl.len()).collect().item() == 50
    assert frame.group_by("text").agg(pl.col("number").sum()).collect().height == 10
    qadataswap.remove_segment("scan", unread=True)
    with pytest.raises(qadataswap.QadsNotFoundError, match="scan"):
        qp.scan("scan", timeout_ms=0)


def test_without_polars_the_rest_works() -> None:
    done = run_python(
        "import sys; sys.modules['polars'] = None\n"
        "import pyarrow, qadataswap\n"
        "with qadataswap.create_writer('x', lifetime='until_closed') as w, qadataswap.create_reader('x') as r:\n"
        "    w.write_arrow(pyarrow.table({'a': [1]}))\n"
        "    assert r.read_arrow().num_rows == 1\n"
    )
    assert done.returncode == 0, done.stderr
