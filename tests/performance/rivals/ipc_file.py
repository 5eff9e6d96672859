"""A new Arrow IPC file in shared memory for each table, memory-mapped by the consumer."""

from __future__ import annotations

import pyarrow as pa

from tests.performance.rivals.base import Receiver, Sender

FILE = "table.arrow"


class IpcFileSender(Sender):
    """Writes it by write(2): faster than through a mapping, whose pages would be new too."""

    def send(self) -> None:
        """Writes, and tells the path."""
        path = self.place.directory / FILE
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, self.table.schema) as file:
            file.write_table(self.table)
        self.place.notices.send_bytes(str(path).encode())

    def settle(self) -> None:
        """Removes the file."""
        (self.place.directory / FILE).unlink()


class IpcFileReceiver(Receiver):
    """Reads without a copy."""

    def receive(self) -> pa.Table:
        """Waits for the path."""
        path = self.place.notices.recv_bytes().decode()
        return pa.ipc.open_file(pa.memory_map(path)).read_all()
