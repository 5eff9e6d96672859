"""Starts agents, watches over them, and says what they left behind.

The languages that take part are in LANGUAGES; nothing else knows them.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import qadataswap

ROOT = Path(__file__).resolve().parents[2]
AGENT = ROOT / "tests/agents/agent"
PROGRAMS = Path(os.environ.get("QADS_AGENT_CPP", ROOT / "build/release/bin/qadataswap_agent")).parent
"""Where the C++ agent and the examples are."""

DONE, ERROR, USAGE, TYPE, TIMEOUT, WRITER_DIED, LOST, CORRUPT = range(8)


@dataclass(frozen=True)
class Language:
    """A language that has an agent."""

    name: str
    slow_start: bool
    """Starting its agent costs a second of processor time or so: tests choose fewer combinations."""

    @property
    def present(self) -> bool:
        """Whether its agent exists in this checkout (not: whether it is built)."""
        return self.name == "cpp" or (AGENT.parent / self.name / "run.sh").is_file()


CPP = Language("cpp", slow_start=False)
JAVA = Language("java", slow_start=True)
LANGUAGES = tuple(
    language
    for language in (CPP, JAVA, Language("python", slow_start=True), Language("rust", slow_start=False))
    if language.present
)

PATIENCE = 60.0
"""Seconds that everybody waits for everybody: a busy machine starts a JVM in ten. Only failures take that long."""

Limit = Callable[[str], None]
"""Puts a file system of that size, such as "3m", under the segment directory: the fixture `limit`."""

_STATS = re.compile(r"^stats rows=(\d+) batches=(\d+) bytes=(\d+) seconds=(\S+)$", re.MULTILINE)
_LOST = re.compile(r"\blost=(\d+)")


@dataclass(frozen=True)
class Stats:
    """The line that an agent prints when all went well."""

    rows: int
    batches: int
    bytes: int
    seconds: float


@dataclass(frozen=True)
class Ended:
    """How an agent ended."""

    command: str
    code: int
    out: str
    err: str

    @property
    def stats(self) -> Stats:
        """What it counted; it must have printed that."""
        match = _STATS.search(self.out)
        assert match, f"{self} printed no statistics"
        return Stats(int(match[1]), int(match[2]), int(match[3]), float(match[4]))

    @property
    def lost(self) -> int:
        """How many batches it says it lost; 0 if it doesn't say."""
        match = _LOST.search(self.err)
        return int(match[1]) if match else 0

    def __str__(self) -> str:
        return f"[{self.command}] exit {self.code}\n  stdout: {self.out.strip()}\n  stderr: {self.err.strip()}"


class Running(ABC):
    """A command line that an agent is obeying."""

    command: str

    @property
    @abstractmethod
    def running(self) -> bool:
        """Whether it hasn't ended yet."""

    @abstractmethod
    def kill(self) -> None:
        """Ends it as kill -9 does, at once."""

    @abstractmethod
    def wait(self, timeout: float = 2 * PATIENCE) -> Ended:
        """Waits for its end; one that takes longer than the watchdog allows is killed and fails the test."""

    def expect(self, *codes: int, timeout: float = 2 * PATIENCE) -> Ended:
        """The same, and the exit status must be one of these. An error must be one line."""
        ended = self.wait(timeout)
        assert ended.code in codes, f"{ended}\n  expected: exit {codes}"
        assert ended.err.count("\n") <= 1, f"more than one line of error: {ended}"
        return ended


class Agent(Running):
    """One running agent, a process of its own."""

    def __init__(self, words: list[str], directory: Path, within: tuple[str, ...] = ()) -> None:
        self.command = "agent " + " ".join(words)
        self._ended: Ended | None = None
        self._process = subprocess.Popen(
            [*within, str(AGENT), *words],
            env={**os.environ, "QADS_DIR": str(directory)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The agent's process id (the launcher replaces itself by the agent)."""
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def has_mapped(self, file: str) -> bool:
        """Whether it maps the file of that name, as an attached reader does."""
        try:
            return file in Path(f"/proc/{self.pid}/maps").read_text()
        except OSError:
            return False

    def kill(self) -> None:
        if self.running:
            os.killpg(self.pid, signal.SIGKILL)

    def wait(self, timeout: float = 2 * PATIENCE) -> Ended:
        if self._ended:
            return self._ended
        try:
            out, err = self._process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            out, err = self._process.communicate()
            raise AssertionError(f"{self.command} hung for {timeout} s\n  stdout: {out}\n  stderr: {err}") from None
        self._ended = Ended(self.command, self._process.returncode, out, err)
        return self._ended


def patient(options: tuple[object, ...]) -> tuple[object, ...]:
    """An agent's options, with a long timeout unless there is one among them."""
    return options if "--timeout-ms" in options else (*options, "--timeout-ms", int(PATIENCE * 1000))


@dataclass
class Segments:
    """A segment directory of its own, and the agents at work in it."""

    directory: Path
    files: Path
    """Where agents write their output."""
    agents: list[Running] = field(default_factory=list)

    def write(
        self, language: Language, name: str, source: Path, *options: object, within: tuple[str, ...] = ()
    ) -> Agent:
        """Starts a writer of the file; `within` is the command that runs it, such as another user's."""
        return self._start(within, language.name, "write", name, "--input", source, *patient(options))

    def read(self, language: Language, name: str, output: str, *options: object, within: tuple[str, ...] = ()) -> Agent:
        """Starts a reader into files/`output`, likewise."""
        return self._start(within, language.name, "read", name, "--output", self.files / output, *patient(options))

    def _start(self, within: tuple[str, ...], *words: object) -> Agent:
        agent = Agent([str(word) for word in words], self.directory, within)
        self.agents.append(agent)
        return agent

    def left(self) -> list[str]:
        """Every file in the segment directory."""
        return sorted(path.name for path in self.directory.iterdir())

    def wait_for(self, name: str, *readers: Agent, timeout: float = PATIENCE) -> None:
        """Waits until the segment has its name, and each of these readers has mapped it or has ended."""
        path = self.directory / f"qads_{name}"
        deadline = time.monotonic() + timeout
        while not path.exists() or not all(reader.has_mapped(str(path)) or not reader.running for reader in readers):
            assert time.monotonic() < deadline, f"segment {name} didn't appear, or have its readers, within {timeout} s"
            time.sleep(0.001)

    def wait_until(self, name: str, *, batches: int = 0, readers: int = 0) -> None:
        """Waits until so many batches have been published in the segment, and so many readers have joined it."""
        self.wait_for(name)
        deadline = time.monotonic() + PATIENCE
        while True:
            segment, joined = qadataswap.inspect_segment(name, directory=self.directory)
            if segment.head >= batches and len(joined) >= readers:
                return
            assert time.monotonic() < deadline, f"segment {name}: {segment.head} batches, {len(joined)} readers"
            time.sleep(0.001)

    def forget(self, name: str) -> None:
        """Removes what a test leaves on purpose; it must be there, and the name must be all that is there of it."""
        (self.directory / f"qads_{name}").unlink()

    def end(self) -> None:
        """Kills what still runs and fails if a test left anything behind."""
        running = [agent.command for agent in self.agents if agent.running]
        for agent in self.agents:
            agent.kill()
            agent.wait()
        left = self.left()
        for file in left:
            (self.directory / file).unlink()
        assert not running, f"the test ended with agents running: {running}"
        assert not left, f"files left in the segment directory: {left}"
