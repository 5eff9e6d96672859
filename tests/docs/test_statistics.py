"""Every figure of the C interface is in every language, so that a field added to a struct is added to its classes."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEADER = ROOT / "native/include/qadataswap/qadataswap.h"
JAVA = ROOT / "java/src/main/java/io/qadataswap"
PYTHON = ROOT / "python/src/qadataswap"
RUST = ROOT / "rust/qadataswap/src/info.rs"
CPP = ROOT / "native/include/qadataswap/arrow.h"

NO_FIGURES = {"struct_size", "reserved"}
"""Fields that say nothing to a user."""


@dataclasses.dataclass(frozen=True)
class Figures:
    """A struct, what it is called in each language, and which fields have other names there."""

    struct: str
    java: str
    python: str
    rust: str
    java_names: dict[str, str] = dataclasses.field(default_factory=dict)
    python_names: dict[str, str] = dataclasses.field(default_factory=dict)
    rust_names: dict[str, str] = dataclasses.field(default_factory=dict)


ALL = (
    Figures(
        "qads_arena_info",
        "SegmentStatistics",
        "SegmentStatistics",
        "SegmentInfo",
        java_names={"evict_after_ms": "evict_after", "created_unix_ns": "created", "stalled_ns": "stalled"},
        python_names={"slots": "buffer_count"},
        rust_names={
            "layout_major": "layout",
            "layout_minor": "layout",
            "finished": "state",
            "evict_after_ms": "evict_after",
            "created_unix_ns": "created",
            "stalled_ns": "stalled",
        },
    ),
    Figures(
        "qads_reader_state",
        "ReaderState",
        "ReaderState",
        "ReaderState",
        java_names={"attached_unix_ns": "attached", "oldest_held_ns": "oldest_held"},
        rust_names={"attached_unix_ns": "attached", "oldest_held_ns": "oldest_held"},
    ),
    Figures("qads_reader_stats", "ReaderStatistics", "ReaderStatistics", "ReaderStatistics"),
    Figures("qads_column_report", "ColumnReport", "ColumnReport", "ColumnReport"),
)
EACH = pytest.mark.parametrize("figures", ALL, ids=[figures.struct for figures in ALL])

EVENT = Figures(
    "qads_event",
    "QadsEvent",
    "Event",
    "",
    java_names={"waited_ns": "waited"},
    # The level and the sentence are the log record's own.
    python_names={"level": "", "message": ""},
)


def _group(pattern: str, path: Path) -> str:
    match = re.search(pattern, path.read_text(encoding="utf-8"), re.DOTALL)
    assert match, f"{path} has no {pattern}"
    return match[1]


def _words(text: str) -> list[str]:
    """`long bytesCopied, int rows` and the like: the last word of each part."""
    return [re.split(r"[\s*]", part.strip())[-1] for part in text.split(",") if part.strip()]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])[A-Z]", lambda capital: "_" + capital[0].lower(), name)


def in_c(struct: str) -> set[str]:
    """The fields of a struct of the header."""
    body = re.sub(r"/\*.*?\*/", "", _group(rf"typedef struct {struct} {{(.*?)\n}} {struct};", HEADER), flags=re.DOTALL)
    fields = {re.sub(r"\[\d+\]", "", name) for name in _words(body.replace(";", ","))}
    assert len(fields) > 3, "the header was understood"
    return fields - NO_FIGURES


def renamed(fields: set[str], names: dict[str, str]) -> set[str]:
    """The fields as a language calls them; names that the header no longer has are a mistake of the table."""
    assert names.keys() <= fields
    return {names.get(field, field) for field in fields} - {""}


def in_java(record: str) -> set[str]:
    """The components of a record, with underscores."""
    components = _group(rf"public record {record}\((.*?)\)\s*{{", JAVA / f"{record}.java")
    return {_snake(name) for name in _words(components)}


def in_python(cls: str, path: Path) -> set[str]:
    """The fields of a dataclass."""
    body = _group(rf"\nclass {cls}:\n(.*?)(?=\n\S|\Z)", path)
    return set(re.findall(r"^    (\w+):", body, re.MULTILINE))


def in_rust(struct: str) -> set[str]:
    """The public fields of a struct."""
    return set(re.findall(r"^    pub (\w+):", _group(rf"pub struct {struct} {{(.*?)\n}}", RUST), re.MULTILINE))


@EACH
def test_java_has_every_figure(figures: Figures) -> None:
    assert in_java(figures.java) >= renamed(in_c(figures.struct), figures.java_names)


@EACH
def test_python_has_every_figure(figures: Figures) -> None:
    found = in_python(figures.python, PYTHON / "_statistics.py")
    assert found == renamed(in_c(figures.struct), figures.python_names)


@EACH
def test_rust_has_every_figure(figures: Figures) -> None:
    assert in_rust(figures.rust) == renamed(in_c(figures.struct), figures.rust_names)


@EACH
def test_cpp_hands_out_the_structs_themselves(figures: Figures) -> None:
    assert re.search(rf"arrow::Result<(std::vector<)?{figures.struct}>+ \w+\(", CPP.read_text(encoding="utf-8"))


def test_java_and_python_have_everything_of_an_event() -> None:
    fields = in_c("qads_event")
    assert in_java(EVENT.java) == renamed(fields, EVENT.java_names)
    assert in_python(EVENT.python, PYTHON / "_events.py") == renamed(fields, EVENT.python_names)


def test_every_kind_of_event_has_its_name_in_every_language_in_the_order_of_the_header() -> None:
    wanted = [name.lower() for name in re.findall(r"QADS_EVENT_(\w+) = \d+", HEADER.read_text(encoding="utf-8"))]
    assert len(wanted) > 10, "the header was understood"
    java = _group(r"public enum Kind {(.*?)\n  }", JAVA / "QadsEvent.java")
    assert [name.lower() for name in re.findall(r"^    ([A-Z_]+),?$", java, re.MULTILINE)] == wanted
    assert re.findall(r'"(\w+)"', _group(r"\nKINDS = \((.*?)\n\)", PYTHON / "_events.py")) == wanted


WRITERS = (
    (
        JAVA / "QadsWriter.java",
        r"public {}\(\)",
        ("SegmentStatistics statistics", r"List<ReaderState> readers", r"List<ColumnReport> lastWrite"),
    ),
    (PYTHON / "_writer.py", r"def {}\(self\)", ("statistics", "readers", "last_write")),
    (ROOT / "rust/qadataswap/src/writer.rs", r"pub fn {}\(&self\)", ("info", "readers", "last_write")),
    (CPP, r"{}\(\) const {{", ("Info", "Readers", "LastWrite")),
)


@pytest.mark.parametrize(("path", "pattern", "methods"), WRITERS, ids=["java", "python", "rust", "cpp"])
def test_a_writer_knows_its_segment_and_its_readers_without_attaching_again(
    path: Path, pattern: str, methods: tuple[str, ...]
) -> None:
    source = path.read_text(encoding="utf-8")
    assert not [method for method in methods if not re.search(pattern.format(method), source)]
