"""What polars can't take, told from a schema before polars sees it: some of it would end the process."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from ._errors import QadsUnsupportedTypeError

if TYPE_CHECKING:
    from ._core import SchemaTree

_REFUSED: list[tuple[re.Pattern[str], str, str]] = [
    # polars doesn't complain of these: it reads beyond their ends, and gives other values or ends the process.
    (re.compile(r"d:\d+,-?\d+,(32|64)$"), "a decimal{0}", "write it as decimal128"),
    (re.compile(r"d:\d+,-?\d+,256$"), "a decimal256", "write it as decimal128 or float64"),
    (re.compile(r"d:\d+,-\d+"), "a decimal with a negative scale", "write it with a scale of 0 or more"),
    (re.compile(r"\+u[ds]:"), "a union", "write its members as columns of their own"),
    (re.compile(r"\+v[lL]$"), "a list view", "write it as a list"),
    (re.compile(r"\+r$"), "run-end encoded", "write it decoded"),
    (re.compile(r"ti[MDn]$"), "an interval", "write it as a duration, or as integers"),
    (re.compile(r"w:0$"), "a binary of fixed size 0", "write the table without it"),
    (re.compile(r"\+w:0$"), "a list of fixed size 0", "write the table without it"),
]
_ZONED = re.compile(r"ts[smun]:(.+)")


@cache
def _knows_zone(zone: str) -> bool:
    try:
        pl.Series([], dtype=pl.Datetime("us", zone))
    except pl.exceptions.ComputeError:
        return False
    return True


def _refusal(format: str) -> tuple[str, str] | None:
    for pattern, what, instead in _REFUSED:
        if match := pattern.match(format):
            return what.format(*match.groups()), instead
    if (zoned := _ZONED.match(format)) and not _knows_zone(zoned[1]):
        return f"a timestamp in zone '{zoned[1]}'", "write it with the name of a zone that polars knows, or as UTC"
    return None


def _require_one_of_each(where: str, fields: tuple[SchemaTree, ...]) -> None:
    names = [field[0] for field in fields]
    if len(set(names)) == len(names):
        return
    twice = next(name for number, name in enumerate(names) if name in names[:number])
    raise QadsUnsupportedTypeError(
        f"{where} '{twice}' is there more than once, which polars can't take: write it with names of their own"
    )


def _walk(node: SchemaTree, path: str) -> None:
    _, format, _, children, dictionary = node
    refusal = _refusal(format)
    if dictionary is not None and dictionary[4] is not None:
        refusal = "a dictionary of a dictionary", "write its values decoded"
    if refusal is not None:
        what, instead = refusal
        raise QadsUnsupportedTypeError(f"{path} is {what} (format '{format}'), which polars can't take: {instead}")
    if format == "+s":
        _require_one_of_each(f"{path}, field", children)
    for child in children:
        _walk(child, f"{path}, field '{child[0]}',")
    if dictionary is not None:
        _walk(dictionary, f"{path} (its dictionary)")


def require_readable(name: str, tree: SchemaTree) -> None:
    """Raises QadsUnsupportedTypeError, naming the first column that polars can't take, its type and what to do."""
    _require_one_of_each(f"segment '{name}': column", tree[3])
    for column in tree[3]:
        _walk(column, f"segment '{name}': column '{column[0]}'")
