"""Runs one command and measures it: exit status, wall time, peak memory of its processes, and what it printed."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measurement:
    status: int
    """Exit status; minus the signal's number for a death by signal."""
    timed_out: bool
    seconds: float
    peak_kib: int
    """The largest resident set of any one process among the command and its waited-for descendants."""


def run(command: Sequence[str], cwd: Path, env: Mapping[str, str], log: Path, timeout: float) -> Measurement:
    """Output goes to the terminal and to the end of `log`. After `timeout` seconds the process group is killed."""
    start = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    expired = threading.Event()

    def kill_group() -> None:
        expired.set()
        os.killpg(process.pid, signal.SIGKILL)

    watchdog = threading.Timer(timeout, kill_group)
    watchdog.start()
    assert process.stdout is not None
    with log.open("ab") as file:
        for line in process.stdout:
            file.write(line)
            os.write(1, line)
    # wait4, because it tells the resources of exactly this command; getrusage would tell those of all commands so far.
    _, wait_status, usage = os.wait4(process.pid, 0)
    watchdog.cancel()
    process.returncode = os.waitstatus_to_exitcode(wait_status)
    return Measurement(
        status=process.returncode,
        timed_out=expired.is_set(),
        seconds=time.monotonic() - start,
        peak_kib=usage.ru_maxrss,
    )
