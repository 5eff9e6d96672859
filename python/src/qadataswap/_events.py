"""What happens to segments, for `logging`: the logger "qadataswap". The sentences are the core's."""

from __future__ import annotations

import atexit
import logging
import os
from dataclasses import dataclass

from . import _core

logger = logging.getLogger("qadataswap")
logger.addHandler(logging.NullHandler())

LEVELS = {1: logging.INFO, 2: logging.WARNING}
KINDS = (
    "created",
    "taken_over",
    "removed",
    "reader_attached",
    "reader_left",
    "reader_lags",
    "reader_evicted",
    "reader_reaped",
    "batches_lost",
    "writer_died",
    "stalled",
)


@dataclass(frozen=True)
class Event:
    """What a record of the logger "qadataswap" is about: its attribute `qads_event`."""

    kind: str
    """"created", "taken_over", "removed": the segment, by this process. "reader_attached", "reader_left",
    "batches_lost", "writer_died": told by a reader of this process. "reader_lags", "reader_evicted", "reader_reaped",
    "stalled": told by its writer."""
    segment: str
    entry: int | None
    """The reader that it is about, as in `ReaderState.entry`."""
    pid: int | None
    """That reader's process, for people."""
    batches: int
    """Lost, behind, left unread, or to be read: as the kind says."""
    waited_ns: int
    """How long the writer has waited, where the kind is about that."""


def tell(kind: int, level: int, segment: str, message: str, entry: int, pid: int, batches: int, waited_ns: int) -> None:
    """Called by the core in the thread that noticed it."""
    if not logger.isEnabledFor(LEVELS[level]):
        return
    named = entry >= 0
    event = Event(KINDS[kind - 1], segment, entry if named else None, pid if named else None, batches, waited_ns)
    logger.log(LEVELS[level], "%s", message, extra={"qads_event": event})


def observe() -> None:
    """From now on this process hears of its events."""
    _core.observe_events(True)


observe()
os.register_at_fork(after_in_child=observe)
# Nobody is inside `tell` any more when the interpreter goes.
atexit.register(_core.observe_events, False)
