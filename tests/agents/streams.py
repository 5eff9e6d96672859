"""Arrow IPC stream files: reading, what a writer's options make of them, and comparing bit by bit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa


@dataclass(frozen=True)
class Stream:
    """The content of one file."""

    schema: pa.Schema
    batches: list[pa.RecordBatch]

    @property
    def rows(self) -> int:
        """In all batches together."""
        return sum(batch.num_rows for batch in self.batches)

    def sliced(self, offset: int, length: int) -> Stream:
        """What `--slice offset:length` writes."""
        return Stream(self.schema, [batch.slice(min(offset, batch.num_rows), length) for batch in self.batches])

    def repeated(self, times: int) -> Stream:
        """What `--repeat times` writes."""
        return Stream(self.schema, self.batches * times)

    def part(self, first: int, last: int) -> Stream:
        """The batches [first, last)."""
        return Stream(self.schema, self.batches[first:last])


def load(path: Path) -> Stream:
    """The whole file, checked for validity as far as `check` can ask for it."""
    with pa.ipc.open_stream(path.read_bytes()) as reader:
        return Stream(reader.schema, list(reader))


def save(path: Path, schema: pa.Schema, batches: list[pa.RecordBatch]) -> Path:
    """Writes a file."""
    with pa.ipc.new_stream(path, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return path


def _is_valid(batch: pa.RecordBatch) -> bool:
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _bits(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Floating-point columns as the integers of the same bits: a NaN isn't equal to itself."""
    as_bits = {pa.float16(): pa.int16(), pa.float32(): pa.int32(), pa.float64(): pa.int64()}
    if not any(pa.types.is_floating(field.type) for field in batch.schema):
        return batch
    columns = [
        column.view(as_bits[column.type]) if pa.types.is_floating(column.type) else column for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def assert_same_batch(got: pa.RecordBatch, wanted: pa.RecordBatch, where: str) -> None:
    """Fails unless the two are equal in every bit that means something."""
    assert got.num_rows == wanted.num_rows, f"{where}: {got.num_rows} rows instead of {wanted.num_rows}"
    if _is_valid(wanted):  # some golden decimals have more digits than their type says
        got.validate(full=True)
    else:
        got.validate()
    assert _bits(got).equals(_bits(wanted), check_metadata=True), f"{where}: other values\n{got}\n{wanted}"


def _ordered_flags(schema: pa.Schema) -> list[bool]:
    return [field.type.ordered for field in schema if pa.types.is_dictionary(field.type)]


def assert_same_schema(got: pa.Schema, wanted: pa.Schema) -> None:
    """Fails unless names, types, flags, and metadata at every level are equal."""
    assert got.equals(wanted, check_metadata=True), f"schema is\n{got}\ninstead of\n{wanted}"
    assert _ordered_flags(got) == _ordered_flags(wanted)


def assert_same(got: Stream, wanted: Stream) -> None:
    """Fails unless the two have the same schema and the same batches, in the same order."""
    assert_same_schema(got.schema, wanted.schema)
    assert len(got.batches) == len(wanted.batches), f"{len(got.batches)} batches instead of {len(wanted.batches)}"
    for number, (one, other) in enumerate(zip(got.batches, wanted.batches, strict=True)):
        assert_same_batch(one, other, f"batch {number}")


def assert_same_rows(got: Stream, wanted: Stream) -> None:
    """Fails unless the two have the same schema and the same rows in the same order, whatever the batches are."""
    assert_same_schema(got.schema, wanted.schema)
    one, other = (pa.Table.from_batches(stream.batches, stream.schema).combine_chunks() for stream in (got, wanted))
    assert_same(Stream(got.schema, one.to_batches()), Stream(wanted.schema, other.to_batches()))


def assert_prefix(got: Stream, wanted: Stream, times: int = 1) -> None:
    """Fails unless `got` is how `wanted`, `times` over, begins. Compares whole tables: fast, but not for NaN."""
    assert_same_schema(got.schema, wanted.schema)
    count, period = len(got.batches), max(1, len(wanted.batches))
    assert count <= times * period, f"{count} batches, only {times * period} were written"
    begin = [wanted.batches[number % period] for number in range(count)]
    assert [batch.num_rows for batch in got.batches] == [batch.num_rows for batch in begin]
    table = pa.Table.from_batches(got.batches, got.schema)
    table.validate(full=True)
    if not table.equals(pa.Table.from_batches(begin, got.schema)):
        for number, (one, other) in enumerate(zip(got.batches, begin, strict=True)):
            assert_same_batch(one, other, f"batch {number}")
        raise AssertionError("the tables differ, their batches don't")
