"""How the agent ends: exit status, and one line."""

from __future__ import annotations

import time
from dataclasses import dataclass

Outcome = tuple[int, str]
"""Exit status, and the line on standard output (DONE) or standard error."""

DONE, ERROR, USAGE, TYPE, TIMEOUT, WRITER_DIED, LOST, CORRUPT = range(8)

_CODES = {
    "timeout": TIMEOUT,
    "not found": TIMEOUT,  # the segment didn't appear in time
    "writer died": WRITER_DIED,
    "overrun": LOST,
    "corrupt": CORRUPT,
    "unsupported type": TYPE,
}


@dataclass
class Tally:
    """What was written or read."""

    rows: int = 0
    batches: int = 0
    bytes: int = 0
    first: float = 0.0
    last: float = 0.0

    def batch(self, rows: int) -> None:
        """Counts one."""
        self.last = time.perf_counter()
        if self.batches == 0:
            self.first = self.last
        self.rows += rows
        self.batches += 1

    def line(self) -> str:
        """What the contract wants to see."""
        seconds = self.last - self.first
        return f"stats rows={self.rows} batches={self.batches} bytes={self.bytes} seconds={seconds:.9f}"


class ChangedError(Exception):
    """A held batch isn't what it was."""


class LostError(Exception):
    """Another failure, after batches were lost."""

    def __init__(self, lost: int) -> None:
        super().__init__(f"lost={lost}")
        self.lost = lost


def _kind_and_code(error: BaseException) -> tuple[str, int]:
    if isinstance(error, ChangedError):
        return "changed", ERROR
    kind = getattr(error, "kind", None)
    if isinstance(kind, str):
        return kind, _CODES.get(kind, ERROR)
    # What pyarrow says of a type that it can't carry. Asked by name: importing it is what may have failed.
    if type(error).__name__ in ("ArrowNotImplementedError", "ArrowTypeError"):
        return "unsupported type", TYPE
    return "error" if isinstance(error, Exception) else type(error).__name__, ERROR


def report(error: BaseException) -> Outcome:
    """How an error ends the agent."""
    lost = f" {error}" if isinstance(error, LostError) else ""
    if isinstance(error, LostError) and error.__cause__ is not None:
        error = error.__cause__
    kind, code = _kind_and_code(error)
    message = " ".join(str(error).split()) or type(error).__name__
    return code, f"{kind}: {message}{lost}"
