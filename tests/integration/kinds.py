"""Which error a status of the C interface is in each language, read from the sources that say so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from qadataswap import QadsError

from tests.agents.harness import ROOT


@dataclass(frozen=True)
class Kind:
    """One kind of error."""

    constant: str
    code: int
    words: str
    """What every language calls it, such as "would not fit"."""
    classes: dict[str, str]
    """By language: the exception's class, the variant, the arrow::StatusCode."""


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _cpp() -> dict[str, str]:
    text = _text("native/include/qadataswap/arrow.h")
    default = re.search(r"arrow::StatusCode kind = arrow::StatusCode::(\w+);", text)
    assert default
    found = dict.fromkeys(_codes(), default[1])
    for cases, code in re.findall(r"((?:case QADS_\w+:\s+)+)kind = arrow::StatusCode::(\w+);", text):
        found.update(dict.fromkeys(re.findall(r"QADS_(?:ERR_)?(\w+):", cases), code))
    return found


@cache
def _codes() -> dict[str, int]:
    header = _text("native/include/qadataswap/qadataswap.h")
    return {name: int(code) for name, code in re.findall(r"^  QADS_(?:ERR_)?(\w+) = (-\d+)\b", header, re.MULTILINE)}


@cache
def kinds() -> dict[str, Kind]:
    """By the constant's name without QADS_ERR_."""
    java = dict(
        re.findall(r"case (\w+) -> new (\w+)\(", _text("java/src/main/java/io/qadataswap/internal/Errors.java"))
    )
    variants = re.findall(r"^    (\w+) = QADS_(?:ERR_)?(\w+);", _text("rust/qadataswap/src/error.rs"), re.MULTILINE)
    rust = {constant: variant for variant, constant in variants}
    python = {one.code: one for one in QadsError.__subclasses__()}
    cpp = _cpp()
    return {
        name: Kind(
            name,
            code,
            python[code].kind,
            {"cpp": cpp[name], "java": java[name], "python": python[code].__name__, "rust": rust[name]},
        )
        for name, code in _codes().items()
    }
