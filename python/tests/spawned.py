"""What a spawned process runs."""

from __future__ import annotations

import qadataswap

from helpers import TABLE


def write(name: str) -> None:
    """Writes ten tables for one reader."""
    with qadataswap.create_writer(name) as writer:
        writer.wait_readers(1)
        for _ in range(10):
            writer.write_arrow(TABLE)
