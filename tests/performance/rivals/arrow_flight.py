"""Arrow Flight over a Unix socket or TCP: the producer is the server, the consumer asks by DoGet, connected once."""

from __future__ import annotations

import ctypes

import pyarrow as pa
import pyarrow.flight as flight

from tests.performance.rivals.base import Place, Receiver, Sender

_BATCH_BYTES = 4 << 20
"""Flight sends what one batch holds as one message; in smaller ones both sides work at the same time."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Of malloc.h."""


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


class _FlightSender(Sender):
    """Answers in threads of its own."""

    def __init__(self, place: Place, batch: pa.RecordBatch, location: str) -> None:
        super().__init__(place, batch)
        self.server = _Server(location, self.table)

    def send(self) -> None:
        """Nothing: it is asked."""

    def close(self) -> None:
        """Stops the server."""
        self.server.shutdown()
        self.server.wait()


class _FlightReceiver(Receiver):
    """One client for all tables."""

    def __init__(self, place: Place, location: str) -> None:
        super().__init__(place)
        _keep_freed_memory()
        self.client = flight.connect(location)

    def receive(self) -> pa.Table:
        """Asks for the table."""
        return self.client.do_get(flight.Ticket(b"table")).read_all()

    def close(self) -> None:
        """Disconnects."""
        self.client.close()


def _unix(place: Place) -> str:
    return f"grpc+unix://{place.directory / 'flight.sock'}"


class UnixSender(_FlightSender):
    """Listens on a Unix socket."""

    def __init__(self, place: Place, batch: pa.RecordBatch) -> None:
        """Starts the server."""
        super().__init__(place, batch, _unix(place))


class UnixReceiver(_FlightReceiver):
    """Asks over a Unix socket."""

    def __init__(self, place: Place) -> None:
        """Connects."""
        super().__init__(place, _unix(place))


_LOCALHOST = "grpc://127.0.0.1"


class TcpSender(_FlightSender):
    """Listens on a port of this machine."""

    def __init__(self, place: Place, batch: pa.RecordBatch) -> None:
        """Starts the server on any free port, and leaves its number."""
        super().__init__(place, batch, f"{_LOCALHOST}:0")
        (place.directory / "flight.port").write_text(str(self.server.port))


class TcpReceiver(_FlightReceiver):
    """Asks over TCP."""

    def __init__(self, place: Place) -> None:
        """Connects."""
        super().__init__(place, f"{_LOCALHOST}:{(place.directory / 'flight.port').read_text()}")
