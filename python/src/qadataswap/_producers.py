"""Whose data can be written: whatever has `__arrow_c_array__` or `__arrow_c_stream__`, and polars' LazyFrame."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Protocol, TypeGuard

from ._errors import QadsError, QadsProducerError, QadsUnsupportedTypeError


class ArrowArrayExportable(Protocol):
    """A batch: a struct array whose children are the columns."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        """Capsules of schema and array."""
        ...


class ArrowStreamExportable(Protocol):
    """Batches of one schema."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A capsule of a stream."""
        ...


class ArrowSchemaExportable(Protocol):
    """A schema."""

    def __arrow_c_schema__(self) -> object:
        """A capsule of it."""
        ...


def has_stream(data: object) -> TypeGuard[ArrowStreamExportable]:
    """Whether it can be exported as a stream. (isinstance with a protocol takes longer than a small write.)"""
    return hasattr(data, "__arrow_c_stream__")


def has_array(data: object) -> TypeGuard[ArrowArrayExportable]:
    """Whether it can be exported as one batch."""
    return hasattr(data, "__arrow_c_array__")


def is_record_batch(data: object) -> bool:
    """Whether it is a pyarrow.RecordBatch; doesn't import pyarrow."""
    pyarrow = sys.modules.get("pyarrow")
    return pyarrow is not None and isinstance(data, pyarrow.RecordBatch)


def is_lazy_frame(data: object) -> bool:
    """Whether it is a polars.LazyFrame; doesn't import polars."""
    polars = sys.modules.get("polars")
    return polars is not None and isinstance(data, polars.LazyFrame)


_PLAIN = frozenset(
    ["Boolean", "Date", "Datetime", "Decimal", "Duration", "Float32", "Float64", "Time", "String", "Binary", "Null"]
    + [f"{kind}{bits}" for kind in ("Int", "UInt") for bits in (8, 16, 32, 64)]
)
"""Names of polars' types with nothing in them, all of which Arrow has."""


def refuse_objects(name: str, data: Any) -> None:
    """Refuses what polars can't export: Python objects go out as addresses, and a NUL in a name ends the process."""
    polars = sys.modules.get("polars")
    if polars is None or not isinstance(data, polars.DataFrame | polars.LazyFrame | polars.Series):
        return
    # What most frames are: looking at each column by itself takes polars longer than a small write.
    if isinstance(data, polars.DataFrame) and "\0" not in "".join(data.columns):  # noqa: SIM102
        if _PLAIN.issuperset(type(dtype).__name__ for dtype in data.dtypes):
            return
    columns = [(data.name, data.dtype)] if isinstance(data, polars.Series) else data.collect_schema().items()
    for column, dtype in columns:
        if dtype == polars.Object:
            raise QadsUnsupportedTypeError(
                f"segment '{name}': column '{column}' has dtype Object, which is no Arrow type: cast it, "
                "to String for example"
            )
        if (found := _name_with_nul(column, dtype)) is not None:
            raise QadsUnsupportedTypeError(
                f"segment '{name}': column {column!r} has the name {found!r}, and no name in Arrow's C interface can "
                "have a NUL: rename it"
            )


def _name_with_nul(column: str, dtype: Any) -> str | None:
    """The first name with a NUL in it, of a column or of a field anywhere in its dtype."""
    if "\0" in column:
        return column
    fields = getattr(dtype, "fields", None)  # of a Struct
    if fields is not None:
        return next((name for field in fields if (name := _name_with_nul(field.name, field.dtype)) is not None), None)
    inner = [getattr(dtype, part) for part in ("inner", "key", "value") if hasattr(dtype, part)]  # List, Array, Map
    return next((name for part in inner if (name := _name_with_nul("", part)) is not None), None)


class guard:  # noqa: N801 (used like a function)
    """Turns whatever a producer raises into QadsProducerError; Ctrl-C passes."""

    def __init__(self, name: str, data: object) -> None:
        self._name = name
        self._data = data

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if error is not None:
            raise_for(self._name, self._data, error)


def raise_for(name: str, data: object, error: BaseException) -> None:
    """Raises what a producer's error becomes; returns if it stays what it is."""
    if isinstance(error, QadsError):
        return
    what = f"{type(data).__module__}.{type(data).__qualname__}"
    if isinstance(error, AttributeError) and error.obj is data:
        raise TypeError(f"segment '{name}': a {what} has no {error.name}") from error
    # A panic of a Rust library isn't an Exception.
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        raise QadsProducerError(f"segment '{name}': {what} can't hand over its data: {error}") from error


def array_capsules(name: str, data: ArrowArrayExportable) -> tuple[object, object]:
    """What the object's own library makes of it."""
    with guard(name, data):
        return data.__arrow_c_array__()


def stream_capsule(name: str, data: ArrowStreamExportable) -> object:
    """What the object's own library makes of it."""
    with guard(name, data):
        return data.__arrow_c_stream__()


def lazy_batches(name: str, frame: Any) -> Iterator[object]:
    """A LazyFrame's result, one stream after the other; at least one, so that the schema arrives."""
    with guard(name, frame):
        batches = iter(frame.collect_batches(maintain_order=True))
    some = False
    while True:
        with guard(name, frame):
            batch = next(batches, None)
            if batch is None:
                break
            capsule = batch.__arrow_c_stream__()
        some = True
        yield capsule
    if not some:
        with guard(name, frame):
            capsule = frame.collect_schema().to_frame().__arrow_c_stream__()
        yield capsule
