"""pyarrow, where it is installed: nothing here imports it before it is needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from . import _core

if TYPE_CHECKING:
    import pyarrow as pa


@cache
def pyarrow() -> Any:
    """The module, or None."""
    try:
        import pyarrow
    except ImportError:
        return None
    return pyarrow


def required(what: str, instead: str) -> Any:
    """The module; without it, an error that says what works without."""
    module = pyarrow()
    if module is None:
        raise ImportError(f"{what} needs pyarrow, which isn't installed; {instead}", name="pyarrow")
    return module


def schema_of(schema: _core.Schema) -> pa.Schema:
    """As pyarrow has it."""
    return required("a pyarrow.Schema", "the object given has __arrow_c_schema__").schema(schema)


def record_batch(batch: _core.Batch, schema: pa.Schema) -> pa.RecordBatch:
    """Moves a batch into pyarrow. The schema is known, which saves parsing it for each batch."""
    return batch_importer()(batch._address, schema)


@cache
def batch_importer() -> Callable[[int, pa.Schema], pa.RecordBatch]:
    """What makes a RecordBatch of a struct's address and a schema; pyarrow is there."""
    importer: Callable[[int, pa.Schema], pa.RecordBatch] = pyarrow().RecordBatch._import_from_c
    return importer


def table(message: _core.Message, schema: pa.Schema) -> pa.Table:
    """Moves a message into pyarrow."""
    batches = [batch_importer()(address, schema) for address in message._addresses]
    return pyarrow().Table.from_batches(batches, schema)
