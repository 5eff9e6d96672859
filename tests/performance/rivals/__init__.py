"""All ways of handing a table over, in the order in which they take turns."""

from __future__ import annotations

from tests.performance.rivals.arrow_flight import FlightReceiver, FlightSender
from tests.performance.rivals.base import Place, Receiver, Rival, Sender
from tests.performance.rivals.copying import CopySender
from tests.performance.rivals.ipc_file import IpcFileReceiver, IpcFileSender
from tests.performance.rivals.qads import (
    QadsBusyReceiver,
    QadsBusySender,
    QadsInPlaceReceiver,
    QadsInPlaceSender,
    QadsReceiver,
    QadsSender,
)
from tests.performance.rivals.shm_ipc import FreshReceiver, FreshSender, ReusedReceiver, ReusedSender

__all__ = ["BUSY", "FLOORS", "QADATASWAP", "RIVALS", "Place", "Receiver", "Rival", "Sender", "find"]

QADATASWAP = Rival("qadataswap", "QADataSwap", QadsSender, QadsReceiver, java=True)
BUSY = Rival("qadataswap-busy", 'QADataSwap, reader spins (wait="busy")', QadsBusySender, QadsBusyReceiver)

FLOORS = (
    Rival("copy", "floor: one plain copy (numpy.copyto), no hand-over", CopySender, None),
    Rival("in-place", "floor: built in the segment, nothing copied", QadsInPlaceSender, QadsInPlaceReceiver),
)

RIVALS = (
    Rival("shm-reused", "shared_memory + Arrow IPC, reused and warm", ReusedSender, ReusedReceiver),
    Rival("shm-fresh", "shared_memory + Arrow IPC, fresh each time", FreshSender, FreshReceiver),
    Rival("ipc-file", "Arrow IPC file in /dev/shm, memory-mapped", IpcFileSender, IpcFileReceiver, java=True),
    Rival("flight", "Arrow Flight, Unix socket, DoGet", FlightSender, FlightReceiver, pulls=True),
)

_ALL = {rival.name: rival for rival in (QADATASWAP, BUSY, *FLOORS, *RIVALS)}


def find(name: str) -> Rival:
    """By its name."""
    return _ALL[name]
