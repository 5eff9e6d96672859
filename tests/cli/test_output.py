"""Where what the command prints goes nowhere: it says so, and Ctrl-C still ends it."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.command import BATCH, FAILED, NO, OK, PYTHON, QADS, Qads

EACH = pytest.mark.parametrize("program", [QADS, PYTHON], ids=["program", "module"])


def _waits(process: subprocess.Popen[bytes], pipe: int) -> bool:
    """Whether nothing comes into its pipe any more, because that is full."""
    seen = -1
    for _ in range(300):
        assert process.poll() is None
        left = int.from_bytes(fcntl.ioctl(pipe, 0x541B, bytes(4)), "little")  # FIONREAD
        if left == seen > 0:
            return True
        seen = left
        time.sleep(0.2)
    return False


@EACH
@pytest.mark.parametrize(
    "words", [("tail", "--json", "flood"), ("watch", "-i", "0.01"), ("watch", "-i", "0.01", "flood")]
)
def test_ctrl_c_ends_it_where_nobody_reads(qads: Qads, program: tuple[str, ...], words: tuple[str, ...]) -> None:
    qads.leave("flood", 200, lifetime="keep", buffer_count=256)
    pipe, end = os.pipe()
    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 4096)
    with subprocess.Popen([*program, *words], env=qads.environment, stdout=end, stderr=subprocess.PIPE) as process:
        os.close(end)
        assert _waits(process, pipe)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    os.close(pipe)
    assert (process.returncode, err) == (OK, b"")
    assert qads("rm", "--unread", "flood").code == OK


@EACH
def test_ctrl_c_ends_stat_between_its_looks(qads: Qads, program: tuple[str, ...]) -> None:
    with qads.writer("idle", schema=BATCH.schema):
        stat = Qads(qads.directory, program).start("stat", "-i", "500", "idle")
        # Its handler is there: SIGINT is caught, and no longer by what Python did before.
        status = Path(f"/proc/{stat.pid}/status")
        while True:
            assert stat.poll() is None
            caught = int(status.read_text(encoding="utf-8").partition("SigCgt:")[2].split()[0], 16)
            if caught & 1 << signal.SIGTERM - 1:
                break
            time.sleep(0.01)
        stat.send_signal(signal.SIGINT)
        assert stat.wait(60) == NO
        out, err = stat.communicate()
        assert (out, err) == ("", "qads stat: interrupted before its second look\n")
    qads.file("idle").unlink()


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="no /dev/full")
@EACH
@pytest.mark.parametrize(
    "words", [("ls",), ("gc", "--json"), ("tail", "said"), ("watch", "-c", "1"), ("--help",), ("rm", "-u", "said")]
)
def test_a_full_disk_is_told(qads: Qads, program: tuple[str, ...], words: tuple[str, ...]) -> None:
    qads.leave("said", lifetime="keep")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*program, *words], env=qads.environment, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60
        )
    assert done.returncode == FAILED
    who = b"qads" if words == ("--help",) else b"qads " + words[0].encode()
    assert done.stderr == who + b": what it prints can't be written: No space left on device\n"
    qads("rm", "--unread", "said")


@pytest.mark.parametrize("words", ["ls", "tail closed", "--version"])
def test_a_closed_output_is_told_and_nothing_is_written_elsewhere(qads: Qads, words: str) -> None:
    qads.leave("closed", lifetime="keep")
    before = qads.file("closed").read_bytes()
    done = subprocess.run(
        f"{QADS[0]} {words} >&-", shell=True, env=qads.environment, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == FAILED
    assert done.stderr.endswith(b": what it prints can't be written: Bad file descriptor\n")
    assert qads.file("closed").read_bytes() == before
    assert qads("rm", "--unread", "closed").code == OK
