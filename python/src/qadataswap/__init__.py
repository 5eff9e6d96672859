"""Apache Arrow record batches between processes through shared memory: one writer, up to 64 readers.

    with qadataswap.create_writer("trades") as writer:          # here
        writer.write_arrow(table)

    with qadataswap.create_reader("trades") as reader:          # there
        for batch in reader: ...

Timeouts are milliseconds: negative waits for ever, 0 looks once. Errors are subclasses of QadsError, each of the
built-in class that fits it as well. pyarrow is optional; what needs it says so. `qadataswap.polars` has DataFrames in
and out.
"""

from . import _core
from ._core import Allocation, Batch, Message
from ._errors import (
    QadsClosedError,
    QadsCorruptError,
    QadsEndOfStreamError,
    QadsError,
    QadsEvictedError,
    QadsExistsError,
    QadsFilesystemError,
    QadsForeignError,
    QadsForkedError,
    QadsInternalError,
    QadsInvalidError,
    QadsNoMemoryError,
    QadsNoSpaceError,
    QadsNotFoundError,
    QadsOverrunError,
    QadsPermissionError,
    QadsProducerError,
    QadsSchemaMismatchError,
    QadsSystemError,
    QadsTimeoutError,
    QadsTooManyReadersError,
    QadsUnsupportedTypeError,
    QadsVersionError,
    QadsWouldNotFitError,
    QadsWriterDiedError,
)
from ._events import Event
from ._reader import Reader, create_reader
from ._statistics import (
    ColumnReport,
    ReaderState,
    ReaderStatistics,
    SegmentStatistics,
    inspect_segment,
    list_segments,
    remove_segment,
)
from ._writer import Writer, create_writer

__version__ = _core.version

__all__ = [
    "Allocation",
    "Batch",
    "ColumnReport",
    "Event",
    "Message",
    "QadsClosedError",
    "QadsCorruptError",
    "QadsEndOfStreamError",
    "QadsError",
    "QadsEvictedError",
    "QadsExistsError",
    "QadsFilesystemError",
    "QadsForeignError",
    "QadsForkedError",
    "QadsInternalError",
    "QadsInvalidError",
    "QadsNoMemoryError",
    "QadsNoSpaceError",
    "QadsNotFoundError",
    "QadsOverrunError",
    "QadsPermissionError",
    "QadsProducerError",
    "QadsSchemaMismatchError",
    "QadsSystemError",
    "QadsTimeoutError",
    "QadsTooManyReadersError",
    "QadsUnsupportedTypeError",
    "QadsVersionError",
    "QadsWouldNotFitError",
    "QadsWriterDiedError",
    "Reader",
    "ReaderState",
    "ReaderStatistics",
    "SegmentStatistics",
    "Writer",
    "__version__",
    "create_reader",
    "create_writer",
    "inspect_segment",
    "list_segments",
    "remove_segment",
]
