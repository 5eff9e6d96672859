"""The writing side."""

from __future__ import annotations

import contextlib
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import _arguments, _core, _producers
from ._errors import QadsForkedError
from ._handle import Handle
from ._producers import ArrowArrayExportable, ArrowSchemaExportable, ArrowStreamExportable
from ._statistics import (
    COPY_REASONS,
    LIFETIMES,
    OVERFLOWS,
    ColumnReport,
    ReaderState,
    SegmentStatistics,
    reader_states,
    segment_statistics,
)

if TYPE_CHECKING:
    import polars
    import pyarrow as pa

TAKEOVERS = ("replace", "refuse")
WAITS = ("adaptive", "busy", "sleep", "poll")


class Writer(Handle):
    """The one writer of a segment; made by `create_writer`.

    As a context manager it finishes and closes at the end of the block; if the block raises, it closes without
    finishing, so that readers learn that the stream is incomplete.

    Threads: every method may be called from any thread; calls follow one another, and `close` ends those that wait
    (QadsClosedError). The GIL is released while a call waits or copies. In the main thread a signal handler that raises
    (Ctrl-C) ends a wait within 100 ms; nothing of the message that was being written is seen by readers of whole
    messages. After a fork, the child's calls raise QadsForkedError.
    """

    def __init__(self, core: _core.Writer, name: str, timeout_ms: int) -> None:
        """For `create_writer`."""
        super().__init__(name, timeout_ms)
        self._core = core
        # pyarrow's, of the last batch of pyarrow's that was written.
        self._known: pa.Schema | None = None

    def write_arrow(
        self,
        data: ArrowStreamExportable | ArrowArrayExportable | polars.LazyFrame,
        *,
        timeout_ms: int | None = None,
        message_per_batch: bool = False,
    ) -> None:
        """Publishes data as one message. It is copied once, and the caller's again when this returns.

        data: whatever has `__arrow_c_stream__` or `__arrow_c_array__` (pyarrow Table, RecordBatch, RecordBatchReader
            and StructArray, polars DataFrame, pandas DataFrame, DuckDB relations, nanoarrow), or a polars LazyFrame,
            which is collected in batches. Memory of `allocate` is published in place, not copied: see `last_write`.
        timeout_ms: bounds each batch's wait for room; negative waits for ever. Default: the writer's.
        message_per_batch: every batch is a message of its own.

        Raises QadsTimeoutError (naming the readers in the way), QadsWouldNotFitError, QadsNoSpaceError,
        QadsSchemaMismatchError (the first write fixes the schema), QadsUnsupportedTypeError, QadsProducerError (the
        data's own library failed; what was written before stays, the message is given up), QadsClosedError,
        QadsForkedError, and TypeError for data that is none of the above.
        """
        wait = _arguments.timeout(timeout_ms, self._timeout_ms)
        if _producers.is_record_batch(data):
            self._write_record_batch(data, wait)
            return
        _producers.refuse_objects(self._name, data)
        if _producers.is_lazy_frame(data):
            self._core.write_streams(_producers.lazy_batches(self._name, data), message_per_batch, wait)
        elif _producers.has_stream(data):
            self._core.write_stream(_producers.stream_capsule(self._name, data), message_per_batch, wait)
        elif _producers.has_array(data):
            self._core.write_array(*_producers.array_capsules(self._name, data), False, wait)
        else:
            what = f"{type(data).__module__}.{type(data).__qualname__}"
            raise TypeError(
                f"segment '{self._name}': can't write a {what}: it has neither __arrow_c_stream__ nor "
                "__arrow_c_array__; pass a pyarrow, polars, pandas, DuckDB or nanoarrow object"
            )

    def _write_record_batch(self, batch: Any, wait: int) -> None:
        # Exporting the schema takes pyarrow longer than exporting the batch, and only the first one needs it.
        schema = batch.schema
        if schema is self._known or (self._known is not None and schema.equals(self._known, check_metadata=True)):
            failure = self._core.write_exported(batch._export_to_c, wait)
            if failure is not None:
                _producers.raise_for(self._name, batch, failure)
                raise failure
        else:
            self._core.write_array(*_producers.array_capsules(self._name, batch), False, wait)
        self._known = schema

    def write_part(self, batch: ArrowArrayExportable, *, timeout_ms: int | None = None) -> None:
        """Publishes one batch of a message that goes on: the next write belongs to it.

        Readers of batches see it at once; those of whole messages wait for the end, which is the next `write_arrow`.
        Errors: as `write_arrow`; after one the message is given up.
        """
        wait = _arguments.timeout(timeout_ms, self._timeout_ms)
        self._core.write_array(*_producers.array_capsules(self._name, batch), True, wait)

    def give_up_message(self) -> None:
        """Gives up a message begun by `write_part`: readers of whole messages never see it."""
        self._core.give_up_message()

    def set_schema(self, schema: ArrowSchemaExportable) -> None:
        """Fixes the schema before the first write, so that readers can see it. Raises QadsSchemaMismatchError once
        there is another one.
        """
        with _producers.guard(self._name, schema):
            capsule = schema.__arrow_c_schema__()
        self._core.set_schema(capsule)

    def allocate(self, size: int, *, timeout_ms: int | None = None) -> _core.Allocation:
        """Writable memory of `size` bytes in the segment, 64-byte aligned, its contents undefined.

        Arrow data built in it (numpy.frombuffer, pyarrow.py_buffer: it has the buffer protocol) is published without a
        copy; don't write to it afterwards, because readers would see that. It is given back when nothing refers to it
        any more, also after the writer was closed. Waits for room as a write does, and raises what a write raises.
        """
        taken = _arguments.number(size, _arguments.INT64, "size")
        return self._core.allocate(taken, _arguments.timeout(timeout_ms, self._timeout_ms))

    def last_write(self) -> list[ColumnReport]:
        """What the last successful write did with each column: bytes copied, bytes published in place, why."""
        return [ColumnReport(copied, there, COPY_REASONS[why]) for copied, there, why in self._core.last_write()]

    def wait_readers(self, readers: int, *, timeout_ms: int | None = None) -> None:
        """Waits until so many readers are attached. Raises QadsTimeoutError saying how many are."""
        count = _arguments.number(readers, _arguments.INT32, "readers")
        self._core.wait_readers(count, _arguments.timeout(timeout_ms, self._timeout_ms))

    def wait_drained(self, *, timeout_ms: int | None = None) -> None:
        """Waits until every attached reader has read everything; returns at once if there is none."""
        self._core.wait_drained(_arguments.timeout(timeout_ms, self._timeout_ms))

    def statistics(self) -> SegmentStatistics:
        """The segment, and what was written so far. Doesn't wait."""
        return segment_statistics(self._core.info())

    def readers(self) -> list[ReaderState]:
        """The readers that are attached: how far behind each is, and what it holds. Doesn't wait."""
        return reader_states(self._core.readers())

    def finish(self) -> None:
        """Marks the end of the stream; waits for nobody. Twice is fine, writing afterwards isn't."""
        self._core.finish()

    def close(self) -> None:
        """Lets go of the segment. What was published stays readable. Without `finish` before, readers are told that the
        writer died once they have read everything. Any thread; twice is fine.
        """
        self._closed = True
        self._core.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finishes, unless the block raised, and closes."""
        try:
            if kind is None and not self._closed:
                self.finish()
        finally:
            if kind is None:
                self.close()
            else:
                self._close_quietly()

    def _close_quietly(self) -> None:
        # Another error is on its way already, and in a fork's child there is nothing to close.
        with contextlib.suppress(QadsForkedError, OSError):
            self.close()


def create_writer(
    name: str,
    buffer_count: int | None = None,
    *,
    capacity: int | None = None,
    overflow: str = "block",
    schema: ArrowSchemaExportable | None = None,
    timeout_ms: int = 30_000,
    directory: _arguments.StrPath | None = None,
    schema_capacity: int | None = None,
    reader_capacity: int | None = None,
    lifetime: str = "default",
    takeover: str = "replace",
    mode: int = 0o600,
    evict_after_ms: int = 0,
    populate: bool = False,
    huge_pages: bool = False,
    wait: str = "adaptive",
) -> Writer:
    """Creates segment `name` and its one writer. Close it, or use it as a context manager.

    name: letters, digits, '.', '_', '-', up to 200; it begins with a letter or a digit.
    buffer_count: batches that can be published and unread or held at once, 1 to 65,535. Default 256.
    capacity: bytes of the data area; memory is taken only as it is used. Default 256 MiB.
    overflow: "block" waits for the slowest reader (and, without any, for the first one); "drop_oldest" never waits for
        readers: who lags loses batches and is told.
    schema: fixes the schema now instead of at the first write.
    timeout_ms: bounds each wait of this writer that has no timeout of its own; negative waits for ever.
    directory: where segments are. Default: the environment's QADS_DIR, else /dev/shm.
    schema_capacity: bytes of the schema section. Default 4 MiB.
    reader_capacity: readers that can be attached at once, 1 to 64. Default 64.
    lifetime: when the name goes away: "until_drained" (default for block), "until_closed" (default for drop_oldest),
        "keep".
    takeover: what happens to the name of a writer that finished or died: "replace" or "refuse" (QadsExistsError).
    mode: of the file; 0o660 opens the segment to the file's group.
    evict_after_ms: block: a reader that keeps the writer waiting so long loses its place; 0 never.
    populate: touch all of the data area now instead of on first use.
    huge_pages: ask the kernel for huge pages; a wish, granted where the system allows.
    wait: "adaptive" spins shortly, then sleeps; "busy" spins all the time; "sleep" sleeps at once.

    Raises QadsExistsError (a live writer has the name), QadsInvalidError, QadsNoSpaceError, QadsPermissionError,
    QadsFilesystemError, QadsSystemError.
    """
    each_wait = _arguments.number(timeout_ms, _arguments.INT64, "timeout_ms")
    core = _core.Writer(
        name=_arguments.segment_name(name),
        directory=_arguments.directory(directory),
        capacity=_arguments.optional(capacity, _arguments.INT64, "capacity"),
        schema_capacity=_arguments.optional(schema_capacity, _arguments.INT64, "schema_capacity"),
        slots=_arguments.optional(buffer_count, _arguments.INT32, "buffer_count"),
        reader_capacity=_arguments.optional(reader_capacity, _arguments.INT32, "reader_capacity"),
        overflow=_arguments.choice(overflow, OVERFLOWS, "overflow"),
        lifetime=_arguments.choice(lifetime, LIFETIMES, "lifetime"),
        takeover=_arguments.choice(takeover, TAKEOVERS, "takeover"),
        mode=_arguments.number(mode, _arguments.UINT32, "mode"),
        evict_after_ms=_arguments.number(evict_after_ms, _arguments.INT64, "evict_after_ms"),
        populate=populate,
        huge_pages=huge_pages,
        wait=_arguments.choice(wait, WAITS, "wait"),
    )
    writer = Writer(core, name, each_wait)
    if schema is not None:
        try:
            writer.set_schema(schema)
        except BaseException:
            writer._close_quietly()
            raise
    return writer
