"""What every way of handing a table over has to offer: one end for each process."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow as pa

TIMEOUT_MS = 60_000


@dataclass(frozen=True)
class Place:
    """Where the two ends meet."""

    directory: Path
    """In shared memory; emptied by who made it."""
    notices: Connection
    """A pipe from producer to consumer, for those that don't come with a way to wake the other side."""


class Sender(ABC):
    """The producer's end. Made once; what is made once isn't measured."""

    def __init__(self, place: Place, batch: pa.RecordBatch) -> None:
        """batch: the table, in this process's own memory."""
        self.place = place
        self.batch = batch
        self.table = pa.Table.from_batches([batch])

    @abstractmethod
    def send(self) -> None:
        """Hands the table over; measured from its first moment."""

    def settle(self) -> None:  # noqa: B027 (most have nothing to do)
        """After the consumer has let go of the table; not measured."""

    def close(self) -> None:  # noqa: B027 (most have nothing to do)
        """Gives everything back."""


class Receiver(ABC):
    """The consumer's end."""

    def __init__(self, place: Place) -> None:
        """The sender exists already."""
        self.place = place

    @abstractmethod
    def receive(self) -> pa.Table:
        """Waits for the table, asleep."""

    def release(self) -> None:  # noqa: B027 (most have nothing to do)
        """After the table is gone; not measured."""

    def close(self) -> None:  # noqa: B027 (most have nothing to do)
        """Gives everything back."""


@dataclass(frozen=True)
class Rival:
    """One way, as the table of results has it."""

    name: str
    text: str
    sender: type[Sender]
    receiver: type[Receiver] | None
    """None: a floor, which hands nothing over; only sending is measured."""
    pulls: bool = False
    """The consumer asks for the table: the clock starts when it does."""
    java: bool = False
    """There is a sender in Java too: java/src/test/java/io/qadataswap/benchmarks/TableWriter.java."""
