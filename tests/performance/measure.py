"""Rounds in which all ways take turns, so that a noisy moment hits all of them alike."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.performance import data
from tests.performance.paths import ROOT
from tests.performance.processes import PeerError, PythonPeer, cores, floors, java_producer, meeting_place
from tests.performance.rivals import BUSY, COLD, FLOORS, IN_PLACE, PLASMA, QADATASWAP, RAY, RIVALS, Place, Rival
from tests.performance.turns import Effort, Timings, Turns, WrongTableError
from tests.performance.workers import Consumer, Facts, Producer

__all__ = ["Comparison", "Tables", "WrongTableError", "compare", "python_to_python"]

_MB = 1 << 20
_PLASMA_PYTHON = ROOT / "build/plasma/bin/python"
_PLASMA_TIMEOUT_S = 300.0


def effort(size: int, quick: bool, java: bool) -> Effort:
    """So many rounds that a size takes its share of the time. Java's compiler needs more of them to get warm."""
    if size <= 4 * _MB:
        return Effort(200 if java else 30, 40 if quick else 200, 3.0 if quick else 10.0)
    if size <= 128 * _MB:
        return Effort(6 if java else 3, 8 if quick else 100, 3.0 if quick else 10.0)
    return Effort(2, 3 if quick else 25, 5.0 if quick else 15.0)


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


@dataclass
class Tables:
    """What is known when all is done."""

    comparisons: list[Comparison] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """Texts of ways that can't take part here."""
    failed: list[str] = field(default_factory=list)
    """What went wrong with ways that have servers of their own; the others go on."""


def python_to_python(size: str, rows: int, effort: Effort, ways: Sequence[Rival], with_floors: bool) -> Comparison:
    """All these ways, between two Python processes."""
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
        turns = Turns(producer, consumer, facts, ways)
        if with_floors:
            copying = floors(first, nbytes)
            processes.callback(copying.close)
            turns.add_floors(copying, FLOORS)
        timings = turns.run(effort)
    return Comparison("Python", "Python", size, nbytes, rows, timings)


def java_to_python(size: str, rows: int, effort: Effort) -> Comparison:
    """Those that have a sender in Java."""
    ways = [way for way in (QADATASWAP, *RIVALS) if way.java]
    with meeting_place() as (there, here), ExitStack() as processes:
        first, second = cores()
        saved = here.directory / "saved.arrow"
        facts, nbytes = _saved(saved, here, first, rows)
        producer = java_producer(first, here, saved)
        processes.callback(producer.close)
        consumer = PythonPeer(second, there, Consumer)
        processes.callback(consumer.close)
        there.notices.close()
        here.notices.close()
        producer.ask("open")
        saved.unlink()
        consumer.ask("open", [way.name for way in ways])
        turns = Turns(producer, consumer, facts, ways)
        copying = floors(first, nbytes)
        processes.callback(copying.close)
        turns.add_floors(copying, FLOORS)
        timings = turns.run(effort)
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


def _with_plasma(size: str, rows: int, effort: Effort) -> dict[str, Timings]:
    # In a Python of its own: plasma.py beside this file.
    command = [str(_PLASMA_PYTHON), "-m", "tests.performance.plasma", size, str(rows), json.dumps(asdict(effort))]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_PLASMA_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise PeerError(f"{PLASMA.text}: not done within {_PLASMA_TIMEOUT_S:.0f} s") from None
    if done.returncode != 0:
        raise PeerError(f"{PLASMA.text}: {done.stderr[-2000:]}")
    return {name: Timings(**timings) for name, timings in json.loads(done.stdout).items()}


def _missing() -> list[Rival]:
    try:
        import ray  # noqa: F401 (is it there?)
    except ImportError:
        found = [RAY]
    else:
        found = []
    return found if _PLASMA_PYTHON.exists() else [*found, PLASMA]


def _ways(small: bool) -> tuple[Rival, ...]:
    """Those that take turns; readers that spin only if they have a core for themselves."""
    first, second = cores()
    spinning = (BUSY, IN_PLACE) if first != second else ()
    cold = () if small else (COLD,)
    return (QADATASWAP, *spinning, *cold, *(rival for rival in RIVALS if not rival.apart))


def _apart(way: Rival, size: str, rows: int, effort: Effort) -> dict[str, Timings]:
    if way is PLASMA:
        return _with_plasma(size, rows, effort)
    return python_to_python(size, rows, effort, (way,), with_floors=False).timings


def _all_ways(tables: Tables, size: str, rows: int, effort: Effort, small: bool) -> Comparison:
    result = python_to_python(size, rows, effort, _ways(small), with_floors=True)
    for way in (rival for rival in RIVALS if rival.apart and rival.text not in tables.skipped):
        try:
            result.timings.update(_apart(way, size, rows, effort))
        except PeerError as error:
            tables.failed.append(f"{way.text}, {size}: {error}")
    return result


def compare(tables: Tables, sizes: Sequence[tuple[str, int]], quick: bool) -> Iterator[Comparison]:
    """Every pair of languages and size, one after the other; a small batch first. They are put into `tables` too."""
    tables.skipped = [way.text for way in _missing()]
    plan = [("a small batch", data.SMALL_ROWS, 0), *((size, data.rows_of(nbytes), nbytes) for size, nbytes in sizes)]
    for size, rows, nbytes in plan:
        result = _all_ways(tables, size, rows, effort(nbytes, quick, java=False), nbytes == 0)
        tables.comparisons.append(result)
        yield result
        if nbytes > 0:
            result = java_to_python(size, rows, effort(nbytes, quick, java=True))
            tables.comparisons.append(result)
            yield result
