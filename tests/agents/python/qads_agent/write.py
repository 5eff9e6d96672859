"""`agent python write`."""

from __future__ import annotations

import pyarrow as pa
import qadataswap

from .arguments import WriteArguments
from .outcome import Tally
from .segment_memory import copy_into


def write(arguments: WriteArguments, tally: Tally) -> None:
    """Writes every batch of the file as a message of its own."""
    # All of it before the segment exists: reading the file is not what is timed, and a broken file leaves no segment.
    with pa.OSFile(arguments.input) as file, pa.ipc.open_stream(file) as stream:
        schema, batches = stream.schema, list(stream)
    writer = qadataswap.create_writer(
        arguments.name,
        arguments.slots,
        capacity=arguments.capacity,
        overflow=arguments.overflow,
        timeout_ms=arguments.timeout_ms,
        schema=schema,
    )
    try:
        if arguments.start_after_readers:
            writer.wait_readers(arguments.start_after_readers)
        for _ in range(arguments.repeat):
            for batch in batches:
                sent = copy_into(writer, batch) if arguments.zero_copy else batch
                if arguments.slice:
                    offset, length = arguments.slice
                    sent = sent.slice(min(offset, sent.num_rows), length)
                writer.write_arrow(sent)
                tally.batch(sent.num_rows)
        writer.finish()
        statistics = writer.statistics()
        tally.bytes = statistics.bytes_copied + statistics.bytes_referenced
    finally:
        writer.close()
