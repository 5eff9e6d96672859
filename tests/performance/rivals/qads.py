"""QADataSwap: one segment for all tables, its memory reused; or, cold, a new one for each."""

from __future__ import annotations

import pyarrow as pa
import qadataswap

from tests.performance.rivals.base import TIMEOUT_MS, Place, Receiver, Sender

_LEAST_CAPACITY = 256 << 20
_TABLES = 3
"""The data area has room for so many tables; memory is taken only as it is used."""


def _name(kind: str) -> str:
    return f"benchmark-{kind}"


class QadsSender(Sender):
    """One copy into the segment."""

    kind = "copied"

    def __init__(self, place: Place, batch: pa.RecordBatch) -> None:
        """Creates the segment."""
        super().__init__(place, batch)
        self.writer = qadataswap.create_writer(
            _name(self.kind),
            directory=place.directory,
            capacity=max(_LEAST_CAPACITY, _TABLES * batch.get_total_buffer_size()),
            timeout_ms=TIMEOUT_MS,
        )

    def send(self) -> None:
        """As any user would."""
        self.writer.write_arrow(self.table)

    def close(self) -> None:
        """Ends the stream."""
        self.writer.finish()
        self.writer.close()


class QadsReceiver(Receiver):
    """A table that lies in the segment."""

    kind = QadsSender.kind
    wait = "adaptive"

    def __init__(self, place: Place) -> None:
        """Attaches."""
        super().__init__(place)
        self.reader = qadataswap.create_reader(
            _name(self.kind),
            directory=place.directory,
            timeout_ms=TIMEOUT_MS,
            wait=self.wait,
        )

    def receive(self) -> pa.Table:
        """As any user would."""
        table = self.reader.read_arrow()
        if table is None:
            raise TimeoutError(f"no table within {TIMEOUT_MS} ms")
        return table

    def close(self) -> None:
        """Gives up the place."""
        self.reader.close()


class QadsBusySender(QadsSender):
    """The same, for a reader that spins."""

    kind = "busy"


class QadsBusyReceiver(QadsReceiver):
    """Never sleeps."""

    kind = QadsBusySender.kind
    wait = "busy"


class QadsInPlaceSender(QadsSender):
    """The table was built in the segment: nothing is copied."""

    kind = "in-place"

    def __init__(self, place: Place, batch: pa.RecordBatch) -> None:
        """Builds it, once: publishing the same memory again costs the same."""
        super().__init__(place, batch)
        self.table = pa.Table.from_arrays(
            [self._built_in_place(column) for column in batch.columns], batch.schema.names
        )

    def _built_in_place(self, column: pa.Array) -> pa.Array:
        there = [None if buffer is None else self._copied(buffer) for buffer in column.buffers()]
        return pa.Array.from_buffers(column.type, len(column), there, column.null_count)

    def _copied(self, buffer: pa.Buffer) -> pa.Buffer:
        there = self.writer.allocate(buffer.size)
        memoryview(there).cast("B")[:] = memoryview(buffer).cast("B")
        return pa.py_buffer(there)

    def close(self) -> None:
        """The table's memory is the segment's."""
        del self.table
        super().close()


class QadsInPlaceReceiver(QadsReceiver):
    """Spins, because being woken would be most of what is measured."""

    kind = QadsInPlaceSender.kind
    wait = "busy"


class QadsColdSender(Sender):
    """The first table through a new segment, each time; both sides count."""

    def __init__(self, place: Place, batch: pa.RecordBatch) -> None:
        """Nothing is there yet."""
        super().__init__(place, batch)
        self.number = 0
        self.writer: qadataswap.Writer | None = None

    def send(self) -> None:
        """Creates the segment and writes."""
        self.writer = qadataswap.create_writer(
            _name(f"cold-{self.number}"),
            directory=self.place.directory,
            capacity=max(_LEAST_CAPACITY, _TABLES * self.batch.get_total_buffer_size()),
            timeout_ms=TIMEOUT_MS,
        )
        self.writer.write_arrow(self.table)

    def settle(self) -> None:
        """Removes it."""
        if self.writer is not None:
            self.writer.finish()
            self.writer.close()
            qadataswap.remove_segment(_name(f"cold-{self.number}"), unread=True, directory=self.place.directory)
            self.number += 1
            self.writer = None

    def close(self) -> None:
        """The same, if a turn was broken off."""
        self.settle()


class QadsColdReceiver(Receiver):
    """Waits for each segment, and attaches to it."""

    def __init__(self, place: Place) -> None:
        """Nothing is there yet."""
        super().__init__(place)
        self.number = 0
        self.reader: qadataswap.Reader | None = None

    def receive(self) -> pa.Table:
        """As any user would."""
        self.reader = qadataswap.create_reader(
            _name(f"cold-{self.number}"),
            directory=self.place.directory,
            attach_timeout_ms=TIMEOUT_MS,
            timeout_ms=TIMEOUT_MS,
        )
        self.number += 1
        table = self.reader.read_arrow()
        if table is None:
            raise TimeoutError(f"no table within {TIMEOUT_MS} ms")
        return table

    def release(self) -> None:
        """Gives up the place."""
        if self.reader is not None:
            self.reader.close()
            self.reader = None

    def close(self) -> None:
        """The same, if a turn was broken off."""
        self.release()
