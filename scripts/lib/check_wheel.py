"""Tries the wheel out in an environment that has nothing else: no pyarrow, no compiler, nothing of this project."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import qadataswap
from qadataswap import _core

GOLDEN = Path(__file__).resolve().parents[2] / "tests/golden/segment_v1.0.qads"

assert shutil.which("g++") is None
assert "wheel_check" in (_core.__file__ or ""), _core.__file__

with tempfile.TemporaryDirectory(prefix="check-wheel-", dir=os.environ["QADS_DIR"]) as folder:
    os.environ["QADS_DIR"] = folder
    shutil.copy(GOLDEN, Path(folder, "qads_golden"))
    with (
        qadataswap.create_reader("golden", offline=True) as golden,
        qadataswap.create_writer("copy", lifetime="until_closed") as writer,
        qadataswap.create_reader("copy") as reader,
    ):
        batches = rows = 0
        for batch in golden.batches():
            writer.write_arrow(batch)
            arrived = reader.read_batch()
            assert arrived is not None
            assert arrived.num_rows == batch.num_rows
            rows += batch.num_rows
            batches += 1
        assert rows > 0
        with memoryview(writer.allocate(1000)) as memory:
            memory[:] = bytes(1000)

version = sys.version.split()[0]
print(f"the wheel of version {qadataswap.__version__} works with Python {version}: {rows} rows in {batches} batches")
