"""Batches rebuilt in segment memory, by pyarrow's public API: each buffer goes through IPC's own idea of a batch."""

from __future__ import annotations

import pyarrow as pa
import qadataswap

from .coded import has_dictionary


def copy_into(writer: qadataswap.Writer, batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same batch with its buffers in the segment: serialised into one allocation and read back from there."""
    message = batch.serialize()
    dictionaries = any(has_dictionary(field.type) for field in batch.schema)
    if dictionaries:  # a batch by itself doesn't carry them; a whole stream does
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        message = sink.getvalue()
    place = pa.py_buffer(writer.allocate(message.size))
    with pa.FixedSizeBufferWriter(place) as out:
        out.write(message)
    if not dictionaries:
        return pa.ipc.read_record_batch(place, batch.schema)
    with pa.ipc.open_stream(place) as stream:
        return stream.read_next_batch()
