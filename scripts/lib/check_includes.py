"""Checks that code keeps its layers: which folder may include which, who may use system headers, how long files are.

The way of a batch: ffi -> channel -> {arrow, arena, ring} -> segment -> {layout, events} -> os -> base. A folder may
include itself and what lies below it. Prints one line for everything wrong, exit status 1 if there was any.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "native/src"
MAX_LINES = 600

ALLOWED: dict[str, set[str]] = {
    "base": set(),
    "layout": {"base"},
    "os": {"base"},
    "events": {"base", "os"},
    "segment": {"base", "layout", "os", "events"},
    "ring": {"base", "layout", "os", "events", "segment"},
    "arena": {"base", "layout", "os", "segment"},
    # arrow knows no shared memory
    "arrow": {"base", "layout", "os"},
    "channel": {"base", "layout", "os", "events", "segment", "ring", "arena", "arrow"},
    "ffi": {"base", "layout", "os", "events", "segment", "ring", "arena", "arrow", "channel"},
}
"""For each folder of native/src, the other folders that it may include."""

PUBLIC_HEADER = "qadataswap/qadataswap.h"
PUBLIC_HEADER_USERS = {"ffi", "channel", "arrow"}
"""Who in the core knows the C ABI: its implementation, and those who speak its Arrow structs."""

SYSTEM_HEADERS = re.compile(
    r"^(sys/.*|linux/.*|asm/.*|fcntl\.h|unistd\.h|pthread\.h|semaphore\.h|sched\.h|signal\.h|csignal|dirent\.h|poll\.h|syscall\.h)$"
)
"""Headers of system calls: for os/ alone."""

COMMAND_HEADER = "cli.hpp"
"""How a binding runs the command `qads`."""

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
EXTENSIONS = {".cpp", ".hpp", ".h", ".c", ".java", ".py", ".sh", ".rs"}
CHECKED_FOR_LENGTH = ("native", "java", "python", "rust", "tests", "scripts")


def includes(path: Path) -> Iterator[tuple[int, bool, str]]:
    """Line number, whether the include is in angle brackets, and what is included."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if match := INCLUDE.match(line):
            yield number, match[1] == "<", match[2]


def check_core(path: Path) -> Iterator[str]:
    layer = path.relative_to(SOURCES).parts[0]
    if layer not in ALLOWED:
        yield f"{layer}/ is not a layer that this check knows"
        return
    for number, is_system, target in includes(path):
        where = f"line {number}: {layer}/ includes {target}"
        if target.startswith("qadataswap/"):
            if target != PUBLIC_HEADER or layer not in PUBLIC_HEADER_USERS:
                yield f"{where}, the public header, which is for {', '.join(sorted(PUBLIC_HEADER_USERS))}"
        elif is_system:
            if SYSTEM_HEADERS.match(target) and layer != "os":
                yield f"{where}: only os/ makes system calls"
        elif "/" not in target:
            yield f'{where}: write the folder as well ("{layer}/{target}")'
        elif (folder := target.split("/")[0]) != layer and folder not in ALLOWED[layer]:
            yield f"{where}, which isn't below it"


def check_binding(path: Path) -> Iterator[str]:
    """A binding, and the command, see the public C header, else only their own folder and the language's headers."""
    for number, is_system, target in includes(path):
        own = not is_system and (path.parent / target).is_file()
        known = own or target in (PUBLIC_HEADER, COMMAND_HEADER)
        if not known and (not is_system or target.startswith("qadataswap/")):
            yield f"line {number}: a binding may include nothing of the core but {PUBLIC_HEADER}, not {target}"


def check_length(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        lines = sum(1 for _ in file)
    if lines > MAX_LINES:
        yield f"{lines} lines, more than {MAX_LINES}: split it"


def files(folder: Path, extensions: set[str]) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in extensions and "target" not in path.parts and path.is_file():
            yield path


def problems() -> Iterator[str]:
    checks = [
        (SOURCES, check_core),
        (ROOT / "native/cli", check_binding),
        (ROOT / "java/src/main/cpp", check_binding),
        (ROOT / "python/src/_core", check_binding),
    ]
    for folder, check in checks:
        for path in files(folder, {".cpp", ".hpp", ".h", ".c"}):
            yield from (f"{path.relative_to(ROOT)}: {problem}" for problem in check(path))
    for name in CHECKED_FOR_LENGTH:
        for path in files(ROOT / name, EXTENSIONS):
            yield from (f"{path.relative_to(ROOT)}: {problem}" for problem in check_length(path))


def main() -> int:
    found = list(problems())
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
