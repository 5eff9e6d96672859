"""Small things that several tests use."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import qadataswap

TABLE = pa.table({"number": pa.array([1, None, 3], pa.int64()), "text": ["a", "", None], "flag": [True, False, None]})


def send(name: str, *data: Any, **options: Any) -> None:
    """Writes all of it, a message each, and finishes."""
    with qadataswap.create_writer(name, **options) as writer:
        for one in data:
            writer.write_arrow(one)


def receive(name: str) -> list[pa.Table]:
    """All messages."""
    with qadataswap.create_reader(name, timeout_ms=LONG_MS) as reader:
        tables: list[pa.Table] = []
        while True:
            try:
                table = reader.read_arrow()
            except qadataswap.QadsEndOfStreamError:
                return tables
            assert table is not None
            tables.append(table)


@contextmanager
def both(name: str, **options: Any) -> Iterator[tuple[qadataswap.Writer, qadataswap.Reader]]:
    """A writer and a reader of one segment; its name goes with the writer."""
    with (
        qadataswap.create_writer(name, lifetime="until_closed", **options) as writer,
        qadataswap.create_reader(name, timeout_ms=LONG_MS) as reader,
    ):
        yield writer, reader


@contextmanager
def interrupted_soon(seconds: float = 0.2) -> Iterator[None]:
    """Ctrl-C after that time, which the body must not end before."""
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    begin = time.monotonic()
    try:
        yield
    finally:
        took = time.monotonic() - begin
        timer.join()
        assert took >= seconds * 0.9


LONG_MS = 60_000
"""A timeout for waits that something else ends."""


@contextmanager
def long_before_the_timeout() -> Iterator[None]:
    """The body, closing what it opened included, doesn't wait for LONG_MS: no measurement, only proof of that."""
    begin = time.monotonic()
    yield
    assert time.monotonic() - begin < LONG_MS / 2000


def run_python(code: str, *words: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Another Python process."""
    return subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, timeout=timeout
    )


class StreamOnly:
    """Hides everything of an object but its stream."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._data.__arrow_c_stream__()
