"""What a reader and a writer have in common: a name, and an end that must not be forgotten."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self


class Handle:
    """Belongs to the process that made it; a forgotten one says so."""

    def __init__(self, name: str, timeout_ms: int) -> None:
        """timeout_ms: of calls that have none of their own."""
        self._name = name
        self._timeout_ms = timeout_ms
        self._pid = os.getpid()
        self._closed = False

    @property
    def name(self) -> str:
        """The segment's name."""
        return self._name

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def _what(self) -> str:
        return f"{type(self).__name__.lower()} of segment '{self._name}'"

    def __del__(self) -> None:
        """Warns if it wasn't closed."""
        if not getattr(self, "_closed", True) and self._pid == os.getpid():
            warnings.warn(f"unclosed {self._what()}", ResourceWarning, source=self, stacklevel=2)

    def __repr__(self) -> str:
        """Its name and whether it is closed."""
        return f"<qadataswap {self._what()}{', closed' if self._closed else ''}>"
