"""Benchmarks of parts: a row each. What they leave in PARTS as JSON, paths.py says the form, is put into the page."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.performance.paths import PARTS, ROOT

_TIMEOUT_S = 600.0


@dataclass(frozen=True)
class Part:
    """One row."""

    name: str
    program: str
    """Below the root; it isn't run where it isn't built."""
    command: tuple[str, ...]
    """`{json}` stands for the file to write, for those that are told; below the root as well."""

    def missing(self) -> bool:
        """Whether it can't be run."""
        return not (ROOT / self.program).exists()

    def file(self) -> Path:
        """What it writes."""
        return PARTS / f"{self.name}.json"


def _native(name: str) -> Part:
    program = f"build/release/bin/{name}"
    return Part(name, program, (program, "--json", "{json}"))


def _script(name: str, *command: str) -> Part:
    return Part(name, command[-1], command)


TABLE = (
    _native("handover"),
    _native("copy"),
    _native("fan_out"),
    _native("cold"),
    _native("wake"),
    _script("java", "scripts/lib/java_parts.sh"),
    _script("python", sys.executable, "python/bench/parts.py"),
    _script("rust", sys.executable, "scripts/lib/rust_parts.py"),
)


def run(part: Part) -> int:
    """Its exit status; its output is for people."""
    PARTS.mkdir(parents=True, exist_ok=True)
    part.file().unlink(missing_ok=True)
    command = [word.replace("{json}", str(part.file())) for word in part.command]
    print(f"## {part.name}", flush=True)
    try:
        return subprocess.run(command, cwd=ROOT, check=False, timeout=_TIMEOUT_S).returncode
    except subprocess.TimeoutExpired:
        print(f"{part.name}: not done within {_TIMEOUT_S:.0f} s", flush=True)
        return 1
