"""Runs the command `qads` in a segment directory, and makes segments in every state for it to look at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import qadataswap

from tests.agents.harness import PROGRAMS

QADS = (str(PROGRAMS / "qads"),)
PYTHON = (sys.executable, "-m", "qadataswap")

OK, NO, USAGE, NOT_FOUND, PERMISSION, DAMAGED, FAILED = range(7)

BATCH = pa.record_batch({"number": pa.array([1, 2, 3]), "text": pa.array(["a", None, "c"])})


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Its output, which must be one line of JSON."""
        assert self.code in (OK, NO), self
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)


class Qads:
    """The command, in one segment directory."""

    def __init__(self, directory: Path, program: tuple[str, ...] = QADS) -> None:
        self.directory = directory
        self.program = program

    @property
    def environment(self) -> dict[str, str]:
        """What the command and its helpers run in."""
        return {**os.environ, "QADS_DIR": str(self.directory)}

    def __call__(self, *words: object) -> Done:
        """Runs it to its end."""
        command = [*self.program, *map(str, words)]
        done = subprocess.run(command, capture_output=True, env=self.environment, timeout=60, check=False)
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *words: object) -> subprocess.Popen[str]:
        """Starts it, to be read from."""
        command = [*self.program, *map(str, words)]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def file(self, name: str) -> Path:
        """Where a segment lies."""
        return self.directory / f"qads_{name}"

    def writer(self, name: str, **options: Any) -> qadataswap.Writer:
        """A writer in this process."""
        return qadataswap.create_writer(name, directory=self.directory, capacity=1 << 20, timeout_ms=60_000, **options)

    def reader(self, name: str, **options: Any) -> qadataswap.Reader:
        """A reader in this process."""
        return qadataswap.create_reader(name, directory=self.directory, timeout_ms=60_000, **options)

    def leave(self, name: str, batches: int = 1, *, read: bool = False, **options: Any) -> None:
        """A finished segment that stays: with so many batches, read by a reader that left before the end, or not."""
        with self.writer(name, **options) as writer:
            for _ in range(batches):
                writer.write_arrow(BATCH)
            if read:
                with self.reader(name) as reader:
                    for _ in range(batches):
                        assert reader.read_batch() is not None

    def script(self, code: str) -> subprocess.Popen[str]:
        """A Python process of its own, killed by who started it; it says "ready" when it has done its work."""
        process = subprocess.Popen(
            [sys.executable, "-c", code], env=self.environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process


def kill(process: subprocess.Popen[str]) -> None:
    """Ends it as kill -9 does, and waits for that."""
    process.kill()
    process.communicate(timeout=60)
