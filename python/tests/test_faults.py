"""Each fault has its class, and a message that names the segment and the numbers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import qadataswap
from qadataswap import _core, _errors

from helpers import TABLE, both, receive, run_python, send


def test_every_kind_has_the_name_that_the_core_gives_it() -> None:
    classes = _errors.QadsError.__subclasses__()
    assert sorted(one.code for one in classes) == list(range(-24, 0))
    for one in classes:
        assert one.kind == _core.status_name(one.code)
        assert one.__doc__
        assert one.__name__ in qadataswap.__all__


@pytest.mark.parametrize(
    ("ours", "builtin"),
    [
        (qadataswap.QadsTimeoutError, TimeoutError),
        (qadataswap.QadsNotFoundError, FileNotFoundError),
        (qadataswap.QadsPermissionError, PermissionError),
        (qadataswap.QadsExistsError, FileExistsError),
        (qadataswap.QadsInvalidError, ValueError),
        (qadataswap.QadsEndOfStreamError, EOFError),
        (qadataswap.QadsUnsupportedTypeError, TypeError),
        (qadataswap.QadsNoMemoryError, MemoryError),
    ],
)
def test_an_error_is_also_what_python_calls_it(ours: type[Exception], builtin: type[Exception]) -> None:
    assert issubclass(ours, builtin)
    assert issubclass(ours, qadataswap.QadsError)


def test_a_segment_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError, match=r"qads_nowhere.*waited for 120 ms") as raised:
        qadataswap.create_reader("nowhere", attach_timeout_ms=120)
    assert isinstance(raised.value, qadataswap.QadsNotFoundError)
    with pytest.raises(qadataswap.QadsNotFoundError, match="nowhere"):
        qadataswap.remove_segment("nowhere")
    with pytest.raises(qadataswap.QadsNotFoundError, match="nowhere"):
        qadataswap.inspect_segment("nowhere")


@pytest.mark.parametrize("name", ["", "../escape", "a/b", ".hidden", "x" * 201, "ü", "a\0b"])
def test_a_name_that_cannot_be(name: str) -> None:
    with pytest.raises(qadataswap.QadsInvalidError):
        qadataswap.create_writer(name)
    with pytest.raises(qadataswap.QadsInvalidError):
        qadataswap.create_reader(name)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("buffer_count", 0),
        ("buffer_count", 65_536),
        ("buffer_count", 2**40),
        ("capacity", -1),
        ("capacity", 2**70),
        ("reader_capacity", 65),
        ("overflow", "perhaps"),
        ("lifetime", "long"),
        ("takeover", ""),
        ("wait", "never"),
        ("mode", -1),
    ],
)
def test_an_option_that_cannot_be(option: str, value: Any) -> None:
    named = "slots|buffer_count" if option == "buffer_count" else option
    with pytest.raises(qadataswap.QadsInvalidError, match=named) as raised:
        qadataswap.create_writer("options", **{option: value})
    assert str(value) in str(raised.value) or isinstance(value, int)


@pytest.mark.parametrize(("option", "value"), [("buffer_count", "many"), ("capacity", 1.5), ("timeout_ms", "soon")])
def test_an_option_of_another_type(option: str, value: Any) -> None:
    with pytest.raises(TypeError, match=option):
        qadataswap.create_writer("options", **{option: value})


def test_a_name_that_is_taken() -> None:
    with both("taken"):
        with pytest.raises(FileExistsError, match="taken"):
            qadataswap.create_writer("taken")
        with pytest.raises(qadataswap.QadsExistsError, match="taken"):
            qadataswap.remove_segment("taken", unread=True)


def test_a_finished_name_is_taken_over_or_not() -> None:
    send("finished", TABLE)
    with pytest.raises(qadataswap.QadsExistsError, match="finished"):
        qadataswap.create_writer("finished", takeover="refuse")
    with pytest.raises(qadataswap.QadsExistsError, match="unread"):
        qadataswap.remove_segment("finished")
    with qadataswap.create_writer("finished") as writer:
        assert writer.statistics().superseded_unread == 1
        writer.write_arrow(TABLE)
    assert receive("finished") == [TABLE]


def test_no_room_in_time() -> None:
    with both("full", buffer_count=2) as (writer, reader):
        writer.write_arrow(TABLE)
        writer.write_arrow(TABLE)
        with pytest.raises(TimeoutError, match=r"segment 'full': no room .*within 60 ms.*2 batches behind"):
            writer.write_arrow(TABLE, timeout_ms=60)
        with pytest.raises(qadataswap.QadsTimeoutError, match="within 0 ms"):
            writer.write_arrow(TABLE.to_batches()[0], timeout_ms=0)
        assert [reader.read_arrow(), reader.read_arrow()] == [TABLE, TABLE]
        assert reader.read_arrow(timeout_ms=60) is None
        assert reader.wait(0) is False
        with pytest.raises(qadataswap.QadsTimeoutError, match=r"'full': after 70 ms 1 of 2 readers"):
            writer.wait_readers(2, timeout_ms=70)
        writer.write_arrow(TABLE)
        with pytest.raises(qadataswap.QadsTimeoutError, match="full"):
            writer.wait_drained(timeout_ms=30)


def test_iteration_that_takes_too_long() -> None:
    with both("slow", schema=TABLE.schema), qadataswap.create_reader("slow", timeout_ms=60) as reader:
        with pytest.raises(qadataswap.QadsTimeoutError, match=r"segment 'slow': nothing came within 60 ms.*number 0"):
            next(reader)
        with pytest.raises(OSError, match="within 60 ms"):
            pa.table(reader)


def test_what_is_too_large() -> None:
    with both("small", capacity=64 << 10) as (writer, _):
        with pytest.raises(qadataswap.QadsWouldNotFitError, match=r"'small': row 0 alone takes \d+ bytes.*65536"):
            writer.write_arrow(pa.table({"text": ["x" * 100_000]}))
        with pytest.raises(qadataswap.QadsWouldNotFitError, match="small"):
            writer.allocate(1 << 30)
    with pytest.raises(qadataswap.QadsWouldNotFitError, match="schema"):
        qadataswap.create_writer("tight", schema_capacity=4096, schema=pa.schema([("x" * 10_000, pa.int8())]))


def test_another_schema() -> None:
    with both("schema") as (writer, reader):
        writer.write_arrow(TABLE)
        with pytest.raises(qadataswap.QadsSchemaMismatchError, match=r"segment 'schema'.*1 columns, expected 3"):
            writer.write_arrow(pa.table({"a": [1]}))
        with pytest.raises(qadataswap.QadsSchemaMismatchError):
            writer.set_schema(pa.schema([]))
        writer.write_arrow(TABLE)
        assert [reader.read_arrow(), reader.read_arrow()] == [TABLE, TABLE]


def test_data_that_is_not_arrow() -> None:
    with both("alien") as (writer, _):
        aliens: list[Any] = [object(), {"a": [1]}, [1, 2], None, b"bytes"]
        for data in aliens:
            with pytest.raises(TypeError, match=r"segment 'alien': can't write a .*__arrow_c_stream__"):
                writer.write_arrow(data)
        with pytest.raises(qadataswap.QadsInvalidError, match="alien"):
            writer.write_arrow(pa.array([1, 2]))  # an array, but no struct


def test_what_is_no_table_is_a_type_error_that_says_what_is_missing() -> None:
    with both("none") as (writer, _):
        for data in (None, pa.table({"a": [1]})):
            with pytest.raises(TypeError, match=r"segment 'none': a .* has no __arrow_c_array__"):
                writer.write_part(data)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match=r"segment 'none': a builtins\.int has no __arrow_c_schema__"):
            writer.set_schema(3)  # type: ignore[arg-type]
    for create in (qadataswap.create_writer, qadataswap.create_reader):
        with pytest.raises(TypeError, match="timeout_ms must be an int, not NoneType"):
            create("none", timeout_ms=None)  # type: ignore[arg-type]


def test_rows_that_are_null_themselves() -> None:
    rows = pa.StructArray.from_arrays([pa.array([1, 2, 3])], ["a"], mask=pa.array([False, True, False]))
    for data in (rows, pl.Series([{"a": 1}, None])):
        with (
            both("nobody") as (writer, _),
            pytest.raises(qadataswap.QadsInvalidError, match=r"1 of its . rows are null"),
        ):
            writer.write_arrow(data)


def test_names_with_a_nul_never_reach_polars_which_would_end_the_process() -> None:
    nested = pl.DataFrame({"list": [[{"fine": 1, "a\0b": 2}]]})
    for data in (pl.DataFrame({"a\0b": [1]}), pl.DataFrame({"a\0b": [1]}).lazy(), nested, nested["list"].explode()):
        with both("nul") as (writer, _), pytest.raises(qadataswap.QadsUnsupportedTypeError, match="NUL: rename it"):
            writer.write_arrow(data)


def test_columns_of_python_objects() -> None:
    with both("objects") as (writer, _):
        with pytest.raises(qadataswap.QadsProducerError, match=r"segment 'objects': pandas.*mixed"):
            writer.write_arrow(pd.DataFrame({"fine": [1, 2], "mixed": [1, "x"]}, dtype=object))
        for data in (pl.DataFrame({"thing": [object()]}), pl.DataFrame({"thing": [object()]}).lazy()):
            with pytest.raises(qadataswap.QadsUnsupportedTypeError, match=r"segment 'objects': column 'thing'"):
                writer.write_arrow(data)
        assert writer.statistics().head == 0


@pytest.mark.parametrize("batches_before", [0, 1, 2, 5])
def test_a_producer_that_fails_midway(batches_before: int) -> None:
    def batches() -> object:
        for _ in range(batches_before):
            yield from TABLE.to_batches()
        raise RuntimeError("the well is dry")

    with both("midway") as (writer, reader):
        writer.write_arrow(TABLE)
        with pytest.raises(qadataswap.QadsProducerError, match=r"(?s)segment 'midway'.*the well is dry"):
            writer.write_arrow(pa.RecordBatchReader.from_batches(TABLE.schema, batches()))
        writer.write_arrow(TABLE)
        writer.finish()
        assert reader.read_arrow() == TABLE
        assert reader.read_arrow() == TABLE, "nothing of the message that was given up"
        with pytest.raises(qadataswap.QadsEndOfStreamError):
            reader.read_arrow()


def test_batches_that_are_messages_stay_when_their_producer_fails() -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        yield from TABLE.to_batches() * 2
        raise RuntimeError("the well is dry")

    with both("stay") as (writer, reader):
        with pytest.raises(qadataswap.QadsProducerError, match="the well is dry"):
            writer.write_arrow(pa.RecordBatchReader.from_batches(TABLE.schema, batches()), message_per_batch=True)
        writer.finish()
        assert [reader.read_arrow(), reader.read_arrow()] == [TABLE, TABLE]
        with pytest.raises(qadataswap.QadsEndOfStreamError):
            reader.read_arrow()


def test_no_stream_of_several_is_asked_for_before_the_one_before_was_written() -> None:
    with both("several") as (writer, reader):

        def streams() -> Iterator[object]:
            yield TABLE.__arrow_c_stream__()
            assert reader.read_arrow(0) == TABLE
            raise RuntimeError("the well is dry")

        with pytest.raises(RuntimeError, match="the well is dry"):
            writer._core.write_streams(streams(), True, 1000)


def test_a_lazy_frame_that_fails_midway() -> None:
    def divide(frame: pl.DataFrame) -> pl.DataFrame:
        raise ZeroDivisionError("divided by nothing")

    with both("lazy") as (writer, _):
        with pytest.raises(qadataswap.QadsProducerError, match=r"segment 'lazy'.*divided by nothing") as raised:
            writer.write_arrow(pl.LazyFrame({"a": [1]}).map_batches(divide))
        assert raised.value.__cause__ is not None


def test_a_producer_whose_export_fails() -> None:
    class Broken:
        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
            raise KeyError("no stream today")

    class Liar:
        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
            return TABLE.schema.__arrow_c_schema__()

    with both("export") as (writer, _):
        with pytest.raises(qadataswap.QadsProducerError, match=r"export.*no stream today"):
            writer.write_arrow(Broken())
        with pytest.raises((ValueError, qadataswap.QadsError)):
            writer.write_arrow(Liar())


def test_a_capsule_is_used_once() -> None:
    class Again:
        capsule = TABLE.__arrow_c_stream__()

        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
            return self.capsule

    with both("once") as (writer, _):
        again = Again()
        writer.write_arrow(again)
        with pytest.raises(qadataswap.QadsInvalidError, match=r"segment 'once'.*released"):
            writer.write_arrow(again)


def test_what_is_closed() -> None:
    with both("closed") as (writer, reader):
        writer.write_arrow(TABLE)
        writer.finish()
        writer.finish()
        with pytest.raises(qadataswap.QadsClosedError, match=r"segment 'closed'.*finished"):
            writer.write_arrow(TABLE)
        reader.close()
        reader.close()
        writer.close()
        for call in (reader.read_arrow, reader.read_batch, lambda: next(reader), lambda: reader.wait(0)):
            with pytest.raises(qadataswap.QadsClosedError, match="closed"):
                call()
        calls: list[Callable[[], object]] = [
            lambda: writer.write_arrow(TABLE),
            lambda: writer.allocate(10),
            lambda: writer.wait_readers(1),
            writer.last_write,
        ]
        for call in calls:
            with pytest.raises(qadataswap.QadsClosedError):
                call()


def test_a_writer_that_did_not_finish() -> None:
    def write() -> None:
        with qadataswap.create_writer("broken") as writer:
            writer.write_arrow(TABLE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    with qadataswap.create_reader("broken") as reader:
        assert reader.read_arrow() == TABLE
        with pytest.raises(qadataswap.QadsWriterDiedError, match=r"segment 'broken': the writer closed without"):
            reader.read_arrow()


def test_a_writer_that_died() -> None:
    done = run_python(
        "import os, pyarrow, qadataswap\n"
        "writer = qadataswap.create_writer('dead')\n"
        "writer.write_arrow(pyarrow.table({'a': [1, 2]}))\n"
        "os.kill(os.getpid(), 9)"
    )
    assert done.returncode == -9, done.stderr
    with qadataswap.create_reader("dead") as reader:
        assert reader.read_arrow() == pa.table({"a": [1, 2]})
        with pytest.raises(
            qadataswap.QadsWriterDiedError, match="segment 'dead': the writer died after publishing 1 batch"
        ):
            reader.read_arrow()


@pytest.mark.parametrize("content", [b"", b"not a segment " * 10_000])
def test_a_file_that_is_no_segment(directory: Path, content: bytes) -> None:
    path = directory / "qads_bad"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(qadataswap.QadsForeignError, match=r"segment 'bad'|qads_bad"):
        qadataswap.create_reader("bad")
    path.unlink()


@pytest.mark.parametrize("left", [100, 12_288])
def test_a_truncated_segment(directory: Path, left: int) -> None:
    send("torn", TABLE)
    with (directory / "qads_torn").open("r+b") as file:
        file.truncate(left)
    with pytest.raises(qadataswap.QadsCorruptError, match=f"torn.*{left}"):
        qadataswap.create_reader("torn")
    (directory / "qads_torn").unlink()


def test_a_newer_layout(directory: Path) -> None:
    golden = Path(__file__).resolve().parents[2] / "tests/golden/segment_v1.0.qads"
    copy = directory / "qads_new"
    shutil.copy(golden, copy)
    copy.chmod(0o600)
    with copy.open("r+b") as file:
        file.seek(8)  # the major version, by docs/layout.md: it has its place in every version
        file.write((99).to_bytes(2, "little"))
    with pytest.raises(qadataswap.QadsVersionError, match=r"new.*99"):
        qadataswap.create_reader("new", offline=True)
    copy.unlink()


@pytest.fixture
def small_disk(directory: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    place = directory / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        place.rmdir()
        pytest.skip(f"this machine doesn't let us mount a tmpfs: {done.stderr.strip()}")
    yield place
    # Lazily, as a test that failed may still hold something there; the directory's fixture says what.
    subprocess.run(["umount", "--lazy", str(place)], check=True)
    place.rmdir()


def test_no_space_for_a_batch_loses_nothing(small_disk: Path) -> None:
    with (
        qadataswap.create_writer("tight", directory=small_disk, lifetime="until_closed", timeout_ms=100) as writer,
        qadataswap.create_reader("tight", directory=small_disk, timeout_ms=5000) as reader,
    ):
        writer.write_arrow(TABLE)
        with pytest.raises(qadataswap.QadsNoSpaceError, match=r"segment 'tight'.*\d{6}") as raised:
            writer.write_arrow(TABLE.set_column(1, "text", pa.array(["x" * 2_000_000, "", None])))
        assert isinstance(raised.value, OSError)
        assert reader.read_arrow() == TABLE


def test_the_golden_segment_is_read_offline(directory: Path) -> None:
    golden = Path(__file__).resolve().parents[2] / "tests/golden"
    shutil.copy(golden / "segment_v1.0.qads", directory / "qads_golden")
    wanted = list(pa.ipc.open_stream((golden / "golden.stream").read_bytes()))
    with qadataswap.create_reader("golden", offline=True, timeout_ms=0) as reader:
        for batch in wanted:
            arrived = reader.read_record_batch()
            assert arrived is not None
            assert arrived.schema == batch.schema
        del arrived
    (directory / "qads_golden").unlink()


def test_too_many_readers() -> None:
    with both("crowd", reader_capacity=1), pytest.raises(qadataswap.QadsTooManyReadersError, match="crowd"):
        qadataswap.create_reader("crowd")


def test_a_directory_that_is_not_there() -> None:
    with pytest.raises(qadataswap.QadsError, match="nonexistent"):
        qadataswap.create_writer("x", directory="/nonexistent/folder")
    with pytest.raises(qadataswap.QadsError, match="nonexistent"):
        qadataswap.list_segments("/nonexistent/folder")


def test_what_is_forgotten_says_so() -> None:
    writer = qadataswap.create_writer("forgotten", lifetime="until_closed")
    reader = qadataswap.create_reader("forgotten")
    with pytest.warns(ResourceWarning, match="unclosed reader of segment 'forgotten'"):
        del reader
    with pytest.warns(ResourceWarning, match="unclosed writer of segment 'forgotten'"):
        del writer
