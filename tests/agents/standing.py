"""Agents that obey one command line after another: starting Java or Python costs more than most tests of the matrix."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from pathlib import Path

from tests.agents.harness import AGENT, DONE, PATIENCE, Ended, Language, Running, Segments, patient


class StandingAgent:
    """One process of `agent LANG serve`."""

    def __init__(self, language: Language, directory: Path) -> None:
        self._process = subprocess.Popen(
            [str(AGENT), language.name, "serve"],
            env={**os.environ, "QADS_DIR": str(directory)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._received = b""

    @property
    def running(self) -> bool:
        """Whether it can be given another command line."""
        return self._process.poll() is None

    def ask(self, words: list[str]) -> None:
        """Gives it a command line; the one before must have been answered."""
        assert self._process.stdin is not None
        self._process.stdin.write("\t".join(words).encode() + b"\n")
        self._process.stdin.flush()

    def answer(self, timeout: float) -> str | None:
        """Its answer, None if there is none in time; it must not have ended instead."""
        assert self._process.stdout is not None
        deadline = time.monotonic() + timeout
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._received:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    return None
                some = os.read(self._process.stdout.fileno(), 65536)
                assert some, f"the standing agent ended with status {self._process.wait(60)} and without an answer"
                self._received += some
        line, self._received = self._received.split(b"\n", 1)
        return line.decode()

    def kill(self) -> None:
        """Ends it, whatever it does."""
        self._process.kill()
        self._process.communicate()

    def end(self) -> None:
        """Lets it end by itself, which it must."""
        self._process.communicate(timeout=60)
        assert self._process.returncode == 0


class Obeyed(Running):
    """A command line that was given to a standing agent."""

    def __init__(self, agent: StandingAgent, words: list[str]) -> None:
        self.command = "standing agent: " + " ".join(words)
        self._agent = agent
        self._ended: Ended | None = None
        agent.ask(words)

    @property
    def running(self) -> bool:
        return self._ended is None and self._agent.running

    def kill(self) -> None:
        if self._ended is None:
            self._agent.kill()
            self._ended = Ended(self.command, -signal.SIGKILL, "", "")

    def wait(self, timeout: float = 2 * PATIENCE) -> Ended:
        if self._ended is None:
            line = self._agent.answer(timeout)
            if line is None:
                self.kill()
                raise AssertionError(f"{self.command} hung for {timeout} s")
            code, text = line.split("\t")
            out, err = (text, "") if int(code) == DONE else ("", text)
            self._ended = Ended(self.command, int(code), out, err)
        return self._ended


class StandingAgents:
    """All standing agents of one worker, two a language at most, and the segment directory that they share."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._agents: dict[tuple[Language, str], StandingAgent] = {}

    def obey(self, language: Language, *words: object) -> Obeyed:
        """Has one of them obey a command line; one that reads and one that writes can be at work at once."""
        place = language, str(words[0])
        if place not in self._agents or not self._agents[place].running:
            self._agents[place] = StandingAgent(language, self.directory)
        return Obeyed(self._agents[place], [str(word) for word in words])

    def end(self) -> None:
        """All must end by themselves."""
        for agent in self._agents.values():
            if agent.running:
                agent.end()


class MatrixSegments:
    """What `Segments` is, with standing agents of the languages that are slow to start."""

    def __init__(self, standing: StandingAgents, files: Path) -> None:
        self._standing = standing
        self._segments = Segments(standing.directory, files)

    def write(self, language: Language, name: str, source: Path, *options: object) -> Running:
        """Has a writer write the file."""
        if language.slow_start:
            return self._obey(language, "write", name, "--input", source, *patient(options))
        return self._segments.write(language, name, source, *options)

    def read(self, language: Language, name: str, output: str, *options: object) -> Running:
        """Has a reader read into files/`output`."""
        if language.slow_start:
            return self._obey(language, "read", name, "--output", self._segments.files / output, *patient(options))
        return self._segments.read(language, name, output, *options)

    def _obey(self, language: Language, *words: object) -> Obeyed:
        obeyed = self._standing.obey(language, *words)
        self._segments.agents.append(obeyed)
        return obeyed

    def end(self) -> None:
        """As `Segments.end`."""
        self._segments.end()
