"""A producer and a consumer, told what to do in turns."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from tests.performance.processes import Peer, PythonPeer, check_clock
from tests.performance.rivals import Floor, Rival
from tests.performance.workers import Facts

_PAUSE_S = 0.001
"""Before each table, so that every consumer has fallen asleep in its wait, ours among them, which spins first."""
_LEAST_ROUNDS = 3
_SEED = 6
_WARMING = 0.2
"""Of the budget: who has been warming up for so long is warm."""
_NS = 1e9


class WrongTableError(AssertionError):
    """A consumer got something else than the table."""


@dataclass(frozen=True)
class Effort:
    """How often."""

    warm_up: int
    rounds: int
    budget_s: float
    """A way that has taken so long, measured time only, has made its last round: the slow ones make fewer."""


@dataclass
class Timings:
    """Of one way, nanoseconds, a number a round."""

    usable: list[int] = field(default_factory=list)
    """Until the consumer had a pyarrow.Table; of a floor, until it was done."""
    touched: list[int] = field(default_factory=list)
    """Until one byte of every page was read; empty for a floor."""

    def exhausts(self, budget_s: float) -> bool:
        """Whether the budget is spent, and enough was measured."""
        return len(self.usable) >= _LEAST_ROUNDS and sum(self.touched or self.usable) / _NS > budget_s


class Turns:
    """A producer and a consumer that agree."""

    def __init__(self, producer: Peer, consumer: PythonPeer, facts: Facts, ways: Sequence[Rival]) -> None:
        """Both are there, and `facts` is what the table is."""
        self._producer = producer
        self._consumer = consumer
        self._facts = facts
        self._timings = {way.name: Timings() for way in ways}
        self._ways = list(ways)
        self._floors: list[tuple[Peer, Floor]] = []
        check_clock(producer)
        check_clock(consumer)

    def add_floors(self, peer: Peer, floors: Sequence[Floor]) -> None:
        """They take turns too."""
        for floor in floors:
            self._floors.append((peer, floor))
            self._timings[floor.name] = Timings()

    def run(self, effort: Effort) -> dict[str, Timings]:
        """Warms up, checks in the first turn what arrives, then measures."""
        spent = dict.fromkeys(self._timings, 0.0)
        for number in range(effort.warm_up):
            for way in self._ways:
                if spent[way.name] <= effort.budget_s * _WARMING:
                    spent[way.name] += self._turn(way, verify=number == 0)[1] / _NS
        steps = [partial(self._measure, way, effort.budget_s) for way in self._ways]
        steps += [partial(self._measure_floor, peer, floor) for peer, floor in self._floors]
        shuffled = random.Random(_SEED)
        for _ in range(effort.rounds):
            shuffled.shuffle(steps)  # so that nobody always finds the caches as the same other one has left them
            for step in steps:
                step()
        return self._timings

    def _measure(self, way: Rival, budget_s: float) -> None:
        timings = self._timings[way.name]
        if not timings.exhausts(budget_s):
            usable, touched = self._turn(way, verify=False)
            timings.usable.append(usable)
            timings.touched.append(touched)

    def _measure_floor(self, peer: Peer, floor: Floor) -> None:
        began, ended = peer.ask(floor.command)
        self._timings[floor.name].usable.append(ended - began)

    def _turn(self, way: Rival, verify: bool) -> tuple[int, int]:
        if way.receiver is None:
            began, usable, touched, facts = self._producer.ask("round", way.name, verify)
        elif way.pulls:
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
