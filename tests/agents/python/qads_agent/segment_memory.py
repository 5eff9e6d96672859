"""Batches rebuilt in segment memory, by pyarrow's public API: each buffer is copied there, the arrays are made anew.

(pyarrow's own way of placing a batch, IPC, aligns buffers to 8 bytes only, and those are copied again when written.)
"""

from __future__ import annotations

import pyarrow as pa
import qadataswap

LISTS = (pa.ListArray, pa.LargeListArray, pa.FixedSizeListArray, pa.ListViewArray, pa.LargeListViewArray)


def copy_into(writer: qadataswap.Writer, batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same batch with its buffers in the segment."""
    columns = [_placed(writer, column) for column in _columns(batch)]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema) if columns else batch


def _columns(batch: pa.RecordBatch) -> list[pa.Array]:
    # Not `batch.columns`, which fails on month intervals.
    return [batch.column(number) for number in range(batch.num_columns)]


def _placed(writer: qadataswap.Writer, array: pa.Array) -> pa.Array:
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(kind, _placed(writer, array.storage))
    if pa.types.is_dictionary(kind):
        indices, values = _placed(writer, array.indices), _placed(writer, array.dictionary)
        return pa.DictionaryArray.from_arrays(indices, values, ordered=kind.ordered, safe=False)
    children = _children(array)
    if array.offset != 0 or len(children) != kind.num_fields:
        return array  # unions and run-end encoded arrays: pyarrow has no public way to make those of buffers
    own = array.buffers()
    if children:
        own = own[: kind.num_buffers]
    buffers = [None if buffer is None else _copied(writer, buffer) for buffer in own]
    placed = [_placed(writer, child) for child in children]
    return pa.Array.from_buffers(kind, len(array), buffers, array.null_count, 0, placed)


def _children(array: pa.Array) -> list[pa.Array]:
    kind = array.type
    if pa.types.is_struct(kind):
        return [array.field(number) for number in range(kind.num_fields)]
    return [array.values] if isinstance(array, LISTS) else []


def _copied(writer: qadataswap.Writer, buffer: pa.Buffer) -> pa.Buffer:
    memory = writer.allocate(buffer.size)
    memoryview(memory)[:] = memoryview(buffer).cast("B")
    return pa.py_buffer(memory)
