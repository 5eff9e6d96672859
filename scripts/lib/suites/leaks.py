"""Finds what a suite left behind: files in its segment directory, and leaks that allocators and sanitizers reported."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")

REPORTS = re.compile(
    r"ERROR: LeakSanitizer"
    r"|Memory was leaked by query"  # arrow-java: an allocator was closed with buffers outstanding
    r"|IllegalStateException: Allocator\[.*\] closed with outstanding"
    r"|WARNING: ThreadSanitizer: thread leak"
)


@dataclass
class Watch:
    """A private segment directory, and after `settle` what lies there."""

    directory: Path
    foreign: set[str]
    left: list[str] = field(default_factory=list)

    def settle(self, patience: float = 3.0) -> None:
        """Lists what is left. Files still vanishing (a child's last breath, other tests' files) get a moment."""
        deadline = time.monotonic() + patience
        while True:
            inside = [str(path.relative_to(self.directory)) for path in self.directory.rglob("*")]
            outside = [str(SHARED_MEMORY / name) for name in segments_outside() - self.foreign]
            self.left = sorted(inside) + sorted(outside)
            if not self.left or time.monotonic() > deadline:
                return
            time.sleep(0.2)


def segments_outside() -> set[str]:
    """Segments in the default directory: made by a test that didn't respect QADS_DIR."""
    return {name for name in os.listdir(SHARED_MEMORY) if name.startswith("qads_")}


@contextmanager
def watch(suite: str) -> Iterator[Watch]:
    """A fresh segment directory for one suite, with the permissions of /dev/shm; removed at the end."""
    directory = Path(tempfile.mkdtemp(prefix=f"qads-test-{suite}-", dir=SHARED_MEMORY))
    directory.chmod(0o1777)
    try:
        yield Watch(directory, segments_outside())
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def reported(log: Path) -> list[str]:
    """The lines of a suite's output that report a leak."""
    with log.open(errors="replace") as lines:
        return [line.strip() for line in lines if REPORTS.search(line)]
