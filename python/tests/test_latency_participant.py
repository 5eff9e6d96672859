"""The two ends of a latency measurement play all their rounds, and notice a batch of another round."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import qadataswap

PROGRAM = Path(__file__).resolve().parents[1] / "bench/latency_participant.py"
WORDS = ("--bytes", "1024", "--rounds", "20", "--warmup", "5", "--core", str(min(os.sched_getaffinity(0))))


def _start(role: str, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(PROGRAM), role, "x", *WORDS, *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.mark.parametrize("more", [(), ("--frame",)], ids=["batches", "frames"])
def test_both_play_all_rounds(tmp_path: Path, more: tuple[str, ...]) -> None:
    samples = tmp_path / "samples"
    pong, ping = _start("pong", *more), _start("ping", "--samples", str(samples), *more)
    for program in (ping, pong):
        said, _ = program.communicate(timeout=120)
        assert (program.returncode, said) == (0, "")
    taken = np.fromfile(samples, "<u8")
    assert len(taken) == 20
    assert (taken > 0).all()


def test_a_batch_of_another_round_ends_it() -> None:

    with qadataswap.create_writer("x.there", lifetime="until_closed") as writer:
        writer.write_arrow(pa.record_batch({f"c{number}": np.full(12, 7) for number in range(10)}))
        pong = _start("pong")
        said, _ = pong.communicate(timeout=120)
    assert pong.returncode != 0
    assert "round 0: got 12 rows of round 7" in said
