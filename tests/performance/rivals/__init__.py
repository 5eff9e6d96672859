"""All ways of handing a table over, in the order in which they take turns."""

from __future__ import annotations

from tests.performance.rivals.base import Floor, Place, Receiver, Rival, Sender, Store

__all__ = [
    "BUSY",
    "COLD",
    "COPIES",
    "FLOORS",
    "IN_PLACE",
    "PLASMA",
    "QADATASWAP",
    "RAY",
    "RIVALS",
    "Floor",
    "Place",
    "Receiver",
    "Rival",
    "Sender",
    "Store",
    "find",
    "text_of",
]

QADATASWAP = Rival("qadataswap", "QADataSwap", "qads", "QadsSender", "QadsReceiver", java=True)
BUSY = Rival("qadataswap-busy", "QADataSwap, reader spins", "qads", "QadsBusySender", "QadsBusyReceiver")
IN_PLACE = Rival(
    "in-place",
    "QADataSwap, built in place, nothing copied, reader spins",
    "qads",
    "QadsInPlaceSender",
    "QadsInPlaceReceiver",
)
COLD = Rival("cold", "QADataSwap, a new segment each time", "qads", "QadsColdSender", "QadsColdReceiver")

COPIES = (
    Floor("plain", "floor: memcpy into warm shared memory", "plain"),
    Floor("plain-huge", "floor: memcpy, huge pages", "plain-huge"),
    Floor("streamed", "floor: non-temporal copy into warm shared memory", "streamed"),
    Floor("streamed-huge", "floor: non-temporal copy, huge pages", "streamed-huge"),
)
FLOORS = (
    *COPIES,
    Floor("populate", "floor: the kernel backs new shared memory, nothing copied", "populate"),
)

RAY = Rival("ray", "Ray, object store", "ray_store", "RayStore", apart=True)
PLASMA = Rival("plasma", "Plasma (pyarrow 11)", "plasma_store", "PlasmaSender", "PlasmaReceiver", apart=True)

RIVALS = (
    Rival("shm-reused", "shared_memory + Arrow IPC, reused and warm", "shm_ipc", "ReusedSender", "ReusedReceiver"),
    Rival("shm-fresh", "shared_memory + Arrow IPC, fresh each time", "shm_ipc", "FreshSender", "FreshReceiver"),
    Rival(
        "ipc-file",
        "Arrow IPC file in /dev/shm, memory-mapped",
        "ipc_file",
        "IpcFileSender",
        "IpcFileReceiver",
        java=True,
    ),
    Rival("ipc-socket", "Arrow IPC over a Unix socket", "ipc_socket", "SocketSender", "SocketReceiver"),
    Rival("flight-unix", "Arrow Flight, Unix socket, DoGet", "arrow_flight", "UnixSender", "UnixReceiver", pulls=True),
    Rival("flight-tcp", "Arrow Flight, TCP, DoGet", "arrow_flight", "TcpSender", "TcpReceiver", pulls=True),
    Rival("pickle-queue", "pickle over a multiprocessing queue", "pickle_queue", "QueueSender", "QueueReceiver"),
    RAY,
    PLASMA,
)

_ALL = {way.name: way for way in (QADATASWAP, BUSY, IN_PLACE, COLD, *RIVALS)}


def find(name: str) -> Rival:
    """By its name; floors aren't ways."""
    return _ALL[name]


def text_of(name: str) -> str:
    """Of a way or a floor."""
    for floor in FLOORS:
        if floor.name == name:
            return floor.text
    return find(name).text
