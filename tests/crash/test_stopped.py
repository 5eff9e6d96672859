"""SIGSTOP, longer than any patience inside: a stopped process is not a dead one, and when it goes on, it is right."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.agents.harness import CPP, DONE, JAVA, Agent, Language, Segments
from tests.agents.sources import Sources
from tests.agents.streams import assert_same, load

STREAM = "numbered.1500"
PATIENCE = ("--timeout-ms", 60_000)
EACH = pytest.mark.parametrize("language", [CPP, JAVA], ids=["cpp", "java"])


def _stop_for_a_while(agent: Agent) -> None:
    os.killpg(agent.pid, signal.SIGSTOP)
    time.sleep(0.5)
    os.killpg(agent.pid, signal.SIGCONT)


@EACH
def test_readers_wait_for_a_stopped_writer(segments: Segments, sources: Sources, language: Language) -> None:
    reader = segments.read(CPP, "prey", "out.stream", "--delay-ms", 1, *PATIENCE)
    writer = segments.write(language, "prey", sources.path(STREAM), "--start-after-readers", 1, *PATIENCE)
    segments.wait_for("prey", reader, timeout=60)
    _stop_for_a_while(writer)
    writer.expect(DONE)
    reader.expect(DONE)
    assert_same(load(segments.files / "out.stream"), sources.load(STREAM))


@EACH
def test_a_writer_waits_for_a_stopped_reader(segments: Segments, sources: Sources, language: Language) -> None:
    reader = segments.read(language, "prey", "out.stream", "--delay-ms", 1, *PATIENCE)
    other = segments.read(CPP, "prey", "other.stream", *PATIENCE)
    writer = segments.write(CPP, "prey", sources.path(STREAM), "--start-after-readers", 2, *PATIENCE, "--slots", 8)
    segments.wait_for("prey", reader, other, timeout=60)
    _stop_for_a_while(reader)
    writer.expect(DONE)
    for agent, output in ((reader, "out.stream"), (other, "other.stream")):
        agent.expect(DONE)
        assert_same(load(segments.files / output), sources.load(STREAM))
