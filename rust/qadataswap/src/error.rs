//! What can go wrong, one variant a status code of the core.

use std::ffi::CStr;

use arrow_schema::ArrowError;
use qadataswap_sys as sys;

/// The result of everything that can fail here.
pub type Result<T> = std::result::Result<T, Error>;

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident = $code:ident;)*) => {
        /// What went wrong: a variant a status code of the core, each with the core's sentence about it, which names the segment,
        /// the field and the numbers.
        #[derive(Debug, thiserror::Error)]
        #[non_exhaustive]
        pub enum Error {
            $(
                $(#[$doc])*
                #[error("{kind}: {0}", kind = name_of(sys::$code))]
                $name(String),
            )*
            /// Arrow's own library refused something.
            #[error("arrow: {0}")]
            Arrow(#[from] ArrowError),
        }

        impl Error {
            /// The core's number for this kind; `None` for an error of Arrow's own library.
            #[must_use]
            pub fn code(&self) -> Option<i32> {
                match self {
                    $(Self::$name(_) => Some(sys::$code),)*
                    Self::Arrow(_) => None,
                }
            }

            /// The sentence, without the kind.
            #[must_use]
            pub fn message(&self) -> String {
                match self {
                    $(Self::$name(message) => message.clone(),)*
                    Self::Arrow(error) => error.to_string(),
                }
            }

            pub(crate) fn new(code: sys::qads_status, message: String) -> Self {
                match code {
                    $(sys::$code => Self::$name(message),)*
                    _ => Self::Internal(format!("status {code}, which this crate doesn't know: {message}")),
                }
            }
        }
    };
}

errors! {
    /// Nothing came, or no room became free, within the timeout.
    Timeout = QADS_ERR_TIMEOUT;
    /// The writer finished, and this reader has read everything.
    EndOfStream = QADS_END_OF_STREAM;
    /// The writer died, or closed without finishing; everything that it had published was read.
    WriterDied = QADS_ERR_WRITER_DIED;
    /// One row, a message (`drop_oldest`) or a schema is larger than its place.
    WouldNotFit = QADS_ERR_WOULD_NOT_FIT;
    /// The file system of the segment directory is full.
    NoSpace = QADS_ERR_NO_SPACE;
    /// A value read from the segment, or its size, is impossible.
    Corrupt = QADS_ERR_CORRUPT;
    /// A batch has another schema than the segment.
    SchemaMismatch = QADS_ERR_SCHEMA_MISMATCH;
    /// `drop_oldest`: batches were lost; the next call goes on at the oldest that is retained.
    Overrun = QADS_ERR_OVERRUN;
    /// The name has a live writer, or taking it over was refused.
    Exists = QADS_ERR_EXISTS;
    /// No segment has this name.
    NotFound = QADS_ERR_NOT_FOUND;
    /// The segment is another user's, or file modes forbid it.
    Permission = QADS_ERR_PERMISSION;
    /// A name, a number or a batch that can't be.
    Invalid = QADS_ERR_INVALID;
    /// A type that can't be carried; the message names the field and the type.
    UnsupportedType = QADS_ERR_UNSUPPORTED_TYPE;
    /// The writer or reader was closed.
    Closed = QADS_ERR_CLOSED;
    /// The writer or reader belongs to the parent process.
    Forked = QADS_ERR_FORKED;
    /// This reader lagged longer than the segment allows, and lost its place.
    Evicted = QADS_ERR_EVICTED;
    /// The file isn't a segment.
    Foreign = QADS_ERR_FOREIGN;
    /// The segment has a layout that this library doesn't know.
    Version = QADS_ERR_VERSION;
    /// Every reader entry of the segment is taken.
    TooManyReaders = QADS_ERR_TOO_MANY_READERS;
    /// A system call failed; the message carries `errno`.
    System = QADS_ERR_SYSTEM;
    /// This process has no memory left.
    NoMemory = QADS_ERR_NO_MEMORY;
    /// The stream that was being written failed; the message is its own.
    Producer = QADS_ERR_PRODUCER;
    /// The directory is on a file system whose locks can't be trusted.
    FileSystem = QADS_ERR_FILESYSTEM;
    /// A defect of this library.
    Internal = QADS_ERR_INTERNAL;
}

impl Error {
    /// The kind in words, such as `timeout` or `would not fit`: what the error's text begins with.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.code().map_or("arrow", name_of)
    }

    /// The same, naming the segment as the core does: for what this crate finds itself.
    pub(crate) fn in_segment(self, name: &str) -> Self {
        match self {
            Self::UnsupportedType(message) => Self::UnsupportedType(format!("segment '{name}': {message}")),
            other => other,
        }
    }
}

impl From<Error> for ArrowError {
    /// What a reader that is used as a `RecordBatchReader` yields; the source of the result is this crate's error.
    fn from(error: Error) -> Self {
        match error {
            Error::Arrow(error) => error,
            other => Self::ExternalError(Box::new(other)),
        }
    }
}

fn name_of(code: sys::qads_status) -> &'static str {
    // SAFETY: the core hands out constant texts, for every code.
    let name = unsafe { CStr::from_ptr(sys::qads_status_name(code)) };
    name.to_str().unwrap_or("unknown")
}

/// The outcome of a call of the core. Must be asked for on the thread that made the call, before its next one.
pub(crate) fn check(status: sys::qads_status) -> Result<()> {
    if status == sys::QADS_OK {
        return Ok(());
    }
    // SAFETY: a text of this thread, valid until its next failing call; it is copied here.
    let message = unsafe { CStr::from_ptr(sys::qads_last_error()) };
    Err(Error::new(status, message.to_string_lossy().into_owned()))
}
