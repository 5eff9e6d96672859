"""kill -9 of readers, at any moment: the writer and the other readers notice nothing, and nothing is left behind."""

from __future__ import annotations

import random
import time

import pytest

from tests.agents.harness import CPP, DONE, LANGUAGES, Agent, Language, Segments
from tests.agents.sources import Sources
from tests.agents.streams import assert_same, load

KILLS = 100
SLOW_KILLS = 4
STREAM = "numbered.1500"


class Victims:
    """Readers that come, take what they can, and are killed."""

    def __init__(self, segments: Segments, language: Language, chance: random.Random) -> None:
        self._segments = segments
        self._language = language
        self._chance = chance
        self._reader: Agent | None = None
        self.killed = 0

    def kill_one(self, writer: Agent) -> None:
        """Starts one and kills it at a random moment: while it starts, waits, reads, or holds batches."""
        options: list[object] = ["--hold", self._chance.randrange(4)]
        options += ["--start", self._chance.choice(("earliest", "latest"))]
        if self._chance.random() < 0.5:
            options += ["--delay-ms", self._chance.randrange(1, 5)]
        reader = self._segments.read(self._language, "prey", "victim.stream", *options)
        path = str(self._segments.directory / "qads_prey")
        while self._language.slow_start and writer.running and reader.running and not reader.has_mapped(path):
            time.sleep(0.001)
        time.sleep(self._chance.uniform(0.0, 0.06))
        self.killed += reader.running
        reader.kill()
        reader.wait()


def _session(segments: Segments, sources: Sources, victims: Victims, wanted: int, chance: random.Random) -> None:
    """One stream with two survivors, and victims until there were enough or the writer is done."""
    survivors = [
        segments.read(CPP, "prey", "fast.stream"),
        segments.read(CPP, "prey", "slow.stream", "--delay-ms", 2, "--hold", 2, "--hold-check"),
    ]
    options = ("--start-after-readers", 2, "--slots", chance.choice((12, 16, 64)))
    writer = segments.write(CPP, "prey", sources.path(STREAM), *options)
    segments.wait_for("prey", *survivors)
    while victims.killed < wanted and writer.running:
        victims.kill_one(writer)
    writer.expect(DONE)
    for reader, output in zip(survivors, ("fast.stream", "slow.stream"), strict=True):
        reader.expect(DONE)
        assert_same(load(segments.files / output), sources.load(STREAM))
    if segments.left():
        _read_what_is_left(segments, sources)
    assert segments.left() == []


def _read_what_is_left(segments: Segments, sources: Sources) -> None:
    """A victim that was the last to be attached leaves the name, and what it hadn't read, to whoever comes next."""
    segments.read(CPP, "prey", "left.stream").expect(DONE)
    left, whole = load(segments.files / "left.stream"), sources.load(STREAM)
    assert_same(left, whole.part(len(whole.batches) - len(left.batches), len(whole.batches)))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES, ids=[language.name for language in LANGUAGES])
def test_a_killed_reader_costs_the_others_nothing(
    segments: Segments, sources: Sources, rounds: int, language: Language
) -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    victims = Victims(segments, language, chance)
    wanted = rounds * (SLOW_KILLS if language.slow_start else KILLS)
    sessions = 0
    while victims.killed < wanted:
        sessions += 1
        _session(segments, sources, victims, min(wanted, victims.killed + 30), chance)
    print(f"{victims.killed} readers killed in {sessions} sessions")


@pytest.mark.parametrize("hold", [0, 3])
def test_a_killed_reader_gives_back_what_it_held(segments: Segments, sources: Sources, hold: int) -> None:
    """With as many slots as the victim holds and one, the writer can't go on before it has cleaned up."""
    victim = segments.read(CPP, "prey", "victim.stream", "--hold", hold, "--delay-ms", 10_000 if hold == 0 else 50)
    writer = segments.write(CPP, "prey", sources.path("numbered.100"), "--start-after-readers", 1, "--slots", hold + 1)
    segments.wait_until("prey", batches=hold + 1, readers=1)
    time.sleep(0.4)  # for it to come to hold what it will; killed before, it has less to give back
    victim.kill()
    victim.wait()
    other = segments.read(CPP, "prey", "out.stream")
    writer.expect(DONE)
    other.expect(DONE)
    got, whole = load(segments.files / "out.stream"), sources.load("numbered.100")
    assert got.batches
    assert_same(got, whole.part(100 - len(got.batches), 100))
