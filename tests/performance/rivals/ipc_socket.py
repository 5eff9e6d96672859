"""An Arrow IPC stream for each table over one Unix socket that stays connected."""

from __future__ import annotations

import socket

import pyarrow as pa

from tests.performance.rivals.base import Place, Receiver, Sender


def _address(place: Place) -> str:
    return str(place.directory / "ipc.sock")


class SocketSender(Sender):
    """Listens; the consumer connects once."""

    def __init__(self, place: Place, batch: pa.RecordBatch) -> None:
        """Waits for nobody yet."""
        super().__init__(place, batch)
        self.listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listening.bind(_address(place))
        self.listening.listen(1)
        self.peer: socket.socket | None = None

    def send(self) -> None:
        """A stream of one table, whose end is told."""
        if self.peer is None:
            self.peer, _ = self.listening.accept()
        with self.peer.makefile("wb") as sink, pa.ipc.new_stream(sink, self.table.schema) as stream:
            stream.write_table(self.table)

    def close(self) -> None:
        """Disconnects."""
        if self.peer is not None:
            self.peer.close()
        self.listening.close()


class SocketReceiver(Receiver):
    """Reads into memory of its own."""

    def __init__(self, place: Place) -> None:
        """Connects."""
        super().__init__(place)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(_address(place))
        self.source = self.socket.makefile("rb")

    def receive(self) -> pa.Table:
        """To the end of the stream."""
        with pa.ipc.open_stream(self.source) as stream:
            return stream.read_all()

    def close(self) -> None:
        """Disconnects."""
        self.source.close()
        self.socket.close()
