"""Writer and readers in different PID and mount namespaces.

Who lives, who died and who may remove what is told by locks, not by process numbers, which are all 1 here.
"""

from __future__ import annotations

import itertools
import subprocess
import time
from collections.abc import Callable

import pytest
import qadataswap

from tests.agents.harness import CPP, DONE, ERROR, LANGUAGES, PROGRAMS, WRITER_DIED, Agent, Language, Segments
from tests.agents.sources import Sources
from tests.agents.streams import assert_prefix, assert_same, load
from tests.containers.container import AT_DEV_SHM, ELSEWHERE, container

PAIRS = [
    pytest.param(writer, reader, id=f"{writer.name}-to-{reader.name}")
    for writer, reader in itertools.product(LANGUAGES, repeat=2)
    if CPP in (writer, reader) or writer == reader
]
WAIT = ("--timeout-ms", 100_000)


class Containers:
    """The two of a test, and what this process, outside of both, sees of the segment `shared`."""

    def __init__(self, segments: Segments) -> None:
        self.segments = segments
        self.one = container(segments.directory, AT_DEV_SHM)
        self.other = container(segments.directory, ELSEWHERE)

    def until(
        self, agent: Agent, condition: Callable[[qadataswap.SegmentStatistics, list[qadataswap.ReaderState]], bool]
    ) -> None:
        """Waits until it is so, while the agent runs."""
        deadline = time.monotonic() + 60
        while True:
            try:
                if condition(*qadataswap.inspect_segment("shared", directory=self.segments.directory)):
                    return
            except qadataswap.QadsNotFoundError:
                pass
            assert agent.running, agent.wait()
            assert time.monotonic() < deadline
            time.sleep(0.005)


@pytest.fixture
def containers(segments: Segments) -> Containers:
    """Skips where namespaces aren't allowed."""
    return Containers(segments)


@pytest.mark.parametrize(("writer", "reader"), PAIRS)
def test_batches_cross(containers: Containers, sources: Sources, writer: Language, reader: Language) -> None:
    segments = containers.segments
    options = ("--slots", 8, "--start-after-readers", 1, *WAIT)
    writing = segments.write(writer, "shared", sources.path("numbered.500"), *options, within=containers.one)
    reading = segments.read(reader, "shared", "out.stream", *WAIT, within=containers.other)
    writing.expect(DONE)
    reading.expect(DONE)
    assert_same(load(segments.files / "out.stream"), sources.load("numbered.500"))
    assert segments.left() == [], "the last reader has removed the name, from its own namespace"


def test_process_numbers_mean_nothing(containers: Containers, sources: Sources) -> None:
    """Both are process 1 where they are: who is told by numbers takes the other for himself, or for dead."""
    segments = containers.segments
    reading = segments.read(CPP, "shared", "out.stream", "--delay-ms", 5, *WAIT, within=containers.other)
    options = ("--slots", 4, "--start-after-readers", 1, *WAIT)
    writing = segments.write(CPP, "shared", sources.path("numbered.100"), *options, within=containers.one)
    containers.until(
        writing,
        lambda segment, readers: (
            segment.writer_alive and segment.writer_pid == 1 and [(r.pid, r.alive) for r in readers] == [(1, True)]
        ),
    )
    # Nor is the name to be had while its writer lives elsewhere.
    said = segments.write(CPP, "shared", sources.path("numbered.10"), within=containers.other).expect(ERROR).err
    assert said.startswith("exists: ")
    writing.expect(DONE)
    reading.expect(DONE)
    assert_same(load(segments.files / "out.stream"), sources.load("numbered.100"))


@pytest.mark.parametrize("reader", [pytest.param(language, id=language.name) for language in LANGUAGES])
def test_a_writer_killed_in_the_other_namespace(containers: Containers, sources: Sources, reader: Language) -> None:
    segments = containers.segments
    endless = ("--slots", 16, "--start-after-readers", 1, "--repeat", 100_000, *WAIT)
    writing = segments.write(CPP, "shared", sources.path("numbered.10"), *endless, within=containers.one)
    reading = segments.read(reader, "shared", "out.stream", *WAIT, within=containers.other)
    containers.until(writing, lambda segment, _: segment.head > 100)
    writing.kill()
    writing.wait()
    reading.expect(WRITER_DIED)
    got = load(segments.files / "out.stream")
    assert len(got.batches) > 0
    assert_prefix(got, sources.load("numbered.10").repeated(len(got.batches) // 10 + 1))
    assert segments.left() == []


def test_a_reader_killed_in_the_other_namespace(containers: Containers, sources: Sources) -> None:
    """The writer, which it keeps waiting, sees that it has died, and goes on with the others."""
    segments = containers.segments
    writing = segments.write(
        CPP,
        "shared",
        sources.path("numbered.500"),
        "--slots",
        4,
        "--start-after-readers",
        2,
        *WAIT,
        within=containers.one,
    )
    killed = segments.read(
        CPP, "shared", "killed.stream", "--hold", 3, "--delay-ms", 60_000, *WAIT, within=containers.other
    )
    reading = segments.read(CPP, "shared", "out.stream", *WAIT)
    containers.until(writing, lambda segment, readers: len(readers) == 2 and segment.stalls > 0)
    killed.kill()
    killed.wait()
    writing.expect(DONE)
    reading.expect(DONE)
    assert_same(load(segments.files / "out.stream"), sources.load("numbered.500"))
    assert segments.left() == []


def test_a_dead_writers_name_is_taken_over_from_the_other_namespace(containers: Containers, sources: Sources) -> None:
    segments = containers.segments
    writing = segments.write(CPP, "shared", sources.path("numbered.500"), "--slots", 4, *WAIT, within=containers.one)
    containers.until(writing, lambda segment, _: segment.head == 4)
    writing.kill()
    writing.wait()
    segments.write(CPP, "shared", sources.path("real.planes"), within=containers.other).expect(DONE)
    segment, _ = qadataswap.inspect_segment("shared", directory=segments.directory)
    assert segment.superseded_unread == 4
    segments.read(CPP, "shared", "out.stream", within=containers.one).expect(DONE)
    assert_same(load(segments.files / "out.stream"), sources.load("real.planes"))


def test_gc_in_the_other_namespace_removes_only_what_nobody_uses(containers: Containers, sources: Sources) -> None:
    segments = containers.segments

    def gc(*options: str) -> str:
        command = [*containers.other, str(PROGRAMS / "qads"), "gc", *options]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    writing = segments.write(CPP, "shared", sources.path("numbered.500"), "--slots", 4, *WAIT, within=containers.one)
    containers.until(writing, lambda segment, _: segment.head == 4)
    assert "live" in gc("--unread")
    writing.kill()
    writing.wait()
    assert "unread" in gc()
    assert segments.left() == ["qads_shared"]
    gc("--unread")
    assert segments.left() == []


def test_what_a_killed_writer_left_is_removed_only_when_it_is_dead(containers: Containers, sources: Sources) -> None:
    segments = containers.segments
    writing = segments.write(CPP, "shared", sources.path("numbered.500"), "--slots", 4, *WAIT, within=containers.one)
    containers.until(writing, lambda segment, _: segment.head == 4)
    with pytest.raises(qadataswap.QadsExistsError, match="live writer"):
        qadataswap.remove_segment("shared", directory=segments.directory, unread=True)
    assert qadataswap.list_segments(directory=segments.directory) == ["shared"]
    writing.kill()
    writing.wait()
    with pytest.raises(qadataswap.QadsExistsError, match="4 unread batches"):
        qadataswap.remove_segment("shared", directory=segments.directory)
    qadataswap.remove_segment("shared", directory=segments.directory, unread=True)
    assert segments.left() == []
