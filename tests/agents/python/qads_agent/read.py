"""`agent python read`."""

from __future__ import annotations

import time
from collections import deque

import pyarrow as pa
import qadataswap

from .arguments import ReadArguments
from .coded import has_dictionary
from .outcome import ChangedError, LostError, Tally


def read(arguments: ReadArguments, tally: Tally) -> int:
    """Reads to the end of the stream; how many batches were lost."""
    reader = qadataswap.create_reader(
        arguments.name,
        timeout_ms=arguments.timeout_ms,
        attach_timeout_ms=arguments.timeout_ms,
        start=arguments.start,
        loss="count",
    )
    with reader:
        failure: BaseException | None = None
        try:
            _Reading(arguments, reader, tally).run()
        except BaseException as error:
            failure = error
        # Whatever ended it: what came before has been written out.
        statistics = reader.statistics()
        tally.bytes = statistics.bytes
        if failure is not None:
            if statistics.lost:
                raise LostError(statistics.lost) from failure
            raise failure
        return statistics.lost


class _Reading:
    def __init__(self, arguments: ReadArguments, reader: qadataswap.Reader, tally: Tally) -> None:
        self._arguments = arguments
        self._reader = reader
        self._tally = tally
        self._held: deque[tuple[pa.RecordBatch, pa.Buffer | None]] = deque()
        self._pieces: list[pa.RecordBatch] = []

    def run(self) -> None:
        schema = self._reader.schema
        # The stream writer keeps the last dictionaries: they must not keep a lease that nobody asked for.
        self._copies = any(has_dictionary(field.type) for field in schema)
        with pa.OSFile(self._arguments.output, "wb") as file, pa.ipc.new_stream(file, schema) as output:
            try:
                self._loop(output)
            finally:
                self._let_go(0)

    def _loop(self, output: pa.ipc.RecordBatchStreamWriter) -> None:
        while self._arguments.limit is None or self._tally.batches < self._arguments.limit:
            try:
                batch = self._next()
            except qadataswap.QadsEndOfStreamError:
                return
            if batch is None:
                continue
            self._tally.batch(batch.num_rows)
            output.write_batch(_copied(batch) if self._copies else batch)
            self._hold(batch)
            del batch  # else it would be held through the next wait
            if self._arguments.delay_ms:
                time.sleep(self._arguments.delay_ms / 1000)

    def _next(self) -> pa.RecordBatch | None:
        """The next batch, whole: None while a piece of one that was cut by rows came.

        Pieces are copied, so that a ring smaller than their message doesn't wait for this reader.
        """
        arrived = self._reader.read_batch()
        if arrived is None:
            raise qadataswap.QadsTimeoutError(
                f"segment '{self._reader.name}': no batch within {self._arguments.timeout_ms} ms"
            )
        if arrived.is_first:
            self._pieces = []  # a message before it was given up
        last = arrived.is_last
        batch = pa.record_batch(arrived)
        if last and not self._pieces:
            return batch
        self._pieces.append(_copied(batch))
        if not last:
            return None
        whole = pa.concat_batches(self._pieces)
        self._pieces = []
        return whole

    def _hold(self, batch: pa.RecordBatch) -> None:
        if self._arguments.hold:
            self._held.append((batch, _serialized(batch) if self._arguments.hold_check else None))
            self._let_go(self._arguments.hold)

    def _let_go(self, keep: int) -> None:
        while len(self._held) > keep:
            batch, before = self._held.popleft()
            if before is not None and not _serialized(batch).equals(before):
                raise ChangedError(f"a batch of {batch.num_rows} rows is not what it was when it came")


def _serialized(batch: pa.RecordBatch) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return sink.getvalue()


def _copied(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch.copy_to(pa.default_cpu_memory_manager())
