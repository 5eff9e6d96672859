"""`qads tail`: every type's values, to the bit; who is disturbed by it, and who isn't."""

from __future__ import annotations

import json
import signal
import subprocess

import pyarrow as pa
import pytest

from tests.agents.sources import BUNDLES, GOLDEN, Sources
from tests.cli.command import BATCH, DAMAGED, FAILED, NO, NOT_FOUND, OK, QADS, USAGE, Qads, kill
from tests.cli.values import Pairs, check, columns_of

STREAMS = [*(f"golden.{name}" for name in GOLDEN), *(f"bundle.{name}" for name in BUNDLES), "shape.metadata"]


@pytest.mark.parametrize("name", STREAMS)
def test_every_value_of_every_type_is_printed_as_what_it_is(qads: Qads, sources: Sources, name: str) -> None:
    source = sources.load(name)
    with qads.writer("types", buffer_count=100, schema=source.schema) as writer:
        for batch in source.batches:
            writer.write_arrow(batch)
    done = qads("tail", "--json", "types")
    assert done.code == OK, done
    rows = [json.loads(line, object_pairs_hook=Pairs) for line in done.out.splitlines()]
    assert len(rows) == source.rows
    at = 0
    for batch in source.batches:
        for row in range(batch.num_rows):
            got = rows[at + row]
            assert [key for key, _ in got] == batch.schema.names
            for column, (key, value) in zip(columns_of(batch), got, strict=True):
                try:
                    check(column, row, value)
                except AssertionError as error:
                    raise AssertionError(f"column {key} ({column.type}), row {row}: {value!r}: {error}") from error
        at += batch.num_rows
    text = qads("tail", "types")
    assert text.code == OK
    assert text.out.count("\n") == source.rows + 1
    qads.file("types").unlink()


def test_an_ended_stream_is_printed_without_being_changed(qads: Qads) -> None:
    qads.leave("ended", 3)
    before = qads.file("ended").read_bytes()
    assert qads("tail", "ended").out == "number  text\n" + 3 * "     1  a\n     2  null\n     3  c\n"
    assert qads("tail", "-n", "4", "--json", "ended").out.count("\n") == 4
    assert qads.file("ended").read_bytes() == before
    with qads.reader("ended") as reader:
        table = reader.read_arrow()
        assert table is not None
        assert table.num_rows == 3
    qads.file("ended").unlink()


def test_rows_are_printed_as_they_come_until_the_stream_ends(qads: Qads) -> None:
    with qads.writer("coming") as writer, qads.reader("coming") as reader:
        writer.write_arrow(BATCH)
        tail = qads.start("tail", "--json", "coming")
        while len(writer.readers()) < 2:
            assert tail.poll() is None
        for number in range(3):
            writer.write_arrow(pa.record_batch({"number": [number], "text": ["later"]}))
        assert tail.stdout is not None
        assert [json.loads(tail.stdout.readline())["number"] for _ in range(3)] == [0, 1, 2], "and not what was before"
        writer.finish()
        assert tail.wait(60) == OK
        tail.communicate()
        table = reader.read_arrow()
        assert table is not None
        assert table.num_rows == 3
    qads.file("coming").unlink()


def test_it_is_refused_where_unread_batches_would_be_lost(qads: Qads) -> None:
    with qads.writer("waiting") as writer:
        writer.write_arrow(BATCH)
        done = qads("tail", "waiting")
        assert done.code == NO
        assert "1 batch waits for a first reader" in done.err
        assert writer.readers() == []
        done = qads("tail", "--consume", "--earliest", "-n", "2", "waiting")
        assert (done.code, done.out.count("\n")) == (OK, 3)
    qads.file("waiting").unlink()


def test_a_stream_that_broke_off_is_exit_status_1(qads: Qads) -> None:
    writer = qads.script(
        "import pyarrow as pa, qadataswap, time\n"
        "writer = qadataswap.create_writer('broken', capacity=1 << 16)\n"
        "writer.write_arrow(pa.record_batch({'a': [1]}))\n"
        "print('ready', flush=True); time.sleep(600)"
    )
    kill(writer)
    done = qads("tail", "broken")
    assert (done.code, done.out) == (NO, "a\n1\n")
    assert "the writer died" in done.err
    assert done.err.count("\n") == 1
    qads.file("broken").unlink()


def test_losses_are_told(qads: Qads) -> None:
    with qads.writer("lossy", overflow="drop_oldest", buffer_count=2, lifetime="keep") as writer:
        for _ in range(10):
            writer.write_arrow(BATCH)
        done = qads("tail", "-e", "-n", "3", "lossy")
        assert done.code == OK
        assert done.out.count("\n") == 4
    assert qads("rm", "-u", "lossy").code == OK


def test_ctrl_c_and_a_timeout_end_it(qads: Qads) -> None:
    with qads.writer("quiet", schema=BATCH.schema) as writer:
        assert qads("tail", "--timeout", "0.05", "quiet").code == NO
        tail = qads.start("tail", "quiet")
        while not writer.readers():
            assert tail.poll() is None
        tail.send_signal(signal.SIGINT)
        assert tail.wait(60) == OK
        tail.communicate()
        assert writer.readers() == [], "it gave its place up"
    qads.file("quiet").unlink()


@pytest.mark.parametrize("words", [("--json",), ()], ids=["json", "text"])
def test_a_batch_whose_text_fits_no_memory_is_printed_in_pieces(qads: Qads, words: tuple[str, ...]) -> None:
    rows, values = 2000, 1_000_000
    views = pa.ListViewArray.from_arrays(
        pa.array([0] * rows, pa.int32()), pa.array([values] * rows, pa.int32()), pa.array([7] * values, pa.int8())
    )
    with qads.writer("wide", lifetime="keep") as writer:
        writer.write_arrow(pa.record_batch({"views": views}))
    limited = ["prlimit", f"--as={512 << 20}", *QADS, "tail", *words, "wide"]
    tail = subprocess.Popen(limited, env=qads.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert tail.stdout is not None
    line = tail.stdout.readline()
    assert line.startswith(b'{"views":[7,7,' if words else b"views")
    tail.send_signal(signal.SIGINT)
    _, err = tail.communicate(timeout=60)
    assert (tail.returncode, err) == (OK, b"")
    assert qads("rm", "-u", "wide").code == OK


def test_a_row_whose_text_fits_no_memory_is_an_error_of_the_command(qads: Qads) -> None:
    inner = pa.ListViewArray.from_arrays(
        pa.array([0] * 1000, pa.int32()), pa.array([500_000] * 1000, pa.int32()), pa.array([7] * 500_000, pa.int8())
    )
    views = pa.ListViewArray.from_arrays(pa.array([0], pa.int32()), pa.array([1000], pa.int32()), inner)
    with qads.writer("row", lifetime="keep") as writer:
        writer.write_arrow(pa.record_batch({"views": views}))
    limited = ["prlimit", f"--as={256 << 20}", *QADS, "tail", "--json", "row"]
    done = subprocess.run(limited, env=qads.environment, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (FAILED, b"")
    assert done.stderr == b"qads tail: this process has no memory left\n"
    assert qads("tail", "row").out.count("\n") == 2, "a cell needs no more than what it shows"
    assert qads("rm", "-u", "row").code == OK


def test_it_ends_when_nobody_takes_what_it_prints(qads: Qads) -> None:
    qads.leave("long", 50)
    command = f"{qads.program[0]} tail long | head -n 2"
    done = subprocess.run(command, shell=True, env=qads.environment, capture_output=True, text=True, timeout=60)
    assert done.stdout == "number  text\n     1  a\n"
    qads.file("long").unlink()


def test_what_an_evil_writer_put_there_is_an_error_and_not_a_crash(qads: Qads) -> None:
    array = pa.array(["one", "two", "three"])
    with qads.writer("evil", lifetime="keep") as writer:
        writer.write_arrow(pa.record_batch({"text": array, "code": array.dictionary_encode()}))
    content = qads.file("evil").read_bytes()
    offsets = content.index(b"onetwothree") - 64
    for at, word in ((4, 2**31 - 1), (4, 2**32 - 1), (8, 1)):
        with qads.file("evil").open("r+b") as file:
            file.write(content)
            file.seek(offsets + at)
            file.write(word.to_bytes(4, "little"))
        done = qads("tail", "--json", "evil")
        assert done.code == DAMAGED, done
        assert "column 'text'" in done.err
    with qads.file("evil").open("r+b") as file:
        file.write(content)
    qads.file("evil").unlink()


@pytest.mark.parametrize(
    ("words", "code"),
    [(("tail", "absent"), NOT_FOUND), (("tail",), USAGE), (("tail", "-n", "-1", "x"), USAGE)],
)
def test_what_cant_be_done_is_told(qads: Qads, words: tuple[str, ...], code: int) -> None:
    assert qads(*words).code == code
