"""What polars can't take, told from a schema before polars sees it: some of it would end the process."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ._errors import QadsUnsupportedTypeError

if TYPE_CHECKING:
    from ._core import SchemaTree

_REFUSED: list[tuple[re.Pattern[str], str, str]] = [
    # polars doesn't complain of these: it gives other values, or ends the process.
    (re.compile(r"d:\d+,-?\d+,(32|64)$"), "decimal{0}", "write it as decimal128"),
    (re.compile(r"d:\d+,-?\d+,256$"), "decimal256", "write it as decimal128 or float64"),
    (re.compile(r"d:\d+,-\d+"), "decimal with a negative scale", "write it with a scale of 0 or more"),
    (re.compile(r"\+u[ds]:"), "union", "write its members as columns of their own"),
    (re.compile(r"\+v[lL]$"), "list view", "write it as a list"),
    (re.compile(r"\+r$"), "run-end encoded", "write it decoded"),
    (re.compile(r"ti[MDn]$"), "interval", "write it as a duration, or as integers"),
    (re.compile(r"w:0$"), "binary of fixed size 0", "write the table without it"),
    (re.compile(r"ts[smun]:[+-]\d"), "timestamp with an offset for a zone", "write it with a zone's name, or as UTC"),
]


def _refusal(format: str) -> tuple[str, str] | None:
    for pattern, what, instead in _REFUSED:
        if match := pattern.match(format):
            return what.format(*match.groups()), instead
    return None


def _walk(node: SchemaTree, path: str) -> None:
    _, format, _, children, dictionary = node
    if (refusal := _refusal(format)) is not None:
        what, instead = refusal
        raise QadsUnsupportedTypeError(f"{path} is a {what} (format '{format}'), which polars can't take: {instead}")
    for child in children:
        _walk(child, f"{path}, field '{child[0]}',")
    if dictionary is not None:
        _walk(dictionary, f"{path} (its dictionary)")


def require_readable(name: str, tree: SchemaTree) -> None:
    """Raises QadsUnsupportedTypeError, naming the first column that polars can't take, its type and what to do."""
    for column in tree[3]:
        _walk(column, f"segment '{name}': column '{column[0]}'")
