"""The two processes of a measurement: started afresh, pinned, told what to do through a pipe each."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import subprocess
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Protocol

from tests.performance.paths import ROOT
from tests.performance.rivals.base import Place

SHARED_MEMORY = Path("/dev/shm")
TIMEOUT_S = 120.0
_ENDING_S = 10.0
_SPAWN = multiprocessing.get_context("spawn")


def cores() -> tuple[int, int]:
    """The producer's and the consumer's: different ones where there are two."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[-1]


@contextlib.contextmanager
def meeting_place() -> Iterator[tuple[Place, Place]]:
    """A fresh directory and a fresh pipe; the consumer's and the producer's view of them."""
    directory = tempfile.mkdtemp(prefix="qads-benchmark-", dir=SHARED_MEMORY)
    # The directory is removed by a process of its own, when this one closes the pipe to it or dies in any way.
    removal = subprocess.Popen(
        ["sh", "-c", 'read -r _; until rm -rf -- "$1"; do sleep 0.1; done', "sh", directory],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    reading, writing = _SPAWN.Pipe(duplex=False)
    queue = _SPAWN.Queue()
    with removal, reading, writing:
        there, here = (Place(Path(directory), end, queue, cores()) for end in (reading, writing))
        yield there, here


class PeerError(RuntimeError):
    """Something went wrong in another process, or it died."""


class Peer(Protocol):
    """Another process."""

    def ask(self, method: str, *arguments: Any) -> Any:
        """Has it do something, and waits for the answer."""
        ...

    def close(self) -> None:
        """Ends it, whatever it is doing."""
        ...


class Worker(Protocol):
    """What lives in a process started by PythonPeer; its methods are called by name."""

    def close(self) -> None:
        """Gives everything back."""
        ...


@dataclass(frozen=True)
class _Failed:
    trace: str


class PythonPeer:
    """A Python process that holds one Worker."""

    def __init__(self, core: int, place: Place, make: Callable[..., Worker], *arguments: Any) -> None:
        """Starts it; make(place, *arguments) is called there."""
        self._pipe, theirs = _SPAWN.Pipe()
        self._name = make.__name__
        self._process = _SPAWN.Process(target=_serve, args=(theirs, core, place, make, arguments))
        self._process.start()
        theirs.close()

    def ask(self, method: str, *arguments: Any) -> Any:
        """Has it do something, and waits for the answer."""
        self._send(method, arguments, acknowledged=False)
        return self.answer()

    def begin(self, method: str, *arguments: Any) -> None:
        """Has it begin something, and returns when it is about to; `answer` waits for the rest."""
        self._send(method, arguments, acknowledged=True)
        self.answer()

    def _send(self, method: str, arguments: tuple[Any, ...], acknowledged: bool) -> None:
        try:
            self._pipe.send((method, arguments, acknowledged))
        except OSError:
            raise PeerError(f"{self._name} died") from None

    def answer(self) -> Any:
        """What it answers."""
        if not self._pipe.poll(TIMEOUT_S):
            raise PeerError(f"no answer from {self._name} within {TIMEOUT_S:.0f} s")
        try:
            answer = self._pipe.recv()
        except (EOFError, OSError):
            raise PeerError(f"{self._name} died") from None
        if isinstance(answer, _Failed):
            raise PeerError(f"in {self._name}:\n{answer.trace}")
        return answer

    def close(self) -> None:
        """Ends it: by the end of its pipe, or at last by a signal."""
        self._pipe.close()
        self._process.join(_ENDING_S)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()


def _serve(
    commands: Connection, core: int, place: Place, make: Callable[..., Worker], arguments: tuple[Any, ...]
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the parent, which ends this process
    os.sched_setaffinity(0, {core})
    gc.disable()
    with contextlib.suppress(EOFError, OSError), contextlib.ExitStack() as ending:  # the pipe ends when the parent does
        worker: Worker | None = None
        while True:
            method, given, acknowledged = commands.recv()
            if acknowledged:
                commands.send(None)
            try:
                if worker is None:
                    worker = make(place, *arguments)
                    ending.callback(worker.close)
                answer = getattr(worker, method)(*given)
            except Exception:
                answer = _Failed(traceback.format_exc())
            commands.send(answer)


class ProgramPeer:
    """A program that isn't Python: commands go in as lines, numbers come out."""

    def __init__(self, name: str, core: int, command: Sequence[str], pass_fds: Sequence[int] = ()) -> None:
        """Starts it."""
        self._name = name
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            pass_fds=pass_fds,
            start_new_session=True,  # away from Ctrl-C, which goes to the parent alone
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )

    def ask(self, method: str, *arguments: Any) -> Any:
        """Has it do something, and waits for the answer: a number, or a list of them."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write((" ".join((method, *arguments)) + "\n").encode())
        except BrokenPipeError:
            raise PeerError(f"{self._name} died") from None
        if not wait([self._process.stdout.fileno()], TIMEOUT_S):
            raise PeerError(f"no answer from {self._name} within {TIMEOUT_S:.0f} s")
        answer = [int(word) for word in self._process.stdout.readline().split()]
        if not answer:
            raise PeerError(f"{self._name} died")
        return answer[0] if len(answer) == 1 else answer

    def close(self) -> None:
        """Ends it: by the end of its input, or at last by a signal."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def java_producer(core: int, place: Place, saved: Path) -> ProgramPeer:
    """io.qadataswap.benchmarks.TableWriter: it gets the number of the pipe of notices, and the table."""
    pipe = place.notices.fileno()
    main = "io.qadataswap.benchmarks.TableWriter"
    command = [*_java(), main, str(pipe), str(place.directory), str(saved)]
    return ProgramPeer("the Java producer", core, command, [pipe])


def floors(core: int, nbytes: int) -> ProgramPeer:
    """native/bench/floor_copies.cpp."""
    program = ROOT / "build/release/bin/floor_copies"
    if not program.is_file():
        raise PeerError("the floors aren't built: run scripts/build_all.sh --cpp-only")
    return ProgramPeer("floor_copies", core, [str(program), str(nbytes)])


def _java() -> list[str]:
    target = ROOT / "target"
    classpath = target / "test-classpath.txt"
    if not classpath.is_file() or not (target / "test-classes/io/qadataswap/benchmarks/TableWriter.class").is_file():
        raise PeerError("the Java producer isn't built: run scripts/build_all.sh --java-only")
    home = os.environ.get("JAVA_HOME")
    return [
        f"{home}/bin/java" if home else "java",
        "-XX:+IgnoreUnrecognizedVMOptions",
        "--add-opens=java.base/java.nio=ALL-UNNAMED",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-cp",
        f"{target}/classes:{target}/test-classes:{classpath.read_text().strip()}",
    ]


def check_clock(peer: Peer) -> None:
    """All take their times from CLOCK_MONOTONIC, which is one for the whole machine: a look at it must lie between two
    of ours.
    """
    before = time.monotonic_ns()
    theirs = peer.ask("clock")
    after = time.monotonic_ns()
    if not before <= theirs <= after:
        raise PeerError(f"another clock than ours: {before} <= {theirs} <= {after} is wrong")
