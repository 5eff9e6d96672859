"""What numbers depend on: the machine, and the versions and licences of all that was measured."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from tests.performance.paths import ROOT
from tests.performance.processes import cores

_RIVALS = ROOT / "tests/performance/rivals"
_APACHE = "Apache-2.0"


def describe() -> dict[str, Any]:
    """Everything; no names of hosts or people."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": _machine(),
        "software": [{"name": name, "version": version, "licence": licence} for name, version, licence in _software()],
    }


def _machine() -> dict[str, str]:
    producer, consumer = cores()
    cpu = _found(r"^model name\s*: (.*)$", _read("/proc/cpuinfo")) or platform.machine()
    kib = int(_found(r"^MemTotal:\s*(\d+)", _read("/proc/meminfo")) or 0)
    virtual = re.search(r"^flags.*\bhypervisor\b", _read("/proc/cpuinfo"), re.MULTILINE) is not None
    return {
        "CPU": f"{cpu}{', a virtual machine' if virtual else ''}",
        "cores": f"{len(os.sched_getaffinity(0))}; producer and ping on {producer}, consumer and pong on {consumer}",
        "memory": f"{kib / (1 << 20):.1f} GiB",
        "kernel": f"Linux {platform.release()}",
        "huge pages of shared memory": _found(r"\[(\w+)\]", _read("/sys/kernel/mm/transparent_hugepage/shmem_enabled"))
        or "unknown",
        "compiler": _first_line(["c++", "--version"]),
        "Rust": _first_line(["rustc", "--version"]),
        "Java": _first_line([_java(), "--version"]),
        "Python": platform.python_version(),
    }


def _software() -> list[tuple[str, str, str]]:
    pom = _read(_RIVALS / "jvm/pom.xml")
    lock = _read(_RIVALS / "iceoryx2/Cargo.lock")
    return [
        ("QADataSwap", f"{_package('qadataswap')}, commit {_commit()}", "MIT"),
        ("Arrow: pyarrow, its IPC and Flight", _package("pyarrow"), _APACHE),
        ("Plasma", f"pyarrow {_pinned('plasma.txt', 'pyarrow')}", _APACHE),
        ("Ray", _package("ray"), _APACHE),
        ("iceoryx2", _found(r'name = "iceoryx2"\nversion = "([^"]+)"', lock) or "unknown", f"{_APACHE} or MIT"),
        ("Aeron", _found(r"<aeron.version>(.*)</aeron.version>", pom) or "unknown", _APACHE),
        ("Chronicle Queue", _found(r"<chronicle.version>(.*)</chronicle.version>", pom) or "unknown", _APACHE),
        ("HdrHistogram for Python", _package("hdrhistogram"), _APACHE),
        ("matplotlib", _package("matplotlib"), "Matplotlib's, like Python's"),
    ]


def _package(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _pinned(requirements: str, name: str) -> str:
    return _found(rf"^{name}==(.*)$", _read(ROOT / "scripts/requirements" / requirements)) or "unknown"


def _commit() -> str:
    return _first_line(["git", "-C", str(ROOT), "describe", "--always", "--dirty"])


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    return f"{home}/bin/java" if home else "java"


def _first_line(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "none"
    return (done.stdout or "unknown").splitlines()[0]


def _found(pattern: str, text: str) -> str | None:
    match = re.search(pattern, text, re.MULTILINE)
    return match[1] if match else None


def _read(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""
