"""Reads a segment in an asyncio event loop, which goes on with its other tasks meanwhile.

usage: python asyncio_reader.py [NAME]
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import pyarrow as pa
import qadataswap


async def batches(reader: qadataswap.Reader) -> AsyncIterator[pa.RecordBatch]:
    """The reader's batches up to the end of the stream."""
    while True:
        try:
            batch = reader.read_batch(0)
        except qadataswap.QadsEndOfStreamError:
            return
        if batch is None:
            await until_readable(reader.fileno())
        else:
            yield pa.record_batch(batch)


async def until_readable(descriptor: int) -> None:
    """Returns when there is something to read. Watched only meanwhile: it stays readable until everything is read."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(descriptor, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(descriptor)


async def main() -> None:
    """Counts what comes."""
    name = sys.argv[1] if len(sys.argv) > 1 else "example"
    try:
        reader = qadataswap.create_reader(name, attach_timeout_ms=1000)
    except qadataswap.QadsNotFoundError as error:
        print(f"nobody writes: {error}")
        return
    with reader:
        print(reader.schema.to_string())
        rows = 0
        async for batch in batches(reader):
            rows += batch.num_rows
        statistics = reader.statistics()
        print(f"read {rows} rows in {statistics.batches} batches, {statistics.lost} lost")


if __name__ == "__main__":
    asyncio.run(main())
