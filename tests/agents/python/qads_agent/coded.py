"""A question about types that both sides ask."""

from __future__ import annotations

import pyarrow as pa


def has_dictionary(kind: pa.DataType) -> bool:
    """Whether it is dictionary-encoded, or anything in it is."""
    if pa.types.is_dictionary(kind):
        return True
    if isinstance(kind, pa.BaseExtensionType):
        return has_dictionary(kind.storage_type)
    return any(has_dictionary(kind.field(number).type) for number in range(kind.num_fields))
