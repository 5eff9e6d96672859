"""kill -9 of the writer, at any moment: what it published stays readable and exact, and its name can be used again."""

from __future__ import annotations

import random
import time

import pytest

from tests.agents.harness import CPP, DONE, LANGUAGES, WRITER_DIED, Agent, Language, Segments
from tests.agents.sources import Sources
from tests.agents.streams import assert_prefix, assert_same, load

KILLS = 60
KILLS_WITHOUT_READERS = 60
SLOW_KILLS = 4
STREAM, TIMES = "numbered.1500", 1000


def _chance() -> random.Random:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    return random.Random(seed)


def _readers(segments: Segments, languages: list[Language], chance: random.Random) -> list[Agent]:
    readers = []
    for number, language in enumerate(languages):
        options: list[object] = ["--hold", chance.randrange(3), "--hold-check"]
        if number == 0 and chance.random() < 0.7:
            options += ["--delay-ms", 1]
        readers.append(segments.read(language, "prey", f"{number}.stream", *options))
    return readers


def _one_kill(segments: Segments, sources: Sources, languages: list[Language], chance: random.Random) -> None:
    """A writer and two readers; the writer is killed; sometimes another one takes its name at once."""
    readers = _readers(segments, languages[1:], chance)
    options = ["--start-after-readers", 2, "--slots", chance.choice((4, 8, 100)), "--repeat", TIMES]
    if chance.random() < 0.3:
        options.append("--zero-copy")
    writer = segments.write(languages[0], "prey", sources.path(STREAM), *options)
    segments.wait_for("prey", *readers)
    time.sleep(chance.uniform(0.0, 0.06))
    assert writer.running, writer.wait()
    writer.kill()
    writer.wait()  # until the kernel has ended it, the name is taken
    successor = segments.write(CPP, "prey", sources.path("numbered.50")) if chance.random() < 0.3 else None
    counts = []
    for number, reader in enumerate(readers):
        ended = reader.expect(WRITER_DIED)
        assert ended.err.startswith("writer died: ")
        got = load(segments.files / f"{number}.stream")
        assert_prefix(got, sources.load(STREAM), TIMES)
        counts.append(len(got.batches))
    assert counts[0] == counts[1], "all readers get everything that was published"
    if successor:
        successor.expect(DONE)
        segments.read(CPP, "prey", "new.stream").expect(DONE)
        assert_same(load(segments.files / "new.stream"), sources.load("numbered.50"))
    assert segments.left() == []


@pytest.mark.timeout(600)
def test_what_a_killed_writer_published_stays_exact(segments: Segments, sources: Sources, rounds: int) -> None:
    chance = _chance()
    for _ in range(rounds * KILLS):
        _one_kill(segments, sources, [CPP, CPP, CPP], chance)


SLOW = [language for language in LANGUAGES if language.slow_start]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", SLOW, ids=[language.name for language in SLOW])
def test_what_a_killed_writer_published_stays_exact_in_other_languages(
    segments: Segments, sources: Sources, rounds: int, language: Language
) -> None:
    chance = _chance()
    for number in range(rounds * SLOW_KILLS):
        _one_kill(segments, sources, [language, CPP, CPP] if number % 2 else [CPP, language, CPP], chance)


@pytest.mark.timeout(600)
def test_a_name_survives_the_death_of_its_writers(segments: Segments, sources: Sources, rounds: int) -> None:
    """Killed while it starts, creates the segment, or writes: the next writer takes the name over each time."""
    chance = _chance()
    for _ in range(rounds * KILLS_WITHOUT_READERS):
        writer = segments.write(CPP, "prey", sources.path(STREAM), "--slots", 100)
        if chance.random() < 0.5:
            segments.wait_for("prey")
            time.sleep(chance.uniform(0.0, 0.005))
        else:
            time.sleep(chance.uniform(0.0, 0.06))
        writer.kill()
        writer.wait()
        visible = [file for file in segments.left() if file.startswith("qads_")]
        assert visible in ([], ["qads_prey"]), "no half-made segment can be found by anybody"
    segments.write(CPP, "prey", sources.path("numbered.50")).expect(DONE)
    segments.read(CPP, "prey", "out.stream").expect(DONE)
    assert_same(load(segments.files / "out.stream"), sources.load("numbered.50"))


def test_what_a_killed_writer_published_can_be_read_later(segments: Segments, sources: Sources) -> None:
    writer = segments.write(CPP, "prey", sources.path(STREAM), "--slots", 100)
    segments.wait_until("prey", batches=100)
    writer.kill()
    writer.wait()
    segments.read(CPP, "prey", "out.stream").expect(WRITER_DIED)
    got = load(segments.files / "out.stream")
    assert len(got.batches) == 100, "all slots were full"
    assert_prefix(got, sources.load(STREAM))
