"""What the two processes hold: a sender or a receiver of each way."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from tests.performance import data
from tests.performance.rivals import Place, Receiver, Sender, Store, find

Facts = tuple[int, int]
"""Rows, and the checksum of all values."""


def _facts(table: pa.Table) -> Facts:
    return table.num_rows, data.checksum(table)


class Producer:
    """Holds the table."""

    def __init__(self, place: Place, rows: int) -> None:
        """Builds it."""
        self._place = place
        self._batch = data.build(rows)
        self._senders: dict[str, Sender] = {}

    def clock(self) -> int:
        """Nanoseconds."""
        return time.monotonic_ns()

    def table(self) -> tuple[Facts, int]:
        """What the consumers must find, and the table's bytes."""
        return _facts(pa.Table.from_batches([self._batch])), self._batch.get_total_buffer_size()

    def save(self, path: Path) -> None:
        """Writes it to an Arrow IPC file, for the Java producer."""
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, self._batch.schema) as file:
            file.write_batch(self._batch)

    def open(self, names: Sequence[str]) -> None:
        """Makes the senders."""
        for name in names:
            self._senders[name] = find(name).make_sender(self._place, self._batch)

    def send(self, name: str) -> tuple[int, int]:
        """Sends the table; when that began and ended."""
        sender = self._senders[name]
        began = time.monotonic_ns()
        sender.send()
        return began, time.monotonic_ns()

    def round(self, name: str, verify: bool) -> tuple[int, int, int, Facts | None]:
        """Sends the table, of a way whose consumer isn't ours: see Consumer.receive."""
        sender = self._senders[name]
        assert isinstance(sender, Store)
        return sender.round(verify)

    def settle(self, name: str) -> None:
        """After the consumer has let go."""
        self._senders[name].settle()

    def close(self) -> None:
        """Gives everything back."""
        for sender in self._senders.values():
            sender.close()


class Consumer:
    """Takes tables."""

    def __init__(self, place: Place) -> None:
        """Nothing is open yet."""
        self._place = place
        self._receivers: dict[str, Receiver] = {}

    def clock(self) -> int:
        """Nanoseconds."""
        return time.monotonic_ns()

    def open(self, names: Sequence[str]) -> None:
        """Makes the receivers; the senders exist."""
        for name in names:
            if (receiver := find(name).make_receiver(self._place)) is not None:
                self._receivers[name] = receiver

    def receive(self, name: str, verify: bool) -> tuple[int, int, int, Facts | None]:
        """Takes one table: when that began, when the table was usable, and when all pages were touched."""
        receiver = self._receivers[name]
        began = time.monotonic_ns()
        table = receiver.receive()
        usable = time.monotonic_ns()
        data.touch(table)
        touched = time.monotonic_ns()
        facts = _facts(table) if verify else None
        del table
        receiver.release()
        return began, usable, touched, facts

    def close(self) -> None:
        """Gives everything back."""
        for receiver in self._receivers.values():
            receiver.close()
