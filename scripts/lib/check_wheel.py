"""Tries the wheel out in an environment that has nothing else: no pyarrow, no compiler, nothing of this project."""

from __future__ import annotations

import shutil
import sys

import qadataswap
from qadataswap import _core

assert shutil.which("g++") is None
assert "wheel_check" in (_core.__file__ or ""), _core.__file__

with qadataswap.create_writer("check-wheel", lifetime="until_closed") as writer:
    memory = memoryview(writer.allocate(1000))
    memory[:] = bytes(1000)
    memory.release()
    with qadataswap.create_reader("check-wheel") as reader:
        assert reader.read_batch(timeout_ms=0) is None
        assert len(writer.readers()) == 1

print(f"the wheel of version {qadataswap.__version__} works with Python {sys.version.split()[0]}")
