"""A table pickled by a multiprocessing.Queue, as it comes."""

from __future__ import annotations

import pyarrow as pa

from tests.performance.rivals.base import TIMEOUT_MS, Receiver, Sender


class QueueSender(Sender):
    """The queue's own thread pickles and writes."""

    def send(self) -> None:
        """Puts."""
        self.place.queue.put(self.table)

    def close(self) -> None:
        """What nobody takes is dropped."""
        self.place.queue.cancel_join_thread()
        self.place.queue.close()


class QueueReceiver(Receiver):
    """Gets a table of its own."""

    def receive(self) -> pa.Table:
        """Gets."""
        return self.place.queue.get(timeout=TIMEOUT_MS / 1000)
