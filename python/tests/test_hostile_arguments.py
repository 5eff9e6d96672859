"""Arguments with anything in them: a Python exception that says what is wrong, or a handle that works; never a crash.

Hypothesis is the fuzzer; QADS_FUZZ_EXAMPLES says how many examples each test takes.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import qadataswap
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

REFUSALS = (qadataswap.QadsError, TypeError, ValueError, OverflowError)
"""What arguments may be refused with; INTERNAL would be the library's own defect."""

FUZZED = settings(
    max_examples=int(os.environ.get("QADS_FUZZ_EXAMPLES", "60")),
    deadline=None,
    # The directory is one for all examples: each removes what it made.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

AFFORDABLE = 1 << 20
NAMES = st.sampled_from(["x", "a.b", "-x", "", ".", "..", "a/b", "n" * 200, "n" * 201]) | st.text(max_size=8)
NUMBERS = st.integers(-2, 300) | st.integers(-(2**70), 2**70) | st.sampled_from([2**31, 2**32, 2**63, -(2**63)])
ODD = st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.binary(max_size=5) | st.just(object())


def words(*allowed: str) -> st.SearchStrategy[object]:
    return st.sampled_from(allowed) | ODD


def optional(options: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=options)


WRITER = optional(
    {
        "buffer_count": NUMBERS | ODD,
        "capacity": NUMBERS | ODD,
        "schema_capacity": NUMBERS | ODD,
        "reader_capacity": NUMBERS | ODD,
        "overflow": words("block", "drop_oldest"),
        "lifetime": words("default", "until_drained", "until_closed", "keep"),
        "takeover": words("replace", "refuse"),
        "wait": words("adaptive", "busy", "sleep"),
        "mode": NUMBERS | ODD,
        "evict_after_ms": NUMBERS | ODD,
        "timeout_ms": NUMBERS | ODD,
        "populate": ODD,
        "huge_pages": ODD,
        "schema": ODD | st.just(pa.schema([("a", pa.int32())])),
    }
)
READER = optional(
    {
        "start": words("earliest", "latest"),
        "loss": words("error", "count"),
        "wait": words("adaptive", "busy", "sleep"),
        "timeout_ms": NUMBERS | ODD,
        # A name that isn't there is waited for.
        "attach_timeout_ms": st.integers(0, 2) | st.floats(0, 2) | st.none(),
        "offline": ODD,
        "directory": st.text(max_size=8) | st.binary(max_size=8) | st.floats(),
    }
)


@contextmanager
def may_be_refused() -> Iterator[None]:
    """Lets a refusal pass that says why; everything else is the test's failure."""
    try:
        yield
    except REFUSALS as error:
        if isinstance(error, qadataswap.QadsInternalError) or not str(error):
            raise


def capsule(name: bytes | None) -> object:
    """A capsule of that name around a few zeros, which no Arrow struct can be."""
    make = ctypes.pythonapi.PyCapsule_New
    make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    memory = ctypes.create_string_buffer(256)
    KEPT.append((memory, name))
    made: object = make(ctypes.addressof(memory), name, None)
    return made


KEPT: list[object] = []
"""What capsules point to lives as long as the tests."""

STRUCTS = [b"arrow_schema", b"arrow_array", b"arrow_array_stream", b"something", b"", None]
CAPSULES = st.sampled_from(STRUCTS).map(capsule) | ODD


class Exporter:
    """Hands out whatever it was told to, by either protocol."""

    def __init__(self, array: object, stream: object) -> None:
        if array is not None:
            self.__arrow_c_array__ = lambda requested_schema=None: array
        if stream is not None:
            self.__arrow_c_stream__ = lambda requested_schema=None: stream


@FUZZED
@given(name=NAMES, given_options=WRITER)
def test_of_writers(directory: Path, name: str, given_options: dict[str, Any]) -> None:
    if not isinstance(capacity := given_options.get("capacity", 0), int) or capacity > AFFORDABLE:
        # This much would really be touched.
        given_options = {key: value for key, value in given_options.items() if key not in ("populate", "huge_pages")}
    with may_be_refused(), qadataswap.create_writer(name, **{"capacity": AFFORDABLE} | given_options) as writer:
        writer.finish()
    for left in directory.iterdir():  # of lifetime "keep"
        left.unlink()


@FUZZED
@given(name=NAMES, given_options=READER)
def test_of_readers(name: str, given_options: dict[str, Any]) -> None:
    with qadataswap.create_writer("x", lifetime="until_closed", capacity=AFFORDABLE) as writer:
        writer.write_arrow(pa.record_batch({"a": [1]}))
        with may_be_refused():
            qadataswap.create_reader(name, **given_options).close()


@FUZZED
@given(
    array=st.none() | CAPSULES | st.tuples(CAPSULES, CAPSULES) | st.tuples(CAPSULES),
    stream=st.none() | CAPSULES,
)
def test_of_producers_that_hand_out_something_else(array: object, stream: object) -> None:
    with qadataswap.create_writer("x", lifetime="until_closed", capacity=AFFORDABLE, timeout_ms=0) as writer:
        with pytest.raises(REFUSALS):
            writer.write_arrow(Exporter(array, stream))
        writer.write_arrow(pa.record_batch({"a": [1]}))


@FUZZED
@given(requested=CAPSULES)
def test_of_requested_schemas(requested: object) -> None:
    with (
        qadataswap.create_writer("x", lifetime="until_closed", capacity=AFFORDABLE) as writer,
        qadataswap.create_reader("x", timeout_ms=0) as reader,
    ):
        writer.write_arrow(pa.record_batch({"a": [1]}))
        with may_be_refused():
            reader.__arrow_c_stream__(requested)
