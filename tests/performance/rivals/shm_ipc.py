"""multiprocessing.shared_memory with an Arrow IPC stream in it, which the consumer reads without a copy."""

from __future__ import annotations

from multiprocessing.shared_memory import SharedMemory

import pyarrow as pa

from tests.performance.rivals.base import Place, Receiver, Sender


def _stream_bytes(table: pa.Table) -> int:
    sink = pa.MockOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return int(sink.size())


def _write(table: pa.Table, memory: SharedMemory) -> None:
    with pa.FixedSizeBufferWriter(pa.py_buffer(memory.buf)) as sink, pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)


def _read(memory: SharedMemory) -> pa.Table:
    with pa.ipc.open_stream(pa.py_buffer(memory.buf)) as stream:
        return stream.read_all()


class FreshSender(Sender):
    """New memory for each table."""

    def __init__(self, place: Place, batch: pa.RecordBatch) -> None:
        """Sizing the stream isn't measured."""
        super().__init__(place, batch)
        self.size = _stream_bytes(self.table)
        self.memory: SharedMemory | None = None

    def send(self) -> None:
        """Writes, and tells the name."""
        self.memory = SharedMemory(create=True, size=self.size)
        _write(self.table, self.memory)
        self.place.notices.send_bytes(self.memory.name.encode())

    def settle(self) -> None:
        """Unlinks the memory: the consumer has closed it."""
        if self.memory is not None:
            self.memory.close()
            self.memory.unlink()
            self.memory = None

    def close(self) -> None:
        """The same, if a turn was broken off."""
        self.settle()


class FreshReceiver(Receiver):
    """Maps each table's memory."""

    memory: SharedMemory | None = None

    def receive(self) -> pa.Table:
        """Waits for the name."""
        self.memory = SharedMemory(self.place.notices.recv_bytes().decode())
        return _read(self.memory)

    def release(self) -> None:
        """Unmaps it."""
        if self.memory is not None:
            self.memory.close()
            self.memory = None


class ReusedSender(Sender):
    """The same memory for all tables: warm after the first."""

    def __init__(self, place: Place, batch: pa.RecordBatch) -> None:
        """Makes the memory."""
        super().__init__(place, batch)
        self.memory = SharedMemory(create=True, size=_stream_bytes(self.table))

    def send(self) -> None:
        """Writes, and tells the name."""
        _write(self.table, self.memory)
        self.place.notices.send_bytes(self.memory.name.encode())

    def close(self) -> None:
        """Unlinks the memory."""
        self.memory.close()
        self.memory.unlink()


class ReusedReceiver(Receiver):
    """Maps the memory once."""

    memory: SharedMemory | None = None

    def receive(self) -> pa.Table:
        """Waits for the notice."""
        name = self.place.notices.recv_bytes().decode()
        if self.memory is None:
            self.memory = SharedMemory(name)
        return _read(self.memory)

    def close(self) -> None:
        """Unmaps it."""
        if self.memory is not None:
            self.memory.close()
