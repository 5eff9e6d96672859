"""The reading side."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING

from . import _arguments, _arrow, _core
from ._errors import QadsEndOfStreamError, QadsTimeoutError
from ._handle import Handle
from ._statistics import ReaderStatistics
from ._writer import WAITS

if TYPE_CHECKING:
    import pyarrow as pa

STARTS = ("earliest", "latest")
LOSSES = ("error", "count")


class Reader(Handle):
    """One reader of a segment; made by `create_reader`. It sees every batch from where it joined, in order, once.

    What it hands out lies in the segment, read-only and without a copy. Each batch keeps its place there, a slot that
    the writer can't use again, until the last object made of it is gone: a slice, a column, a DataFrame. That may be
    after the reader was closed.

    Iterating gives pyarrow record batches up to the end of the stream; `for batch in reader.batches()` does so without
    pyarrow. As a whole, a reader can be handed to whatever takes a stream: `polars.DataFrame(reader)`,
    `pyarrow.RecordBatchReader.from_stream(reader)`, `duckdb.from_arrow(...)`, datafusion. That takes all that follows.

    Threads: every method may be called from any thread; calls follow one another (two threads that iterate share the
    batches), and `close` ends those that wait (QadsClosedError). The GIL is released while a call waits. In the main
    thread a signal handler that raises (Ctrl-C) ends a wait within 100 ms, and no batch is lost by it. After a fork,
    the child's calls raise QadsForkedError.
    """

    def __init__(self, core: _core.Reader, name: str, timeout_ms: int) -> None:
        """For `create_reader`."""
        super().__init__(name, timeout_ms)
        self._core = core
        self._arrow_schema: pa.Schema | None = None
        # Columns, once polars is known to take them: qadataswap._frames.
        self._frame_width: int | None = None

    @property
    def schema(self) -> pa.Schema:
        """The segment's schema as pyarrow has it; waits until the writer has set it, up to the reader's timeout."""
        if self._arrow_schema is None:
            self._arrow_schema = _arrow.schema_of(self._core.schema(self._timeout_ms))
        return self._arrow_schema

    def read_arrow(self, timeout_ms: int | None = None) -> pa.Table | None:
        """The next message, whole, as a pyarrow.Table; None if it didn't come in time.

        timeout_ms: for the whole message; negative waits for ever, 0 looks once. Default: the reader's. After None in
            the middle of a message the next call goes on with it.

        A message that takes half of the segment's slots or of its capacity is copied out, so that the writer has room
        for the next one while this one is held; smaller ones lie in the segment. Raises QadsEndOfStreamError after the
        last message, QadsWriterDiedError if the writer died, QadsOverrunError (drop_oldest), QadsEvictedError,
        QadsCorruptError, QadsClosedError, QadsForkedError, and ImportError without pyarrow: see `read_message`.
        """
        _arrow.required("read_arrow", "use read_message, or hand the reader itself to polars or DuckDB")
        message = self.read_message(timeout_ms)
        return None if message is None else _arrow.table(message, self.schema)

    def read_message(self, timeout_ms: int | None = None) -> _core.Message | None:
        """The same as an object with `__arrow_c_stream__`, for which pyarrow isn't needed."""
        return self._core.next_message(_arguments.timeout(timeout_ms, self._timeout_ms))

    def read_batch(self, timeout_ms: int | None = None) -> _core.Batch | None:
        """The next batch as an object with `__arrow_c_array__`; None if none came in time. It knows its `sequence`, the
        batches `lost_before` it, and whether it `is_first` and `is_last` of its message. Raises as `read_arrow`.
        """
        return self._core.next(_arguments.timeout(timeout_ms, self._timeout_ms))

    def read_record_batch(self, timeout_ms: int | None = None) -> pa.RecordBatch | None:
        """The next batch as a pyarrow.RecordBatch; None if none came in time. Raises as `read_arrow`."""
        wait = _arguments.timeout(timeout_ms, self._timeout_ms)
        if self._arrow_schema is None:
            return self._first_imported(wait, "read_record_batch", "read_batch")
        return self._core.next_imported(_arrow.batch_importer(), self._arrow_schema, wait)

    def _first_imported(self, timeout_ms: int, what: str, instead: str) -> pa.RecordBatch | None:
        # The schema comes with it; from then on a batch is one call of the extension module, and one of pyarrow.
        _arrow.required(what, f"use {instead}")
        batch = self._core.next(timeout_ms)
        return None if batch is None else _arrow.record_batch(batch, self.schema)

    def batches(self) -> Iterator[_core.Batch]:
        """Iterates up to the end of the stream, without pyarrow. The reader's timeout bounds each wait."""
        while True:
            try:
                batch = self._core.next(self._timeout_ms)
            except QadsEndOfStreamError:
                return
            if batch is None:
                raise self._nothing_came()
            yield batch
            del batch  # else it would be held through the next wait

    def __iter__(self) -> Reader:
        """The reader itself."""
        return self

    def __next__(self) -> pa.RecordBatch:
        """The next batch. Raises QadsTimeoutError if none came in time, StopIteration at the end."""
        try:
            if self._arrow_schema is None:
                batch = self._first_imported(self._timeout_ms, "iterating over a reader", "reader.batches()")
            else:
                batch = self._core.next_imported(_arrow.batch_importer(), self._arrow_schema, self._timeout_ms)
        except QadsEndOfStreamError:
            raise StopIteration from None
        if batch is None:
            raise self._nothing_came()
        return batch

    def _nothing_came(self) -> QadsTimeoutError:
        position = self._core.statistics()["position"]
        return QadsTimeoutError(
            f"segment '{self._name}': nothing came within {self._timeout_ms} ms; the next batch is number {position}"
        )

    def wait(self, timeout_ms: int | None = None) -> bool:
        """Waits until there is something to look at; takes nothing. False if nothing came in time.

        True stands for a batch, and also for what the next read raises of an overrun or an eviction, or skips of a
        message that began before this reader joined. The end of the stream, and whatever else ends it, is raised as by
        a read.
        """
        return self._core.wait(_arguments.timeout(timeout_ms, self._timeout_ms))

    def fileno(self) -> int:
        """A descriptor for event loops (asyncio, select, trio): readable while there is something to read.

        When it is readable, call `read_batch(0)` or `read_arrow(0)`, once or up to the None that makes it unreadable
        until there is more. Only to be waited on, never read, written or closed; it goes with the reader and with the
        streams made of it. The first call starts a thread of the core's, which sleeps (with wait="poll": polls).
        """
        return self._core.descriptor()

    def __arrow_c_schema__(self) -> object:
        """The schema as a capsule; waits until the writer has set it, up to the reader's timeout."""
        return self._core.schema(self._timeout_ms).__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """All that follows, as a capsule of an Arrow C stream; each batch is waited for up to the reader's timeout.

        requested_schema: None, or a capsule of a schema equal to the segment's (metadata aside); another one raises
            QadsSchemaMismatchError, because data is handed over as it was written.

        The stream takes its batches from this reader's place. It fails once the reader is closed. Errors reach the
        consumer as its own, with this library's message.
        """
        if requested_schema is not None:
            self._core.schema(self._timeout_ms).require_equal(requested_schema)
        return self._core.stream(self._timeout_ms)

    def _room(self) -> tuple[int, int]:
        # Slots, and bytes of the data area.
        return self._core.room()

    def statistics(self) -> ReaderStatistics:
        """What this reader did so far. Doesn't wait, also while another thread does."""
        return ReaderStatistics(**self._core.statistics())

    def close(self) -> None:
        """Gives up the reader's place. What was read stays valid. Any thread; twice is fine."""
        self._closed = True
        self._core.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes."""
        self.close()


def create_reader(
    name: str,
    *,
    timeout_ms: int = 30_000,
    attach_timeout_ms: int = 0,
    start: str = "earliest",
    loss: str = "error",
    directory: _arguments.StrPath | None = None,
    wait: str = "adaptive",
    offline: bool = False,
) -> Reader:
    """Attaches to segment `name`. Close the reader, or use it as a context manager.

    name: as the writer gave it.
    timeout_ms: bounds each wait of this reader that has no timeout of its own; negative waits for ever.
    attach_timeout_ms: how long to wait for the name to appear; negative for ever.
    start: "earliest" at the oldest message that is retained; "latest" at the next one published.
    loss: what an overrun does (drop_oldest): "error" raises QadsOverrunError once; "count" goes on, and the loss shows
        in `lost_before` of a batch and in the statistics.
    directory: where segments are. Default: the environment's QADS_DIR, else /dev/shm.
    wait: "adaptive" spins shortly, then sleeps; "busy" spins all the time; "sleep" sleeps at once; "poll" spins
        shortly, then takes naps of up to 1 ms, so that the writer never pays for waking this reader.
    offline: read a copy of a segment file; nothing in it is changed.

    Raises QadsNotFoundError (also after waiting), QadsForeignError, QadsVersionError, QadsCorruptError,
    QadsPermissionError, QadsTooManyReadersError, QadsInvalidError.
    """
    each_wait = _arguments.number(timeout_ms, _arguments.INT64, "timeout_ms")
    core = _core.Reader(
        _arguments.segment_name(name),
        _arguments.directory(directory),
        _arguments.number(attach_timeout_ms, _arguments.INT64, "attach_timeout_ms"),
        _arguments.choice(start, STARTS, "start"),
        _arguments.choice(loss, LOSSES, "loss"),
        _arguments.choice(wait, WAITS, "wait"),
        offline,
    )
    return Reader(core, name, each_wait)
