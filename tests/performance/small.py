"""What reading a small batch costs its process, the batch being there already, beside what pyarrow's own way of
importing one costs: the C Data interface, within one process.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pyarrow as pa
import qadataswap

from tests.performance import data
from tests.performance.processes import PythonPeer, cores, meeting_place
from tests.performance.rivals import Place

_BATCHES = 64
"""Read in one go, and a number is the mean of them."""
_SEGMENT = "benchmark-small"
_STRUCT_BYTES = 80
"""Of struct ArrowArray; struct ArrowSchema is smaller."""

READ = "qadataswap: read_record_batch"
IMPORT = "pyarrow: import, schema known"
EXPORT_IMPORT = "pyarrow: export and import, schema too"


class SmallProducer:
    """Writes many batches."""

    def __init__(self, place: Place) -> None:
        """Creates the segment."""
        self._batch = data.build(data.SMALL_ROWS)
        self._writer = qadataswap.create_writer(
            _SEGMENT, _BATCHES, directory=place.directory, schema=self._batch.schema
        )

    def write(self) -> None:
        """A round's."""
        for _ in range(_BATCHES):
            self._writer.write_arrow(self._batch)

    def close(self) -> None:
        """Ends the stream."""
        self._writer.finish()
        self._writer.close()


class SmallConsumer:
    """Reads them, and imports batches of its own."""

    def __init__(self, place: Place) -> None:
        """The segment exists."""
        self._batch = data.build(data.SMALL_ROWS)
        self._reader = qadataswap.create_reader(_SEGMENT, directory=place.directory)
        self._structs = [(ctypes.c_uint8 * _STRUCT_BYTES)() for _ in range(_BATCHES)]

    def measure(self) -> dict[str, float]:
        """Nanoseconds a batch."""
        if not self._read().equals(self._batch):
            raise AssertionError("another batch than was written")
        addresses = [ctypes.addressof(struct) for struct in self._structs]
        for address in addresses:
            self._batch._export_to_c(address)
        exported = iter(addresses)
        schema = self._batch.schema
        return {
            # One fewer than were written: the first was compared.
            READ: _mean(_BATCHES - 1, self._read),
            IMPORT: _mean(_BATCHES, lambda: pa.RecordBatch._import_from_c(next(exported), schema)),
            EXPORT_IMPORT: _mean(
                _BATCHES, lambda: pa.RecordBatch._import_from_c_capsule(*self._batch.__arrow_c_array__())
            ),
        }

    def _read(self) -> pa.RecordBatch:
        return self._reader.read_record_batch(0)

    def close(self) -> None:
        """Gives up the place."""
        self._reader.close()


def _mean(times: int, call: Callable[[], Any]) -> float:
    began = time.monotonic_ns()
    for _ in range(times):
        call()
    return (time.monotonic_ns() - began) / times


def read_costs(rounds: int) -> dict[str, list[float]]:
    """Nanoseconds a batch, a number a round."""
    costs: dict[str, list[float]] = {READ: [], IMPORT: [], EXPORT_IMPORT: []}
    with meeting_place() as (there, here), ExitStack() as processes:
        first, second = cores()
        producer = PythonPeer(first, here, SmallProducer)
        processes.callback(producer.close)
        consumer = PythonPeer(second, there, SmallConsumer)
        processes.callback(consumer.close)
        for number in range(rounds + 1):
            producer.ask("write")
            for name, cost in consumer.ask("measure").items():
                if number > 0:  # the first warms up
                    costs[name].append(cost)
    return costs
