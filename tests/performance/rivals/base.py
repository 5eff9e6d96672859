"""What every way of handing a table over has to offer: one end for each process."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import pyarrow as pa

TIMEOUT_MS = 60_000


@dataclass(frozen=True)
class Place:
    """Where the two ends meet."""

    directory: Path
    """In shared memory; emptied by who made it."""
    notices: Connection
    """A pipe from producer to consumer, for those that don't come with a way to wake the other side."""
    queue: Queue[Any]
    """From producer to consumer."""
    cores: tuple[int, int]
    """The producer's and the consumer's."""


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


class Store(Sender):
    """A way that has processes of its own, the consumer's among them, and so makes whole rounds."""

    def send(self) -> None:
        """Only whole rounds are made."""
        raise NotImplementedError

    @abstractmethod
    def round(self, verify: bool) -> tuple[int, int, int, Any]:
        """When it began, when the table was usable and when it was touched; and what it was, if that is asked for."""


@dataclass(frozen=True)
class Rival:
    """One way, as the table of results has it. Its module is imported only where it takes part: not every Python has
    what every way needs.
    """

    name: str
    text: str
    module: str
    """In tests.performance.rivals."""
    sender: str
    receiver: str | None = None
    """None: it makes whole rounds, or is a floor."""
    pulls: bool = False
    """The consumer asks for the table: the clock starts when it does."""
    java: bool = False
    """There is a sender in Java too: java/src/test/java/io/qadataswap/benchmarks/TableWriter.java."""
    apart: bool = False
    """It has servers of its own, which would disturb the others: it doesn't take turns with them."""

    def make_sender(self, place: Place, batch: pa.RecordBatch) -> Sender:
        """In the producer."""
        made: Sender = getattr(self._module(), self.sender)(place, batch)
        return made

    def make_receiver(self, place: Place) -> Receiver | None:
        """In the consumer."""
        if self.receiver is None:
            return None
        made: Receiver = getattr(self._module(), self.receiver)(place)
        return made

    def _module(self) -> Any:
        return import_module(f"tests.performance.rivals.{self.module}")


@dataclass(frozen=True)
class Floor:
    """What memory itself costs: a command of native/bench/floor_copies.cpp. Nobody is told, nobody reads."""

    name: str
    text: str
    command: str
