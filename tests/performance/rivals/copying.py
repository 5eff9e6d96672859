"""The floor: one plain copy of the same bytes into warm shared memory. Nobody is told, nobody reads."""

from __future__ import annotations

from multiprocessing.shared_memory import SharedMemory

import numpy as np
import pyarrow as pa

from tests.performance import data
from tests.performance.rivals.base import Place, Sender


class CopySender(Sender):
    """numpy.copyto of all bytes at once, which is faster than one copy a column."""

    def __init__(self, place: Place, batch: pa.RecordBatch) -> None:
        """Lays the bytes side by side, and makes the shared memory; the first copies warm it."""
        super().__init__(place, batch)
        self.source = np.concatenate([np.frombuffer(buffer, np.uint8) for buffer in data.buffers(batch)])
        self.memory = SharedMemory(create=True, size=self.source.size)

    def send(self) -> None:
        """The copy."""
        np.copyto(np.ndarray(self.source.size, np.uint8, self.memory.buf), self.source)

    def close(self) -> None:
        """Unlinks the memory."""
        self.memory.close()
        self.memory.unlink()
