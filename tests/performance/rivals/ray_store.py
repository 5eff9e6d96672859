"""Ray: the table is put into its object store, an actor on the other core gets it without a copy."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from typing import Any

import pyarrow as pa
import ray

from tests.performance import data
from tests.performance.paths import ROOT
from tests.performance.rivals.base import Place, Store

_LEAST_STORE = 256 << 20
_TABLES = 3


class _Consumer:
    """Lives in a process that Ray started."""

    def __init__(self, core: int) -> None:
        os.sched_setaffinity(0, {core})

    def take(self, references: list[Any], verify: bool) -> tuple[int, int, Any]:
        table = ray.get(references[0])
        usable = time.monotonic_ns()
        data.touch(table)
        touched = time.monotonic_ns()
        facts = (table.num_rows, data.checksum(table)) if verify else None
        return usable, touched, facts


class RayStore(Store):
    """Ray's daemons may use any core; producer and consumer have one each."""

    def __init__(self, place: Place, batch: pa.RecordBatch) -> None:
        """Starts Ray on this machine."""
        super().__init__(place, batch)
        producer, consumer = place.cores
        os.environ |= {"PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0"}
        os.sched_setaffinity(0, set(place.cores))
        self.folder = tempfile.mkdtemp(prefix="qads-ray-")  # not in the meeting place: paths of sockets must be short
        ray.init(
            _temp_dir=self.folder,
            address="local",
            num_cpus=len(place.cores),
            include_dashboard=False,
            log_to_driver=False,
            logging_level="ERROR",
            object_store_memory=max(_LEAST_STORE, _TABLES * batch.get_total_buffer_size()),
        )
        os.sched_setaffinity(0, {producer})
        self.consumer = ray.remote(_Consumer).remote(consumer)

    def round(self, verify: bool) -> tuple[int, int, int, Any]:
        """Puts the table, and has the actor get it."""
        began = time.monotonic_ns()
        reference = ray.put(self.table)
        usable, touched, facts = ray.get(self.consumer.take.remote([reference], verify))
        return began, usable, touched, facts

    def close(self) -> None:
        """Stops Ray, and removes its logs."""
        ray.shutdown()
        shutil.rmtree(self.folder, ignore_errors=True)
