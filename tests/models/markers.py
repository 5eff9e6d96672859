"""What ties the models to the code: comments `// model: NAME` in native/src, and the memory orders of their lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "native/src"
MODELS = ROOT / "native/models"

IN_SOURCE = re.compile(r"// model: (\S+)$")
IN_RELACY = re.compile(r'^Order (\w+)\("([\w.]+)", rl::mo_(\w+)\);$', re.MULTILINE)
IN_SPIN = re.compile(r"/\* model: ([\w. ]+) \*/")
MEMORY_ORDER = re.compile(r"std::memory_order_(\w+)")


@dataclass(frozen=True)
class Marker:
    """One marked statement."""

    name: str
    order: str | None
    """Of its atomic operation; None if it is none."""
    where: str


def statement(lines: list[str], at: int) -> str:
    """What the marker in lines[at] stands for: the statement that ends there, or the next one if it stands alone."""
    if lines[at].strip().startswith("//"):
        begin = end = at + 1
    else:
        begin = end = at
        while begin > 0 and not re.search(r"[;{}]\s*(//.*)?$|^\s*//|^\s*$", lines[begin - 1]):
            begin -= 1
    while not re.search(r"[;{]\s*(//.*)?$", lines[end]):
        end += 1
    return "\n".join(lines[begin : end + 1])


def source_markers() -> list[Marker]:
    """Every marker of the code, in the order of the files' lines."""
    found = []
    for path in sorted(SOURCES.rglob("*.[ch]pp")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for at, line in enumerate(lines):
            if not (match := IN_SOURCE.search(line)):
                continue
            orders = MEMORY_ORDER.findall(statement(lines, at))
            assert len(orders) <= 1, f"{path}:{at + 1}: a marked statement has one memory order, not {orders}"
            found.append(Marker(match[1], orders[0] if orders else None, f"{path.relative_to(ROOT)}:{at + 1}"))
    return found


def relacy_markers(path: Path) -> list[Marker]:
    """The orders that a relacy model declares."""
    text = path.read_text(encoding="utf-8")
    return [
        Marker(match[2], match[3], f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}")
        for match in IN_RELACY.finditer(text)
    ]


def spin_markers(path: Path) -> list[str]:
    """The markers of a spin model's statements, in the order of their first lines."""
    names = [name for match in IN_SPIN.finditer(path.read_text(encoding="utf-8")) for name in match[1].split()]
    return list(dict.fromkeys(names))
