"""pyarrow, where it is installed: nothing here imports it before it is needed."""

from __future__ import annotations

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
    return pyarrow().RecordBatch._import_from_c(batch._address, schema)


def table(message: _core.Message, schema: pa.Schema) -> pa.Table:
    """Moves a message into pyarrow."""
    pa = pyarrow()
    batches = [pa.RecordBatch._import_from_c(address, schema) for address in message._addresses]
    return pa.Table.from_batches(batches, schema)
