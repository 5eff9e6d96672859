"""Plasma, which pyarrow had until version 11: an object for each table, written as its documentation shows."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
from pyarrow import plasma

from tests.performance.rivals.base import TIMEOUT_MS, Place, Receiver, Sender

_LEAST_STORE = 256 << 20
_TABLES = 3
_ID_BYTES = 20


def _socket(place: Place) -> str:
    return str(place.directory / "plasma.sock")


def _connect(place: Place) -> plasma.PlasmaClient:
    return plasma.connect(_socket(place), num_retries=100)


def _object_ids() -> itertools.count[int]:
    # Both sides count, so that the consumer can wait for an object that isn't there yet.
    return itertools.count()


def _object_id(number: int) -> plasma.ObjectID:
    return plasma.ObjectID(number.to_bytes(_ID_BYTES, "big"))


class PlasmaSender(Sender):
    """Starts the store, and creates objects in it."""

    def __init__(self, place: Place, batch: pa.RecordBatch) -> None:
        """The store may use any core."""
        super().__init__(place, batch)
        sink = pa.MockOutputStream()
        self._write(sink)
        self.size = sink.size()
        room = max(_LEAST_STORE, _TABLES * batch.get_total_buffer_size())
        self.store = subprocess.Popen(
            [str(Path(sys.executable).with_name("plasma_store")), "-m", str(room), "-s", _socket(place)],
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, set(place.cores)),
        )
        while not Path(_socket(place)).exists():
            time.sleep(0.01)
        self.client = _connect(place)
        self.numbers = _object_ids()
        self.current: plasma.ObjectID | None = None

    def _write(self, sink: pa.NativeFile) -> None:
        with pa.ipc.new_stream(sink, self.table.schema) as stream:
            stream.write_table(self.table)

    def send(self) -> None:
        """Sealing wakes who waits for the object."""
        self.current = _object_id(next(self.numbers))
        self._write(pa.FixedSizeBufferWriter(self.client.create(self.current, self.size)))
        self.client.seal(self.current)

    def settle(self) -> None:
        """Removes the object."""
        self.client.delete([self.current])

    def close(self) -> None:
        """Stops the store."""
        self.client.disconnect()
        self.store.terminate()
        self.store.wait()


class PlasmaReceiver(Receiver):
    """Reads without a copy."""

    def __init__(self, place: Place) -> None:
        """Connects."""
        super().__init__(place)
        self.client = _connect(place)
        self.numbers = _object_ids()

    def receive(self) -> pa.Table:
        """Waits for the next object."""
        [buffer] = self.client.get_buffers([_object_id(next(self.numbers))], timeout_ms=TIMEOUT_MS)
        return pa.ipc.open_stream(buffer).read_all()

    def close(self) -> None:
        """Disconnects."""
        self.client.disconnect()
