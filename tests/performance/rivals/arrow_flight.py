"""Arrow Flight over a Unix socket: the producer is the server, the consumer asks by DoGet over a kept connection."""

from __future__ import annotations

import ctypes

import pyarrow as pa
import pyarrow.flight as flight

from tests.performance.rivals.base import Place, Receiver, Sender

_BATCH_BYTES = 4 << 20
"""Flight sends what one batch holds as one message; in smaller ones both sides work at the same time."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Of malloc.h."""


def _location(place: Place) -> str:
    return f"grpc+unix://{place.directory / 'flight.sock'}"


def _keep_freed_memory() -> None:
    # gRPC's messages come from malloc. Left alone, it gives them back to the kernel after each table and takes new
    # pages for the next, which doubles Flight's time.
    malloc = ctypes.CDLL(None)
    for option, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, 32 << 20), (_TRIM_THRESHOLD, (1 << 31) - 1)):
        if malloc.mallopt(option, value) != 1:
            raise OSError(f"mallopt({option}, {value}) failed")


class _Server(flight.FlightServerBase):  # type: ignore[misc] # pyarrow has no types
    def __init__(self, location: str, table: pa.Table) -> None:
        super().__init__(location)
        self._schema = table.schema
        rows = max(1, table.num_rows * _BATCH_BYTES // max(1, table.get_total_buffer_size()))
        self._batches = table.to_batches(max_chunksize=rows)

    def do_get(self, context: object, ticket: object) -> flight.RecordBatchStream:
        return flight.RecordBatchStream(pa.RecordBatchReader.from_batches(self._schema, self._batches))


class FlightSender(Sender):
    """Answers in threads of its own."""

    def __init__(self, place: Place, batch: pa.RecordBatch) -> None:
        """Starts the server."""
        super().__init__(place, batch)
        self.server = _Server(_location(place), self.table)

    def send(self) -> None:
        """Nothing: it is asked."""

    def close(self) -> None:
        """Stops the server."""
        self.server.shutdown()
        self.server.wait()


class FlightReceiver(Receiver):
    """One client for all tables."""

    def __init__(self, place: Place) -> None:
        """Connects."""
        super().__init__(place)
        _keep_freed_memory()
        self.client = flight.connect(_location(place))

    def receive(self) -> pa.Table:
        """Asks for the table."""
        return self.client.do_get(flight.Ticket(b"table")).read_all()

    def close(self) -> None:
        """Disconnects."""
        self.client.close()
