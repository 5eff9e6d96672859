"""`qads ls` and `qads stat`: what they say about segments in every state."""

from __future__ import annotations

import ctypes
import json
import os
import re
import time
from typing import Any

import pyarrow as pa
import pytest

from tests.cli.command import BATCH, DAMAGED, NO, NOT_FOUND, OK, PERMISSION, USAGE, Qads, kill


def _listed(qads: Qads) -> dict[str, dict[str, Any]]:
    return {segment["name"]: segment for segment in qads("ls", "--json").json()["segments"]}


def test_ls_of_an_empty_directory_says_so(qads: Qads) -> None:
    assert qads("ls").out == f"no segments in {qads.directory}\n"
    assert qads("ls", "--json").json() == {"directory": str(qads.directory), "segments": []}


def test_ls_tells_the_state_of_every_segment(qads: Qads) -> None:
    qads.leave("finished", 2)
    dead = qads.script(
        "import pyarrow as pa, qadataswap, time\n"
        "writer = qadataswap.create_writer('died', capacity=1 << 16)\n"
        "writer.write_arrow(pa.record_batch({'a': [1]}))\n"
        "print('ready', flush=True); time.sleep(600)"
    )
    kill(dead)
    closed = qads.writer("closed")
    closed.write_arrow(BATCH)
    closed.close()
    with qads.writer("live") as writer, qads.reader("live"):
        writer.write_arrow(BATCH)
        listed = _listed(qads)
        assert {name: one["state"] for name, one in listed.items()} == {
            "closed": "closed",
            "died": "died",
            "finished": "finished",
            "live": "live",
        }
        live = listed["live"]
        assert (live["readers"], live["batches"], live["unread"], live["rows"]) == (1, 1, 1, 3)
        assert (live["writer_alive"], live["writer_pid"], live["error"]) == (True, os.getpid(), None)
        assert (live["overflow"], live["lifetime"], live["slots"]) == ("block", "until_drained", 256)
        assert listed["finished"]["unread"] == 2
        assert listed["died"]["bytes"] >= qads.file("died").stat().st_blocks * 512 > 0
        text = qads("ls").out
        assert re.search(r"^NAME +STATE +READERS +BATCHES +UNREAD +MEMORY +OF +AGE$", text, re.MULTILINE)
        assert re.search(r"^live +live +1 +1 +1 +\S+ MiB +1.0 MiB +\d+ ", text, re.MULTILINE)
        assert not re.search(r" $", text, re.MULTILINE)
    for name in ("closed", "died", "finished", "live"):
        qads.file(name).unlink()


def test_what_is_wrong_with_a_file_is_listed_and_stops_nothing(qads: Qads) -> None:
    qads.leave("good")
    qads.leave("short")
    os.truncate(qads.file("short"), 100)
    qads.leave("damaged")
    with qads.file("damaged").open("r+b") as file:
        file.seek(80)
        file.write(b"\xff\xff\xff\xff")
    qads.leave("other_version")
    with qads.file("other_version").open("r+b") as file:
        file.seek(8)
        file.write(b"\x09")
    qads.file("foreign").write_bytes(b"not a segment")
    (qads.directory / "qads_\x1b[2J").write_bytes(b"no name of a segment")
    qads.file("link").symlink_to("qads_good")
    os.mkfifo(qads.file("pipe"))
    done = qads("ls")
    assert done.code == OK
    assert "\x1b" not in done.out
    states = {name: (one["state"], bool(one["error"])) for name, one in _listed(qads).items()}
    assert states == {
        "good": ("finished", False),
        "short": ("corrupt", True),
        "damaged": ("corrupt", True),
        "other_version": ("version", True),
        "foreign": ("foreign", True),
        "link": ("foreign", True),
        "pipe": ("foreign", True),
    }
    assert re.search(r"^link +foreign .* is a symbolic link", done.out, re.MULTILINE)
    for name in ("short", "damaged", "other_version", "foreign", "link", "pipe"):
        done = qads("stat", name)
        assert done.code == DAMAGED, done
        assert done.err.startswith("qads stat: ")
    for path in qads.directory.iterdir():
        path.unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a file away")
def test_another_users_segment_is_listed_as_such(qads: Qads) -> None:
    qads.leave("theirs")
    os.chown(qads.file("theirs"), 12345, 12345)
    theirs = _listed(qads)["theirs"]
    assert (theirs["state"], theirs["bytes"]) == ("permission", qads.file("theirs").stat().st_blocks * 512)
    assert qads("stat", "theirs").code == PERMISSION
    assert qads("rm", "--unread", "theirs").code == PERMISSION
    assert qads("gc", "--unread", "--json").json()["files"][0]["verdict"] == "permission"
    qads.file("theirs").unlink()


def test_stat_tells_a_reader_that_lags_and_holds_batches(qads: Qads) -> None:
    with qads.writer("lagging") as writer, qads.reader("lagging") as reader:
        for _ in range(5):
            writer.write_arrow(BATCH)
        held = [reader.read_batch(), reader.read_batch()]
        told = qads("stat", "--interval", "0", "--json", "lagging").json()
        assert told["rates"] is None
        assert (told["state"], told["head"], told["rows"], told["unread"]) == ("live", 5, 15, 3)
        (one,) = told["readers"]
        assert one["oldest_held_ns"] >= 0
        assert (one["pid"], one["state"], one["alive"]) == (os.getpid(), "alive", True)
        assert (one["position"], one["lag"], one["held_batches"], one["lost"]) == (2, 3, 2, 0)
        assert [(field["name"], field["type"]) for field in told["schema"]] == [("number", "int64"), ("text", "string")]
        text = qads("stat", "-i", "0", "lagging").out
        assert "5 batches in 5 messages, 15 rows" in text
        assert re.search(rf"^ +0 +alive +{os.getpid()} +2 +3 +2 +\d+", text, re.MULTILINE)
        assert "number: int64\n" in text
        assert "\nreaders   1 alive, of at most 64\n" in text
        del held
    qads.file("lagging").unlink()


def test_stat_knows_a_dead_reader_by_its_lock(qads: Qads) -> None:
    with qads.writer("bereft") as writer:
        writer.write_arrow(BATCH)
        reader = qads.script(
            "import qadataswap, time\n"
            "reader = qadataswap.create_reader('bereft'); batch = reader.read_batch()\n"
            "print('ready', flush=True); time.sleep(600)"
        )
        (one,) = qads("stat", "-i", "0", "--json", "bereft").json()["readers"]
        assert (one["state"], one["pid"], one["held_batches"]) == ("alive", reader.pid, 1)
        assert _listed(qads)["bereft"]["readers"] == 1
        kill(reader)
        (one,) = qads("stat", "-i", "0", "--json", "bereft").json()["readers"]
        assert (one["state"], one["alive"], one["held_batches"]) == ("dead", False, 1)
        assert "\nreaders   0 alive, 1 dead, of at most 64\n" in qads("stat", "-i", "0", "bereft").out
        assert _listed(qads)["bereft"]["readers"] == 0
    qads.file("bereft").unlink()


def test_stat_measures_rates_between_two_looks(qads: Qads) -> None:
    with qads.writer("busy", overflow="drop_oldest") as writer, qads.reader("busy", loss="count"):
        process = qads.start("stat", "--json", "--interval", "0.3", "busy")
        while process.poll() is None:
            writer.write_arrow(BATCH)
        out, _ = process.communicate(timeout=60)
        assert process.returncode == OK
        rates = json.loads(out)["rates"]
        assert rates["seconds"] >= 0.3
        assert rates["batches"] > 0
        assert rates["rows"] == pytest.approx(3 * rates["batches"], rel=0.1)
        assert 0 <= rates["stalled"] <= 1


def test_the_rate_of_a_reader_is_what_it_read_not_what_it_lost(qads: Qads) -> None:
    with (
        qads.writer("lossy", overflow="drop_oldest", buffer_count=4) as writer,
        qads.reader("lossy", loss="count") as reader,
    ):
        watch = qads.start("watch", "--json", "--interval", "2", "--count", "2", "lossy")
        assert watch.stdout is not None
        first = json.loads(watch.stdout.readline())
        for _ in range(1000):
            writer.write_arrow(BATCH)
        assert reader.read_batch() is not None
        (one,) = json.loads(watch.stdout.readline())["readers"]
        watch.communicate(timeout=60)
    assert (first["readers"][0]["position"], one["position"]) == (0, one["lost"] + 1)
    assert one["lost"] > 900
    assert 0 < one["batches_per_second"] <= 0.5, "one batch in two seconds or more"


def test_stat_says_that_the_name_went_between_its_looks(qads: Qads) -> None:
    qads.leave("going")
    stat = qads.start("stat", "-i", "1", "--json", "going")
    time.sleep(0.5)
    assert qads("rm", "-u", "going").code == OK
    out, err = stat.communicate(timeout=60)
    assert (stat.returncode, out) == (NOT_FOUND, "")
    assert "'going' is gone" in err


def test_stat_tells_of_one_file_where_the_name_is_taken_over(qads: Qads) -> None:
    qads.leave("taken", 2)
    stat = qads.start("stat", "-i", "1", "--json", "taken")
    time.sleep(0.5)
    qads.leave("taken", 3)
    out, err = stat.communicate(timeout=60)
    assert stat.returncode == OK
    assert "took 'taken' over" in err
    told = json.loads(out)
    assert (told["head"], told["unread"], told["rates"]) == (3, 3, None)
    assert told["uuid"] == _listed(qads)["taken"]["uuid"]
    assert qads("rm", "-u", "taken").code == OK


def test_stat_opens_no_other_segment(qads: Qads) -> None:
    qads.leave("wanted")
    qads.leave("other")
    libc = ctypes.CDLL(None)
    seen = libc.inotify_init1(os.O_NONBLOCK)
    opens = 0x20
    assert libc.inotify_add_watch(seen, bytes(qads.file("other")), opens) > 0
    assert qads("stat", "-i", "0", "wanted").code == OK
    with pytest.raises(BlockingIOError):
        os.read(seen, 4096)
    assert qads("ls").code == OK
    assert os.read(seen, 4096), "as ls does"
    os.close(seen)
    assert qads("rm", "-u", "wanted", "other").code == OK


def test_stat_of_a_stream_without_schema_says_so(qads: Qads) -> None:
    with qads.writer("early"):
        assert qads("stat", "-i", "0", "--json", "early").json()["schema"] is None
        assert "the writer has set none yet" in qads("stat", "-i", "0", "early").out


def test_looking_makes_nobody_a_reader(qads: Qads) -> None:
    with qads.writer("shy") as writer:
        writer.write_arrow(BATCH)
        for words in (("ls",), ("stat", "-i", "0", "shy"), ("gc",)):
            assert qads(*words).code == OK
        assert writer.readers() == []
        assert writer.statistics().tail == 0
    qads.file("shy").unlink()


def test_names_and_columns_reach_the_terminal_without_control_characters(qads: Qads) -> None:
    nasty = "\x1b]0;owned\x07\x9b31m\u202egnp\n"
    with qads.writer("nasty") as writer:
        writer.write_arrow(pa.record_batch({nasty: pa.array([1], pa.timestamp("ns", tz="UTC\x1b[31m"))}))
        for words in (("stat", "-i", "0", "nasty"), ("stat", "-i", "0", "--json", "nasty")):
            out = qads(*words).out
            assert not set(out) & {"\x1b", "\x07", "\x9b", "\u202e"}
        assert qads("stat", "-i", "0", "--json", "nasty").json()["schema"][0]["name"] == nasty
    qads.file("nasty").unlink()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("stat", "absent"), NOT_FOUND),
        (("rm", "absent"), NOT_FOUND),
        (("ls", "--directory", "/nonexistent/folder"), NOT_FOUND),
        (("stat", "../x"), USAGE),
        (("stat",), USAGE),
        (("stat", "a", "b"), USAGE),
        (("stat", "--interval", "fast", "a"), USAGE),
        (("stat", "--interval"), USAGE),
        (("ls", "--jsonn"), USAGE),
        (("ls", "-x"), USAGE),
        (("frobnicate",), USAGE),
        (("help", "frobnicate"), USAGE),
        (("help", "ls", "stat"), USAGE),
        (("--version", "ls"), USAGE),
        (("rm", "-d", "/tmp/\x1b[31m", "x"), NOT_FOUND),
        ((), USAGE),
    ],
)
def test_every_kind_of_failure_has_its_exit_status_and_one_line(qads: Qads, words: tuple[str, ...], code: int) -> None:
    done = qads(*words)
    assert done.code == code, done
    assert done.out == ""
    assert done.err.startswith("qads")
    assert done.err.count("\n") == 1 or not words
    assert "\x1b" not in done.err


def test_the_directory_option_goes_before_the_environment(qads: Qads) -> None:
    qads.leave("here")
    there = qads.directory / "there"
    there.mkdir()
    assert qads("ls", "-d", there, "--json").json() == {"directory": str(there), "segments": []}
    there.rmdir()
    assert qads("rm", "here").code == NO
    assert qads("rm", "-u", "here").code == OK
