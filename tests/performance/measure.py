"""Rounds in which all ways take turns, so that a noisy moment hits all of them alike."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.performance import data
from tests.performance.processes import JavaPeer, Peer, PythonPeer, check_clock, cores, meeting_place
from tests.performance.rivals import BUSY, FLOORS, QADATASWAP, RIVALS, Place, Rival
from tests.performance.workers import Consumer, Facts, Producer

_PAUSE_S = 0.001
"""Before each table, so that every consumer has fallen asleep in its wait, ours among them, which spins first."""
_MB = 1 << 20


class WrongTableError(AssertionError):
    """A consumer got something else than the table."""


@dataclass(frozen=True)
class Effort:
    """How often."""

    warm_up: int
    rounds: int


def effort(size: int, quick: bool, java: bool) -> Effort:
    """So many rounds that a size takes its share of the time. Java's compiler needs more of them to get warm."""
    if size <= 4 * _MB:
        return Effort(200 if java else 30, 40 if quick else 200)
    if size <= 128 * _MB:
        return Effort(6 if java else 3, 8 if quick else 100)
    return Effort(2, 3 if quick else 25)


@dataclass
class Timings:
    """Of one way, nanoseconds, a number a round."""

    usable: list[int] = field(default_factory=list)
    """Until the consumer had a pyarrow.Table; of a way that hands nothing over, until it was done."""
    touched: list[int] = field(default_factory=list)
    """Until one byte of every page was read; empty for a way that hands nothing over."""


@dataclass(frozen=True)
class Comparison:
    """All ways from one language to another, at one size."""

    source: str
    target: str
    size: str
    """As it was asked for."""
    bytes: int
    rows: int
    timings: dict[str, Timings]
    """By the ways' names, in the order in which they took turns."""


class Turns:
    """A producer and a consumer that agree."""

    def __init__(self, producer: Peer, consumer: PythonPeer, facts: Facts, ways: Sequence[Rival]) -> None:
        """Both are there, and `facts` is what the table is."""
        self._producer = producer
        self._consumer = consumer
        self._facts = facts
        self._timings = {way.name: Timings() for way in ways}
        self._ways = ways
        check_clock(producer)
        check_clock(consumer)

    def run(self, effort: Effort) -> dict[str, Timings]:
        """Warms up, checks in the first turn what arrives, then measures."""
        for number in range(effort.warm_up):
            for way in self._ways:
                self._turn(way, verify=number == 0)
        for _ in range(effort.rounds):
            for way in self._ways:
                usable, touched = self._turn(way, verify=False)
                timings = self._timings[way.name]
                timings.usable.append(usable)
                if touched is not None:
                    timings.touched.append(touched)
        return self._timings

    def _turn(self, way: Rival, verify: bool) -> tuple[int, int | None]:
        if way.receiver is None:
            began, ended = self._producer.ask("send", way.name)
            return ended - began, None
        if way.pulls:
            began, usable, touched, facts = self._consumer.ask("receive", way.name, verify)
        else:
            self._consumer.begin("receive", way.name, verify)
            time.sleep(_PAUSE_S)
            began, _ = self._producer.ask("send", way.name)
            _, usable, touched, facts = self._consumer.answer()
        self._producer.ask("settle", way.name)
        if verify and facts != self._facts:
            raise WrongTableError(f"{way.text}: rows and checksum are {facts} instead of {self._facts}")
        return usable - began, touched - began


def python_to_python(size: str, rows: int, effort: Effort, ways: Sequence[Rival]) -> Comparison:
    """All ways, between two Python processes."""
    with meeting_place() as (there, here), ExitStack() as processes:
        first, second = cores()
        producer = PythonPeer(first, here, Producer, rows)
        processes.callback(producer.close)
        consumer = PythonPeer(second, there, Consumer)
        processes.callback(consumer.close)
        there.notices.close()  # theirs alone, so that the end of one is the end of the pipe for the other
        here.notices.close()
        facts, nbytes = producer.ask("table")
        producer.ask("open", [way.name for way in ways])
        consumer.ask("open", [way.name for way in ways])
        timings = Turns(producer, consumer, facts, ways).run(effort)
    return Comparison("Python", "Python", size, nbytes, rows, timings)


def java_to_python(size: str, rows: int, effort: Effort) -> Comparison:
    """Those that have a sender in Java."""
    ways = [way for way in (QADATASWAP, *RIVALS) if way.java]
    with meeting_place() as (there, here), ExitStack() as processes:
        first, second = cores()
        saved = here.directory / "saved.arrow"
        facts, nbytes = _saved(saved, here, first, rows)
        producer = JavaPeer(first, here, str(saved))
        processes.callback(producer.close)
        consumer = PythonPeer(second, there, Consumer)
        processes.callback(consumer.close)
        there.notices.close()
        here.notices.close()
        producer.ask("open")
        saved.unlink()
        consumer.ask("open", [way.name for way in ways])
        timings = Turns(producer, consumer, facts, ways).run(effort)
    return Comparison("Java", "Python", size, nbytes, rows, timings)


def _saved(path: Path, place: Place, core: int, rows: int) -> tuple[Facts, int]:
    # The same table, for the Java producer to load; what it is.
    python = PythonPeer(core, place, Producer, rows)
    try:
        python.ask("save", path)
        facts, nbytes = python.ask("table")
    finally:
        python.close()
    return facts, nbytes


def ways_for(small: bool) -> tuple[Rival, ...]:
    """All of them; a reader that spins only where its wait is the most of it, and only if it has a core for itself."""
    first, second = cores()
    busy = (BUSY,) if small and first != second else ()
    return (QADATASWAP, *busy, *RIVALS, *FLOORS)


def compare(sizes: Sequence[tuple[str, int]], quick: bool) -> Iterator[Comparison]:
    """Every pair of languages and size, one after the other; a small batch first."""
    yield python_to_python("a small batch", data.SMALL_ROWS, effort(0, quick, java=False), ways_for(small=True))
    for size, nbytes in sizes:
        rows = data.rows_of(nbytes)
        yield python_to_python(size, rows, effort(nbytes, quick, java=False), ways_for(small=False))
        yield java_to_python(size, rows, effort(nbytes, quick, java=True))
