"""polars frames in and out, and what polars can't take."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
import qadataswap
import qadataswap.polars as qp
import refused
from polars.testing import assert_frame_equal
from qadataswap import _frames
from refused import REFUSED

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
            qp.read_frame(reader, start="latest")  # type: ignore[call-overload]
        del got


@pytest.mark.parametrize("frame", [FRAME.clear(), pl.DataFrame(), pl.DataFrame(height=3), FRAME.lazy().head(0)])
def test_frames_without_rows_or_columns(frame: pl.DataFrame | pl.LazyFrame) -> None:
    qp.write_frame("nothing", frame)
    got = qp.read_frame("nothing")
    assert got is not None
    wanted = frame.collect() if isinstance(frame, pl.LazyFrame) else frame
    assert (got.schema, got.height) == (wanted.schema, wanted.height)


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


DEADLY = ("decimal32", "decimal64")
"""polars reads beyond the end of these: another process is at stake, not this one."""


@pytest.mark.parametrize("kind", [kind for kind in REFUSED if kind not in DEADLY])
def test_what_polars_cannot_take_is_an_error_before_polars_sees_it(kind: str) -> None:
    refused.check(kind)


@pytest.mark.parametrize("kind", DEADLY)
def test_what_would_end_the_process_is_an_error_instead(kind: str) -> None:
    done = run_python(
        "import sys; sys.path[:0] = sys.argv[1:3]\nimport refused\nrefused.check(sys.argv[3])\nprint('refused')\n",
        str(Path(__file__).resolve().parents[2]),
        str(Path(__file__).parent),
        kind,
    )
    assert (done.returncode, done.stdout) == (0, "refused\n"), done.stderr


WORDS = pa.array(["a", "b"]).dictionary_encode()


@pytest.mark.parametrize(
    ("array", "complaint"),
    [
        (pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), WORDS), "dictionary of a dictionary"),
        (pa.array([[], []], pa.list_(pa.int8(), 0)), "list of fixed size 0"),
        (pa.array([1, 2], pa.timestamp("us", "Nowhere/Town")), "zone 'Nowhere/Town'"),
        (pa.StructArray.from_arrays([WORDS, WORDS], names=["x", "x"]), "field 'x' is there more than once"),
    ],
    ids=["dictionary", "fixed size", "zone", "struct"],
)
def test_so_is_what_only_some_values_of_a_type_make_impossible(array: pa.Array, complaint: str) -> None:
    refused.check_array(array, complaint)


def test_two_columns_of_one_name_are_an_error_too() -> None:
    with both("twins") as (writer, reader):
        writer.write_arrow(pa.record_batch([pa.array([1]), pa.array([2])], names=["twin", "twin"]))
        with pytest.raises(qadataswap.QadsUnsupportedTypeError, match="'twins': column 'twin' is there more than once"):
            qp.read_frame(reader)


def test_a_zone_that_polars_knows_by_another_name_is_none() -> None:
    with both("utc") as (writer, reader):
        writer.write_arrow(pa.record_batch({"when": pa.array([7], pa.timestamp("us", "+00:00"))}))
        got = qp.read_frame(reader)
        assert got is not None
        assert got.schema == pl.Schema({"when": pl.Datetime("us", "UTC")})
        del got


def test_a_reader_looks_at_its_schema_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []
    monkeypatch.setattr(_frames, "require_readable", lambda name, _: looks.append(name))
    with both("once") as (writer, reader):
        for _ in range(3):
            writer.write_arrow(FRAME)
            assert qp.read_frame(reader) is not None
    assert looks == ["once"]


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
