"""The exceptions: one class a kind, all under QadsError, each with the built-in class that fits it among its bases."""

from __future__ import annotations


class QadsError(Exception):
    """Whatever went wrong here. The message names the segment, the field and the numbers."""

    code: int = -24
    """The status of the C interface."""
    kind: str = "internal"
    """Its name, such as "would not fit": the same in every language."""


class QadsTimeoutError(QadsError, TimeoutError):
    """Nothing came, or no room became free, within the timeout."""

    code, kind = -1, "timeout"


class QadsEndOfStreamError(QadsError, EOFError):
    """The writer finished and everything was read. Iteration ends instead."""

    code, kind = -2, "end of stream"


class QadsWriterDiedError(QadsError, ConnectionError):
    """The writer died, or closed without finishing. Everything that it had published was read before."""

    code, kind = -3, "writer died"


class QadsWouldNotFitError(QadsError, ValueError):
    """A row, a message or a schema is larger than its place in the segment."""

    code, kind = -4, "would not fit"


class QadsNoSpaceError(QadsError, OSError):
    """The file system of the segment directory is full."""

    code, kind = -5, "no space"


class QadsCorruptError(QadsError, ValueError):
    """A value read from the segment is impossible."""

    code, kind = -6, "corrupt"


class QadsSchemaMismatchError(QadsError, ValueError):
    """A batch has another schema than the segment, or another one was requested."""

    code, kind = -7, "schema mismatch"


class QadsOverrunError(QadsError, RuntimeError):
    """drop_oldest: batches were lost. The next call goes on at the oldest one that is retained."""

    code, kind = -8, "overrun"


class QadsExistsError(QadsError, FileExistsError):
    """The name has a live writer, or taking it over was refused."""

    code, kind = -9, "exists"


class QadsNotFoundError(QadsError, FileNotFoundError):
    """No segment has this name."""

    code, kind = -10, "not found"


class QadsPermissionError(QadsError, PermissionError):
    """Another user's segment, or its mode forbids it."""

    code, kind = -11, "permission"


class QadsInvalidError(QadsError, ValueError):
    """An argument or an Arrow structure that can't be."""

    code, kind = -12, "invalid argument"


class QadsUnsupportedTypeError(QadsError, TypeError):
    """An Arrow type that the library in question can't carry."""

    code, kind = -13, "unsupported type"


class QadsClosedError(QadsError, ValueError):
    """The writer or reader was closed, or the writer has finished."""

    code, kind = -14, "closed"


class QadsForkedError(QadsError, RuntimeError):
    """The object belongs to the parent process: after a fork, the child opens its own (or use spawn)."""

    code, kind = -15, "forked"


class QadsEvictedError(QadsError, ConnectionError):
    """The reader lagged longer than the segment allows and lost its place."""

    code, kind = -16, "evicted"


class QadsForeignError(QadsError, ValueError):
    """The file isn't a segment."""

    code, kind = -17, "foreign"


class QadsVersionError(QadsError, RuntimeError):
    """The segment has a layout that this library doesn't know."""

    code, kind = -18, "version"


class QadsTooManyReadersError(QadsError, RuntimeError):
    """Every reader entry of the segment is taken."""

    code, kind = -19, "too many readers"


class QadsSystemError(QadsError, OSError):
    """A system call failed."""

    code, kind = -20, "system"


class QadsNoMemoryError(QadsError, MemoryError):
    """The process has no memory left."""

    code, kind = -21, "no memory"


class QadsProducerError(QadsError, RuntimeError):
    """The object being written could not hand over its data. What was written before stays."""

    code, kind = -22, "producer"


class QadsFilesystemError(QadsError, OSError):
    """The segment directory is on a file system whose locks can't be trusted."""

    code, kind = -23, "filesystem"


class QadsInternalError(QadsError, RuntimeError):
    """A defect of this library."""

    code, kind = -24, "internal"


_BY_CODE: dict[int, type[QadsError]] = {one.code: one for one in QadsError.__subclasses__()}


def error_of(code: int, message: bytes) -> QadsError:
    """The exception of a status; the extension module raises it."""
    return _BY_CODE.get(code, QadsInternalError)(message.decode("utf-8", "replace"))
