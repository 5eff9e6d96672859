"""`qads watch` and `qads doctor`."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import BATCH, NO, NOT_FOUND, OK, QADS, USAGE, Qads


def test_watch_shows_all_segments_with_rates_from_the_second_look_on(qads: Qads) -> None:
    with qads.writer("seen", overflow="drop_oldest") as writer:
        watch = qads.start("watch", "--json", "--interval", "0.2", "--count", "3")
        while watch.poll() is None:
            writer.write_arrow(BATCH)
        out, _ = watch.communicate()
        looks = [json.loads(line)["segments"] for line in out.splitlines()]
        assert len(looks) == 3
        rates = [look[0]["rates"] for look in looks]
        assert rates[0] is None
        assert rates[1]["seconds"] >= 0.2
        assert sum(rate["batches"] for rate in rates[1:]) > 0
        text = qads("watch", "-i", "0.01", "-c", "2").out
        assert len(re.findall(r"^NAME .* BYTES/S$", text, re.MULTILINE)) == 2
        assert "\x1b" not in text, "no terminal, no clearing"


def test_watch_of_one_segment_shows_its_readers(qads: Qads) -> None:
    with qads.writer("one", schema=BATCH.schema), qads.reader("one"):
        lines = qads("watch", "--json", "-i", "0.01", "-c", "2", "one").out.splitlines()
        assert [len(json.loads(line)["readers"]) for line in lines] == [1, 1]
        assert qads("watch", "-c", "0").code == USAGE
        assert qads("watch", "-c", "1", "absent").code == NOT_FOUND
    qads.file("one").unlink()


@pytest.mark.parametrize("interval", ["0", "0.001", "-1", "x"])
def test_watch_refuses_to_spin(qads: Qads, interval: str) -> None:
    done = qads("watch", "-i", interval, "-c", "2")
    assert (done.code, done.out) == (USAGE, "")
    assert "from 0.01 to 1000000" in done.err


def test_watch_of_one_segment_ends_when_its_name_goes(qads: Qads) -> None:
    qads.leave("going")
    watch = qads.start("watch", "--json", "-i", "0.01", "going")
    assert watch.stdout is not None
    assert json.loads(watch.stdout.readline())["rates"] is None
    assert qads("rm", "-u", "going").code == OK
    _, err = watch.communicate(timeout=60)
    assert (watch.returncode, err.count("\n")) == (NOT_FOUND, 1)


def test_watch_ends_with_ctrl_c(qads: Qads) -> None:
    watch = qads.start("watch", "--interval", "1000")
    assert watch.stdout is not None
    assert watch.stdout.readline().startswith("no segments in ")
    watch.send_signal(signal.SIGINT)
    assert watch.wait(60) == OK
    watch.communicate()


def test_doctor_checks_everything_and_leaves_nothing(qads: Qads) -> None:
    told = qads("doctor", "--json").json()
    checks = {check["check"]: check for check in told["checks"]}
    assert {"directory", "permissions", "space", "hand-over", "left-overs", "version", "kernel"} <= set(checks)
    assert {"processors", "futex", "memory limit", "huge pages", "open files", "file size"} <= set(checks)
    assert checks["directory"]["detail"] == f"{qads.directory} on tmpfs"
    assert checks["hand-over"]["status"] == checks["futex"]["status"] == "ok"
    problems = [check for check in told["checks"] if check["status"] != "ok"]
    assert told["problems"] == len(problems)
    for check in told["checks"]:
        assert bool(check["remedy"]) == (check["status"] != "ok"), check
    done = qads("doctor")
    assert done.code == (NO if problems else OK)
    assert len(re.findall(r"^(ok|warn|fail) ", done.out, re.MULTILINE)) == len(told["checks"])
    assert list(qads.directory.iterdir()) == []


def test_doctor_finds_leftovers_and_damage(qads: Qads) -> None:
    qads.leave("read", 2, read=True)
    qads.file("foreign").write_bytes(b"x")
    qads.file("link").symlink_to("qads_foreign")
    done = qads("doctor")
    assert done.code == NO
    assert re.search(r"^warn +left-overs .*1 left over", done.out, re.MULTILINE)
    assert re.search(r"^ +-> qads gc$", done.out, re.MULTILINE)
    assert re.search(r"^warn +damage .*: foreign, link$", done.out, re.MULTILINE)
    assert re.search(r"-> .* rm\(1\) what is none \(file qads_NAME\)$", done.out, re.MULTILINE)
    qads.file("foreign").unlink()
    qads.file("link").unlink()
    assert qads("gc").code == OK


def test_doctor_says_what_is_wrong_with_a_directory(qads: Qads) -> None:
    done = qads("doctor", "-d", qads.directory / "absent")
    assert done.code == NO
    assert re.search(r"^fail +directory .*absent", done.out, re.MULTILINE)
    open_to_all = qads.directory / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    assert re.search(r"^warn +permissions .*0777", qads("doctor", "-d", open_to_all).out, re.MULTILINE)
    open_to_all.rmdir()


@pytest.fixture(name="small")
def fixture_small(qads: Qads) -> Iterator[Path]:
    """A file system with little room."""
    small = qads.directory / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(small)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        if not mounted:
            pytest.skip("this machine doesn't let us mount a tmpfs")
        yield small
    finally:
        if mounted:
            subprocess.run(["umount", str(small)], check=True)
        small.rmdir()


def _fill(small: Path, left: int) -> None:
    room = os.statvfs(small)
    (small / "filler").write_bytes(bytes(room.f_bavail * room.f_frsize - left))


def test_doctor_sees_a_full_directory(qads: Qads, small: Path) -> None:
    _fill(small, 4096)
    checks = {check["check"]: check for check in qads("doctor", "--json", "-d", small).json()["checks"]}
    assert checks["space"]["status"] == "warn"
    assert checks["hand-over"]["status"] == "fail"
    assert checks["left-overs"]["status"] == "warn", "though nothing is left over"
    assert "; 8.0 MiB in files that aren't segments, or that have no name any more" in checks["left-overs"]["detail"]
    assert checks["left-overs"]["remedy"] == f"lsof +L1 {small} shows who holds files without a name"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a file away")
def test_doctor_says_who_holds_a_full_directory_and_what_frees_it(qads: Qads, small: Path) -> None:
    inside = Qads(small)
    inside.leave("read", 1, read=True)
    inside.leave("unread", 2)
    inside.leave("theirs")
    os.chown(inside.file("theirs"), 12345, 12345)
    with inside.writer("live"), (small / "nameless").open("wb") as nameless:
        nameless.write(bytes(1 << 20))
        nameless.flush()
        (small / "nameless").unlink()
        (check,) = [one for one in inside("doctor", "--json").json()["checks"] if one["check"] == "left-overs"]
    assert check["status"] == "warn"
    assert re.match(
        r"1 segment in use \(\d+\.\d KiB\), 1 left over \(1\.\d MiB\), 1 with unread batches of writers that have gone "
        r"\(1\.\d MiB\), 0 kept by their lifetime \(0 B\), 0 damaged \(0 B\), 1 of other users \(1\.\d MiB\); "
        r"1\.\d MiB in files that aren't segments",
        check["detail"],
    ), check
    assert re.fullmatch(
        r"qads gc frees 1\.\d MiB; qads gc --unread frees 2\.\d MiB and drops 2 unread batches; "
        rf"user 12345 holds 1\.\d MiB; lsof \+L1 {small} shows who holds files without a name",
        check["remedy"],
    ), check


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be somebody else")
@pytest.mark.parametrize("mode", [0o000, 0o333, 0o555])
def test_doctor_goes_on_where_the_directory_is_closed_to_it(mode: int) -> None:
    nobody = 65534
    with tempfile.TemporaryDirectory() as outer:
        os.chmod(outer, 0o755)
        program = shutil.copy(QADS[0], outer)
        closed = Path(outer, "closed")
        closed.mkdir()
        closed.chmod(mode)
        done = subprocess.run(
            [program, "doctor", "--json", "-d", closed],
            user=nobody,
            group=nobody,
            extra_groups=[],
            capture_output=True,
            check=False,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (NO, b"")
    checks = {check["check"]: check for check in json.loads(done.stdout)["checks"]}
    assert checks["permissions"]["status"] == "fail"
    assert "Permission denied" in checks["permissions"]["detail"]
    assert checks["left-overs"]["status"] == ("ok" if mode == 0o555 else "fail")
    assert "hand-over" not in checks
    assert {"kernel", "open files", "memory limit"} <= set(checks)


def test_doctor_tells_the_library_its_layout_and_the_memory_that_is_left(qads: Qads) -> None:
    checks = {check["check"]: check for check in qads("doctor", "--json").json()["checks"]}
    assert re.fullmatch(r"library \d+\.\d+\.\d+, layout \d+\.\d+", checks["version"]["detail"])
    assert re.fullmatch(r"none|.* left for segments on tmpfs, by .+", checks["memory limit"]["detail"])


@pytest.mark.parametrize("words", [("--help",), ("help",), ("-h",), ("ls", "--help"), ("help", "tail")])
def test_help_is_for_standard_output(qads: Qads, words: tuple[str, ...]) -> None:
    done = qads(*words)
    assert done.code == OK
    assert done.err == ""
    assert "usage: qads" in done.out
    assert "Exit status: 0" in done.out
    assert max(map(len, done.out.splitlines())) <= 132


def test_the_program_needs_no_shared_library() -> None:
    loaded = subprocess.run(["ldd", *QADS], capture_output=True, text=True, check=False)
    assert "not a dynamic executable" in loaded.stderr + loaded.stdout or "statically linked" in loaded.stdout
