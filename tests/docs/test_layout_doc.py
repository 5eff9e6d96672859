"""docs/layout.md is the specification: its numbers are the code's, and what it says is enough to read a segment."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs/layout.md").read_text(encoding="utf-8")
CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "native/src/layout").glob("*.hpp")))
CODEC = (ROOT / "native/src/arrow/schema_codec.cpp").read_text(encoding="utf-8")

# ---- The tables -----------------------------------------------------------------------------------------------------

TABLE = re.compile(r"`(\w+)`, (\d+) bytes[^\n]*\n\n\| offset \| type \| field \|[^\n]*\n\|[-:| ]+\|\n((?:\|[^\n]*\n)+)")
ROW = re.compile(r"^\| (\d+) \| ([\w\[\]]+) \| (\w+) \|", re.MULTILINE)
WIDTHS = {"u8": 1, "u32": 4, "a32": 4, "u64": 8, "a64": 8}
CPP_TYPES = {
    "std::uint8_t": "u8",
    "std::uint32_t": "u32",
    "std::uint64_t": "u64",
    "Word32": "a32",
    "Word64": "a64",
}


@dataclass(frozen=True)
class Field:
    """A row of a table."""

    offset: int
    type: str


@dataclass(frozen=True)
class Struct:
    """A table of the document, or a struct of the code."""

    size: int
    fields: dict[str, Field]

    def offset(self, field: str) -> int:
        """Where a field begins."""
        return self.fields[field].offset


def documented() -> dict[str, Struct]:
    """The document's tables by the name of the struct."""
    return {
        name: Struct(int(size), {row[2]: Field(int(row[0]), row[1]) for row in ROW.findall(rows)})
        for name, size, rows in TABLE.findall(DOCUMENT)
    }


def coded() -> dict[str, Struct]:
    """The structs of native/src/layout, by their static assertions and declarations."""
    sizes = {name: int(size) for name, size in re.findall(r"static_assert\(sizeof\((\w+)\) == (\d+)\);", CODE)}
    structs = {}
    for name, body in re.findall(r"struct (?:alignas\(\w+\) )?(\w+) \{\n(.*?)\n\};", CODE, re.DOTALL):
        types = {}
        for line in body.splitlines():
            if match := re.match(r"\s*(?:alignas\(\w+\) )?([\w:]+) (\w+)(?:\[(\w+)\])?;", line):
                element = CPP_TYPES.get(match[1], match[1])
                count = {"kMaxReaders": "64"}.get(match[3], match[3])
                types[match[2]] = f"{element}[{count}]" if count else element
        offsets = re.findall(rf"static_assert\(offsetof\({name}, (\w+)\) == (\d+)\);", CODE)
        structs[name] = Struct(sizes[name], {field: Field(int(offset), types[field]) for field, offset in offsets})
        assert set(types) == set(structs[name].fields), f"{name}: a field without an assertion"
    return structs


SPECIFIED = documented()
STRUCTS = ["Header", "SchemaHeader", "Sync", "WriterStatistics", "ReaderEntry", "Slot"]
STRUCTS += ["RecordHeader", "RecordNode", "RecordBuffer"]


def test_every_struct_of_the_code_has_a_table_and_no_other_has() -> None:
    assert set(SPECIFIED) == set(coded()) == set(STRUCTS)


@pytest.mark.parametrize("name", STRUCTS)
def test_sizes_offsets_and_types_are_those_of_the_code(name: str) -> None:
    assert SPECIFIED[name] == coded()[name]


@pytest.mark.parametrize("name", STRUCTS)
def test_fields_do_not_overlap_and_fit(name: str) -> None:
    at = 0
    sizes = {other: table.size for other, table in SPECIFIED.items()}
    for field, row in sorted(SPECIFIED[name].fields.items(), key=lambda item: item[1].offset):
        match = re.fullmatch(r"(\w+?)(?:\[(\d+)\])?", row.type)
        assert match
        assert row.offset >= at, f"{field} overlaps the field before"
        at = row.offset + {**WIDTHS, **sizes}[match[1]] * int(match[2] or 1)
    assert at <= SPECIFIED[name].size


# ---- Single numbers -------------------------------------------------------------------------------------------------


def constant(name: str) -> int:
    """A constant of native/src/layout."""
    match = re.search(rf"constexpr [\w:]+ {name} = (~?)(?:std::uint64_t\{{)?(0x[0-9a-fA-F]+|\d+)\}}?;", CODE)
    assert match, name
    value = int(match[2], 0)
    return ~value & (2**64 - 1) if match[1] else value


def test_the_magic_is_as_written() -> None:
    assert constant("kMagic").to_bytes(8, "little") == b"QADSWAP1"
    assert "the eight bytes `QADSWAP1`" in DOCUMENT


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("kMajor", r"\| major \| layout version: (\d+)\."),
        ("kMinor", r"\| minor \| (\d+)\."),
        ("kMajor", r"# The segment: layout (\d+)\.\d+"),
        ("kMinor", r"# The segment: layout \d+\.(\d+)"),
        ("kByteOrderMark", r"\| byte_order \| (0x[0-9a-f]+)"),
        ("kMaxReaders", r"\| reader_capacity \| 1 to (\d+)"),
        ("kMaxSlots", r"\| slot_count \| 1 to (\d+)"),
        ("kOverflowBlock", r"\| overflow \| (\d+) block"),
        ("kOverflowDropOldest", r"\| overflow \| 0 block, (\d+) drop_oldest"),
        ("kUntilDrained", r"\| lifetime \| (\d+) until drained"),
        ("kUntilClosed", r"\| lifetime \| 1 until drained, (\d+) until closed"),
        ("kKeep", r"\| lifetime \| 1 until drained, 2 until closed, (\d+) keep"),
        ("kWriterLockByte", r"\| (\d+) \| the writer, from before"),
        ("kFinished", r"\| end_kind \|.*?: (\d+) finished"),
        ("kClosedUnfinished", r"\| end_kind \|.*?(\d+) closed without finish"),
        ("kFree", r"\| (\d+) \| free \|"),
        ("kClaimed", r"\| (\d+) \| claimed \|"),
        ("kActive", r"\| (\d+) \| active \|"),
        ("kEvicted", r"\| (\d+) \| evicted \|"),
        ("kClosing", r"\| (\d+) \| closing \|"),
        ("kFirstOfMessage", r"\| flags \| (\d+) first batch"),
        ("kLastOfMessage", r"\| flags \| 1 first batch of its message, (\d+) last"),
        ("kBufferAlignment", r"\| offset \| in the data section, a multiple of (\d+); 2\^64"),
        ("kLinePair", r"lie (\d+) bytes apart"),
    ],
)
def test_constants_are_those_of_the_code(name: str, sentence: str) -> None:
    match = re.search(sentence, DOCUMENT)
    assert match, f"the document has no such sentence: {sentence}"
    assert int(match[1], 0) == constant(name)


@pytest.mark.parametrize("name", ["kOpen", "kInvalid", "kAbsent"])
def test_words_of_all_ones_are_all_ones(name: str) -> None:
    assert constant(name) == 2**64 - 1


def test_reader_locks_order_entries_and_places_in_the_sync_section_are_computed_as_written() -> None:
    assert "reader_lock_byte(std::uint32_t entry) { return 2049 + entry; }" in CODE
    assert "| 2049 + entry |" in DOCUMENT
    assert "return (sequence & kSequenceMask) << 16 | (slot + 1);" in CODE
    assert "`(s mod 2^48) * 65536 + slot number + 1`" in DOCUMENT
    assert "return generation << 8 | state;" in CODE
    assert "generation * 256 + state" in DOCUMENT
    assert f"| {SPECIFIED['Sync'].size} | the order ring" in DOCUMENT
    assert "order_offset() + std::uint64_t{order_count} * sizeof(Word64), kLinePair" in CODE
    assert f"| {SPECIFIED['Sync'].size} + 8 * `order_count`, rounded up to 128 | the slots" in DOCUMENT


def test_the_checksum_is_as_written() -> None:
    assert "0xcbf29ce484222325" in CODE
    assert "0xcbf29ce484222325" in DOCUMENT
    assert "0x100000001b3" in CODE
    assert "0x100000001b3" in DOCUMENT


def test_the_version_of_the_schemas_encoding_is_as_written() -> None:
    match = re.search(r"kCodecVersion = (\d+);", CODEC)
    assert match
    assert f"| u32 | version of this encoding: {match[1]} |" in DOCUMENT


# ---- A reader made from the document --------------------------------------------------------------------------------

FORMATS = {"u32": "<I", "a32": "<I", "u64": "<Q", "a64": "<Q"}
ALL_ONES = 2**64 - 1
BUFFERS = {"n": 0, "+r": 0, "+s": 1, "+w": 1, "+us": 1, "u": 3, "z": 3, "U": 3, "Z": 3, "+vl": 3, "+vL": 3}
"""Buffers of a node by its format, without a view's data buffers; two for all others."""


def checksum(data: bytes) -> int:
    """FNV-1a."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


@dataclass(frozen=True)
class View:
    """Bytes of the file that a table describes."""

    data: bytes
    at: int
    table: Struct

    def __getitem__(self, field: str) -> int:
        """The value of an integer field."""
        row = self.table.fields[field]
        (value,) = struct.unpack_from(FORMATS[row.type], self.data, self.at + row.offset)
        assert isinstance(value, int)
        return value


@dataclass(frozen=True)
class Node:
    """A node of the stored schema."""

    format: str
    name: str
    flags: int
    metadata: bytes
    children: tuple[Node, ...]
    dictionary: Node | None


class SchemaDecoder:
    """Section 5."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        version, self.count = struct.unpack_from("<II", data)
        assert version == 1
        self.at = 8

    def node(self) -> Node:
        flags, children, dictionary, *lengths, reserved = struct.unpack_from("<qIIIIII", self.data, self.at)
        assert reserved == 0
        self.at += 32
        texts = []
        for length in lengths:
            texts.append(self.data[self.at : self.at + length])
            self.at += length
        while self.at % 8 != 0:
            assert self.data[self.at] == 0
            self.at += 1
        self.count -= 1
        nodes = tuple(self.node() for _ in range(children))
        values = self.node() if dictionary else None
        return Node(texts[0].decode(), texts[1].decode(), flags, texts[2], nodes, values)

    def decode(self) -> Node:
        root = self.node()
        assert self.count == 0
        assert self.at == len(self.data)
        return root


class Segment:
    """Sections 3 to 7, for a file at rest."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        header = self.view("Header", 0)
        self.header = header
        assert data[:8] == b"QADSWAP1"
        assert header["checksum"] == checksum(data[: header.table.offset("checksum")])
        assert header["file_size"] == len(data)
        schema = self.view("SchemaHeader", header["schema_offset"])
        begin = schema.at + schema.table.size
        encoded = data[begin : begin + schema["length"]]
        assert schema["checksum"] == checksum(encoded)
        self.schema = SchemaDecoder(encoded).decode()
        self.sync = self.view("Sync", header["sync_offset"])
        assert self.sync["schema_state"] == 1

    def view(self, name: str, at: int) -> View:
        return View(self.data, at, SPECIFIED[name])

    def batches(self) -> list[View]:
        """The slots of all batches that are retained, in order."""
        count = self.header["order_count"]
        order = self.sync.at + SPECIFIED["Sync"].size
        slots = self.sync.at + -(-(SPECIFIED["Sync"].size + 8 * count) // 128) * 128
        found = []
        for sequence in range(self.sync["tail"], self.sync["head"]):
            (entry,) = struct.unpack_from("<Q", self.data, order + 8 * (sequence % count))
            assert entry >> 16 == sequence % 2**48
            slot = self.view("Slot", slots + SPECIFIED["Slot"].size * (entry % 65536 - 1))
            assert slot["sequence"] == sequence
            found.append(slot)
        return found

    def record(self, slot: View) -> Record:
        return Record(self, self.header["data_offset"] + slot["record_offset"])


class Record:
    """Sections 7 and 8: a record as arrays."""

    def __init__(self, segment: Segment, at: int) -> None:
        self.segment = segment
        header = segment.view("RecordHeader", at)
        self.rows = header["rows"]
        at += header.table.size
        self.nodes = []
        for _ in range(header["node_count"]):
            node = segment.view("RecordNode", at)
            self.nodes.append((node["length"], node["null_count"], node["buffer_count"]))
            at += node.table.size
        self.buffers: list[bytes | None] = []
        for _ in range(header["buffer_count"]):
            buffer = segment.view("RecordBuffer", at)
            self.buffers.append(self.bytes(buffer["offset"], buffer["length"]))
            at += buffer.table.size

    def bytes(self, offset: int, length: int) -> bytes | None:
        if offset == ALL_ONES:
            assert length == 0
            return None
        assert offset % 64 == 0
        begin = self.segment.header["data_offset"] + offset
        return self.segment.data[begin : begin + length]

    def array(self, node: Node, wanted: pa.DataType) -> pa.Array:
        """The next node with its children and dictionary, in pre-order."""
        length, nulls, count = self.nodes.pop(0)
        expected = BUFFERS.get(node.format.split(":")[0], 2)
        is_view = node.format in ("vu", "vz")
        assert count >= expected if is_view else count == expected, node
        buffers = [None if b is None else pa.py_buffer(b) for b in self.buffers[:count]]
        del self.buffers[:count]
        own = wanted.index_type if node.dictionary else wanted
        children = [self.array(child, self.child_type(own, i)) for i, child in enumerate(node.children)]
        if node.format.startswith(("+us", "+ud")):
            buffers.insert(0, None)  # libarrow's place for a union's validity
        if node.format in ("n", "+r"):
            buffers = [None]
        array = pa.Array.from_buffers(own, length, buffers, nulls, 0, children or None)
        if node.dictionary is None:
            return array
        values = self.array(node.dictionary, wanted.value_type)
        return pa.DictionaryArray.from_arrays(array, values, ordered=bool(node.flags & 1))

    @staticmethod
    def child_type(parent: pa.DataType, number: int) -> pa.DataType:
        if pa.types.is_run_end_encoded(parent):
            return parent.run_end_type if number == 0 else parent.value_type
        return parent.field(number).type


def test_a_reader_made_from_the_document_reads_the_golden_segment() -> None:
    golden = ROOT / "tests/golden"
    expected = pa.ipc.open_stream((golden / "golden.stream").read_bytes()).read_all().to_batches()
    segment = Segment((golden / "segment_v1.0.qads").read_bytes())
    assert segment.schema.format == "+s"
    assert [node.name for node in segment.schema.children] == expected[0].schema.names
    slots = segment.batches()
    assert len(slots) == len(expected)
    for slot, batch in zip(slots, expected, strict=True):
        record = segment.record(slot)
        assert slot["rows"] == record.rows == batch.num_rows
        length, nulls, count = record.nodes.pop(0)
        assert (length, nulls, count) == (batch.num_rows, 0, 1)
        assert record.buffers.pop(0) is None
        for node, column in zip(segment.schema.children, batch.columns, strict=True):
            array = record.array(node, column.type)
            array.validate(full=True)
            assert array.null_count == column.null_count
            assert array.equals(column), node.name
        assert not record.nodes
        assert not record.buffers
    assert segment.sync["end"] == segment.sync["head"] == len(slots)
    assert segment.sync["end_kind"] == 1
