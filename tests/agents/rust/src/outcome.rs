//! How the agent ends: exit statuses, the one line of error, the one line of statistics.

use std::fmt;
use std::time::Instant;

use arrow_schema::ArrowError;
use qadataswap::Error;

pub enum Failure {
    Usage(String),
    /// A file that can't be opened, read or written.
    File(String),
    /// A type that Arrow's Rust library can't carry.
    Type(String),
    Changed(String),
    Panic(String),
    Library(Error),
    /// Batches were lost; what else went wrong.
    Lost(u64, Option<Box<Failure>>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

impl From<ArrowError> for Failure {
    fn from(error: ArrowError) -> Self {
        match error {
            ArrowError::NotYetImplemented(_) | ArrowError::SchemaError(_) | ArrowError::CDataInterface(_) => {
                Self::Type(error.to_string())
            }
            other => Self::Library(other.into()),
        }
    }
}

impl Failure {
    pub fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Type(_) => 3,
            Self::Lost(_, None) => 6,
            Self::Lost(_, Some(cause)) => cause.code(),
            Self::File(_) | Self::Changed(_) | Self::Panic(_) => 1,
            Self::Library(error) => match error {
                Error::UnsupportedType(_) => 3,
                Error::Timeout(_) | Error::NotFound(_) => 4,
                Error::WriterDied(_) => 5,
                Error::Overrun(_) => 6,
                Error::Corrupt(_) => 7,
                _ => 1,
            },
        }
    }
}

impl fmt::Display for Failure {
    /// The kind, a colon, and the rest, which may have several lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) => write!(f, "usage: {message}"),
            Self::File(message) => write!(f, "error: {message}"),
            Self::Type(message) => write!(f, "unsupported type: {message}"),
            Self::Changed(message) => write!(f, "changed: {message}"),
            Self::Panic(message) => write!(f, "internal: {message}"),
            Self::Library(error) => write!(f, "{error}"),
            Self::Lost(lost, None) => {
                write!(f, "overrun: batches were dropped before this reader came to them, lost={lost}")
            }
            Self::Lost(lost, Some(cause)) => write!(f, "{cause} lost={lost}"),
        }
    }
}

/// One line, whatever the message is.
pub fn one_line(failure: &Failure) -> String {
    failure.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Counts what passed, from the first batch to the last.
#[derive(Default)]
pub struct Tally {
    times: Option<(Instant, Instant)>,
    rows: usize,
    batches: u64,
}

impl Tally {
    pub fn batch(&mut self, rows: usize) {
        let now = Instant::now();
        self.times = Some((self.times.map_or(now, |(first, _)| first), now));
        self.rows += rows;
        self.batches += 1;
    }

    pub fn line(&self, bytes: u64) -> String {
        let seconds = self.times.map_or(0.0, |(first, last)| (last - first).as_secs_f64());
        format!("stats rows={} batches={} bytes={bytes} seconds={seconds:.9}", self.rows, self.batches)
    }
}
