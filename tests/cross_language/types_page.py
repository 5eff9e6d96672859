"""docs/types.md: which language's Arrow library carries which type, in which direction.

    build/venv/bin/python -m tests.cross_language.types_page

makes the page anew: each agent writes a generated file of each type to the C++ agent and reads one from it, and polars
does the same inside this process. The matrix takes its expectations from the page, so a wrong cell fails a test.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import polars as pl
import pyarrow as pa
import qadataswap
import qadataswap.polars

from tests.agents.generate import TYPES
from tests.agents.harness import CPP, DONE, LANGUAGES, ROOT, TYPE, Language, Segments
from tests.agents.sources import Sources
from tests.agents.streams import assert_same, load

PAGE = ROOT / "docs/types.md"
DIRECTIONS = ("write", "read")
YES, NO = "yes", "no"
POLARS = ("polars reads", "polars writes")

INTRODUCTION = """# Types

Made by `tests/cross_language/types_page.py` from what the agents of the cross-language tests did; not edited by hand.
Every test run holds each cell true. Each row is a generated file of that type, with nulls and with an empty batch.
**yes**: it arrives bit-exact, metadata included, at and from every other language that carries the type. **no**: that
language's Arrow library can't carry the type, and its reader or writer refuses it with the message below; readers in
other languages aren't affected.

The last two columns are Python's `qadataswap.polars`: the polars type that `read_frame` gives, and the Arrow type that
`write_frame` of that frame gives. polars has fewer types than Arrow; values are kept.
"""

_ROW = re.compile(r"^\| `(\w+)` \|(.*)\|$", re.MULTILINE)


def columns() -> list[str]:
    """The headings of the cells, left to right."""
    return [f"{language.name} {direction}s" for language in LANGUAGES for direction in DIRECTIONS] + list(POLARS)


@cache
def cells() -> dict[tuple[str, str], str]:
    """(type, heading): what the page says."""
    found = {}
    for name, row in _ROW.findall(PAGE.read_text(encoding="utf-8")):
        for heading, cell in zip(["type", *columns()], row.split(" | "), strict=True):
            found[name, heading] = cell.strip().strip("`")
    return found


def refused(language: str, direction: str) -> list[str]:
    """The types that the page says this language can't write, or read."""
    return [name for name in TYPES if cells()[name, f"{language} {direction}s"] == NO]


def polars_cells(directory: Path, name: str, source: Path) -> tuple[str, str, list[str]]:
    """What polars does with a type, now: its two cells, and the messages of what it refused.

    directory: the segment directory, where QADS_DIR must point.
    """
    stream = load(source)
    table = pa.Table.from_batches(stream.batches, stream.schema)
    with qadataswap.create_writer("types") as writer:
        writer.write_arrow(table)
        with qadataswap.create_reader("types") as reader:
            try:
                frame = qadataswap.polars.read_frame(reader)
            except qadataswap.QadsUnsupportedTypeError as error:
                return NO, NO, [f"polars reads, {_without_segment(str(error))}"]
            finally:
                _clear(directory)
    assert frame is not None
    assert frame.equals(pl.DataFrame(table)), "other values than polars' own import gives"
    with qadataswap.create_writer("types") as writer:
        qadataswap.polars.write_frame(writer, frame)
        with qadataswap.create_reader("types") as reader:
            written = reader.read_arrow()
    _clear(directory)
    assert written is not None
    assert pl.DataFrame(written).equals(frame)
    return str(frame.dtypes[0]), str(written.schema.field(0).type), []


def _without_segment(message: str) -> str:
    return re.sub(r"segment '[^']*'[:,] ", "", message).strip()


def _clear(directory: Path) -> None:
    """Whoever was refused leaves what it didn't read."""
    for path in directory.iterdir():
        path.unlink()


def _attempt(segments: Segments, language: Language, direction: str, source: Path) -> tuple[str, str]:
    """One cell, and the message if it is NO."""
    sides = {"write": CPP, "read": CPP, direction: language}
    reader = segments.read(sides["read"], "types", "out.stream", "--timeout-ms", 2000)
    writer = segments.write(sides["write"], "types", source)
    ended = {"write": writer.wait(), "read": reader.wait()}
    _clear(segments.directory)
    if ended[direction].code == TYPE:
        return NO, _without_segment(ended[direction].err.removeprefix("unsupported type: "))
    assert ended["write"].code == ended["read"].code == DONE, ended
    assert_same(load(segments.files / "out.stream"), load(source))
    return YES, ""


def _table(row_of: Callable[[str], list[str]]) -> Iterator[str]:
    yield f"| | type | {' | '.join(columns())} |"
    yield "|---" * (2 + len(columns())) + "|"
    for name in TYPES:
        yield f"| `{name}` | {' | '.join(row_of(name))} |"


def make(segments: Segments, sources: Sources) -> str:
    """The page, from new results."""
    messages: dict[str, None] = {}

    def row(name: str) -> list[str]:
        source = sources.path(f"type.{name}")
        found = [f"`{TYPES[name]}`"]
        for language in LANGUAGES:
            for direction in DIRECTIONS:
                cell, message = _attempt(segments, language, direction, source)
                found.append(cell)
                if message:
                    messages[f"{language.name} {direction}s, {message}"] = None
        reads, writes, refusals = polars_cells(segments.directory, name, source)
        messages.update(dict.fromkeys(refusals))
        print(name, flush=True)
        return [*found, *(cell if cell == NO else f"`{cell}`" for cell in (reads, writes))]

    table = "\n".join(_table(row))
    said = "\n".join(f"- {message}" for message in messages)
    return f"{INTRODUCTION}\n{table}\n\n## What is said of what is refused\n\n{said}\n"


def main() -> None:
    """Writes the page."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as directory, tempfile.TemporaryDirectory() as files:
        os.environ["QADS_DIR"] = directory
        segments = Segments(Path(directory), Path(files))
        page = make(segments, Sources(Path(files)))
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
