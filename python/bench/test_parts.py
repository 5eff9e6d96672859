"""What the parts of a hand-over cost in Python, beside what the libraries themselves do inside one process.

`python/bench/parts.py` runs these with pytest-benchmark and writes the table; the ordinary tests don't. A round of each
does GROUP batches of 10 columns and 1,000 numbers; what isn't measured, such as writing what is to be read, is done
before it.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
import qadataswap
import qadataswap.polars as qp

GROUP = 16
ROUNDS = 400
STRUCT_BYTES = 80  # of struct ArrowArray

COLUMNS = {f"c{number}": np.arange(1000) + number for number in range(10)}
BATCH = pa.record_batch(COLUMNS)
FRAME = pl.DataFrame(BATCH)

Setup = Callable[[], object]
Part = Callable[[Any], object]


class Channel:
    """A segment with both its ends."""

    def __init__(self, writer: qadataswap.Writer, reader: qadataswap.Reader) -> None:
        """The schema is known from here on."""
        self.writer, self.reader = writer, reader
        for read in (reader.read_record_batch, lambda: qp.read_frame(reader)):
            writer.write_arrow(BATCH)
            read()

    def put(self) -> None:
        """A group to read."""
        for _ in range(GROUP):
            self.writer.write_arrow(BATCH)

    def drain(self) -> None:
        """Reads what is there."""
        while (batch := self.reader.read_batch(0)) is not None:
            batch.release()


@pytest.fixture
def channel() -> Iterator[Channel]:
    """A new one, with room for two groups."""
    with (
        qadataswap.create_writer(f"parts-{os.getpid()}", 2 * GROUP + 2, lifetime="until_closed") as writer,
        qadataswap.create_reader(writer.name) as reader,
    ):
        yield Channel(writer, reader)


def measure(benchmark: Any, setup: Setup, part: Part) -> None:
    """Rounds of GROUP calls, each with what `setup` made of it."""

    def prepare() -> tuple[tuple[object], dict[str, object]]:
        return (setup(),), {}

    benchmark.extra_info["calls"] = GROUP
    benchmark.pedantic(part, setup=prepare, rounds=ROUNDS, warmup_rounds=20)


def times(call: Callable[[], object]) -> Part:
    """So many calls, whose results stay until the last one."""
    return lambda _: [call() for _ in range(GROUP)]


class Held:
    """Capsules that were made before: what is measured is only their import."""

    def __init__(self) -> None:
        """Of the batch."""
        self._capsules: tuple[object, object] = BATCH.__arrow_c_array__()

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        """Once."""
        return self._capsules


class Structs:
    """A group's structs for pyarrow to export into."""

    def __init__(self) -> None:
        """Empty ones."""
        self._memory = [ctypes.create_string_buffer(STRUCT_BYTES) for _ in range(GROUP)]
        self.addresses = [ctypes.addressof(one) for one in self._memory]

    def export(self) -> None:
        """The batch into each."""
        for address in self.addresses:
            BATCH._export_to_c(address)

    def take(self, _: object = None) -> list[pa.RecordBatch]:
        """The batch from each."""
        return [pa.RecordBatch._import_from_c(address, BATCH.schema) for address in self.addresses]


def test_pyarrow_import_schema_known(benchmark: Any) -> None:
    structs = Structs()
    measure(benchmark, structs.export, structs.take)


def test_qadataswap_read_record_batch(benchmark: Any, channel: Channel) -> None:
    measure(benchmark, channel.put, times(channel.reader.read_record_batch))


def test_qadataswap_iteration(benchmark: Any, channel: Channel) -> None:
    measure(benchmark, channel.put, times(channel.reader.__next__))


def test_pyarrow_export_and_import_schema_known(benchmark: Any) -> None:
    structs = Structs()

    def both(_: object) -> list[pa.RecordBatch]:
        structs.export()
        return structs.take()

    measure(benchmark, lambda: None, both)


def test_qadataswap_write_and_read_record_batch(benchmark: Any, channel: Channel) -> None:
    def both() -> None:
        channel.writer.write_arrow(BATCH)
        channel.reader.read_record_batch()

    measure(benchmark, channel.drain, times(both))


def test_qadataswap_write_record_batch(benchmark: Any, channel: Channel) -> None:
    measure(benchmark, channel.drain, times(lambda: channel.writer.write_arrow(BATCH)))


def test_qadataswap_write_frame(benchmark: Any, channel: Channel) -> None:
    measure(benchmark, channel.drain, times(lambda: channel.writer.write_arrow(FRAME)))


def test_qadataswap_read_arrow(benchmark: Any, channel: Channel) -> None:
    measure(benchmark, channel.put, times(channel.reader.read_arrow))


def test_polars_import_of_capsules(benchmark: Any) -> None:
    measure(
        benchmark, lambda: [Held() for _ in range(GROUP)], lambda held: [pl.DataFrame(capsules) for capsules in held]
    )


def test_polars_frame_of_record_batch(benchmark: Any) -> None:
    measure(benchmark, lambda: None, times(lambda: pl.DataFrame(BATCH)))


def test_polars_from_arrow(benchmark: Any) -> None:
    measure(benchmark, lambda: None, times(lambda: pl.from_arrow(BATCH)))


def test_qadataswap_read_frame(benchmark: Any, channel: Channel) -> None:
    measure(benchmark, channel.put, times(lambda: qp.read_frame(channel.reader)))


def built_in_place(writer: qadataswap.Writer, size: int) -> pa.RecordBatch:
    """A column of so many bytes in the segment, every page of which is there."""
    memory = pa.py_buffer(writer.allocate(size))
    np.frombuffer(memory, np.int64)[:: 4096 // 8] = 1
    return pa.record_batch([pa.Array.from_buffers(pa.int64(), size // 8, [None, memory])], ["number"])


@pytest.mark.parametrize("bytes_in_place", [1 << 20, 1 << 26, 1 << 30], ids=["1 MB", "64 MB", "1 GB"])
def test_qadataswap_in_place(benchmark: Any, bytes_in_place: int) -> None:
    with (
        qadataswap.create_writer(
            f"place-{os.getpid()}", GROUP + 2, capacity=bytes_in_place + (1 << 22), lifetime="until_closed"
        ) as writer,
        qadataswap.create_reader(writer.name) as reader,
    ):
        batch = built_in_place(writer, bytes_in_place)

        def both() -> None:
            writer.write_arrow(batch)
            reader.read_record_batch()

        both()
        assert writer.last_write()[0].bytes_copied == 0
        measure(benchmark, lambda: None, times(both))
