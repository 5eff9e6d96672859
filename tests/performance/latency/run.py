"""Runs the participants, one after the other and again, so that a noisy moment hits all of them alike."""

from __future__ import annotations

import contextlib
import os
import subprocess
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.performance.latency.participants import BYTES, Participant, participants
from tests.performance.processes import PeerError, cores, meeting_place

_TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Effort:
    """How much."""

    runs: int
    """Fresh pairs of processes, whose rounds are put together."""
    rounds: int
    warmup: int


def effort(nbytes: int, quick: bool) -> Effort:
    """JVMs need thousands of rounds to get warm; large messages take as much longer."""
    if nbytes <= BYTES[0]:
        return Effort(1, 5_000, 10_000) if quick else Effort(5, 20_000, 20_000)
    return Effort(1, 1_000, 8_000) if quick else Effort(5, 4_000, 10_000)


@dataclass
class Row:
    """What was measured of one participant at one size."""

    name: str
    text: str
    kind: str
    bytes: int
    samples: list[int] = field(default_factory=list)
    """Round trips, nanoseconds."""


@dataclass
class Latencies:
    """All of them."""

    rows: list[Row] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """Texts of participants that aren't built."""
    failed: list[str] = field(default_factory=list)
    """What went wrong."""


def _command(participant: Participant, role: str, core: int, amount: Effort, nbytes: int, samples: Path) -> list[str]:
    values = {
        "--bytes": nbytes,
        "--rounds": amount.rounds,
        "--warmup": amount.warmup,
        "--core": core,
        "--samples": samples,
    }
    options = [str(word) for pair in values.items() for word in pair]
    return [*participant.command, role, f"latency-{os.getpid()}", *options, *participant.options]


@contextlib.contextmanager
def _started(command: list[str], folder: Path, role: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    log = folder / f"{role}.log"
    environment = os.environ | {"QADS_DIR": str(folder)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
        )
    try:
        yield process, log
    finally:
        process.kill()
        process.wait()


def one_pair(participant: Participant, amount: Effort, nbytes: int) -> list[int]:
    """Round trips, nanoseconds, of two fresh processes."""
    with meeting_place() as (place, _):
        samples = place.directory / "samples"
        first, second = cores()
        ping = _command(participant, "ping", first, amount, nbytes, samples)
        pong = _command(participant, "pong", second, amount, nbytes, samples)
        with _started(ping, place.directory, "ping") as one, _started(pong, place.directory, "pong") as other:
            for process, log in (one, other):
                _wait(process, log, participant)
        measured = array("Q")
        measured.frombytes(samples.read_bytes())
    if len(measured) != amount.rounds:
        raise PeerError(f"{participant.text}: {len(measured)} samples instead of {amount.rounds}")
    return measured.tolist()


def _wait(process: subprocess.Popen[bytes], log: Path, participant: Participant) -> None:
    try:
        status = process.wait(_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise PeerError(f"{participant.text}: not done within {_TIMEOUT_S:.0f} s; {_tail(log)}") from None
    if status != 0:
        raise PeerError(f"{participant.text}: exit status {status}; {_tail(log)}")


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-1000:]


def measure(quick: bool) -> Latencies:
    """All participants that are there, at all sizes."""
    latencies = Latencies()
    if len(set(cores())) < 2:
        latencies.failed.append("two processes that spin need two cores")
        return latencies
    there = [participant for participant in participants() if not participant.missing()]
    latencies.skipped = [participant.text for participant in participants() if participant.missing()]
    for nbytes in BYTES:
        amount = effort(nbytes, quick)
        rows = {each.name: Row(each.name, each.text, each.kind, nbytes) for each in there}
        for _ in range(amount.runs):
            for participant in there:
                if participant.name in rows:
                    _add(latencies, rows, participant, amount)
        latencies.rows += rows.values()
    return latencies


def _add(latencies: Latencies, rows: dict[str, Row], participant: Participant, amount: Effort) -> None:
    # Who fails is out, and is told of; the others go on.
    row = rows[participant.name]
    try:
        row.samples += one_pair(participant, amount, row.bytes)
    except PeerError as error:
        latencies.failed.append(f"{row.bytes} bytes: {error}")
        del rows[participant.name]
