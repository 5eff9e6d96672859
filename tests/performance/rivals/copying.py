"""The floor: one plain copy of the same bytes into warm shared memory. Nobody is told, nobody reads."""

from __future__ import annotations

from multiprocessing.shared_memory import SharedMemory

import numpy as np
import pyarrow as pa

from tests.performance import data
from tests.performance.rivals.base import Place, Sender

_ALIGNMENT = 64


class CopySender(Sender):
    """numpy.copyto, buffer by buffer."""

    def __init__(self, place: Place, batch: pa.RecordBatch) -> None:
        """Makes the shared memory; the first copies warm it."""
        super().__init__(place, batch)
        self.sources = list(data.buffers(batch))
        offsets = [0]
        for source in self.sources:
            offsets.append(offsets[-1] + -(-source.size // _ALIGNMENT) * _ALIGNMENT)
        self.memory = SharedMemory(create=True, size=offsets[-1])
        there = np.ndarray(offsets[-1], np.uint8, self.memory.buf)
        self.targets = [
            there[offset : offset + source.size] for offset, source in zip(offsets, self.sources, strict=False)
        ]

    def send(self) -> None:
        """The copy."""
        for source, target in zip(self.sources, self.targets, strict=True):
            data.copy(source, target)

    def close(self) -> None:
        """Unlinks the memory."""
        self.targets.clear()
        self.memory.close()
        self.memory.unlink()
