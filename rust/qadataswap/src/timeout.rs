//! How long a call may wait.

use std::time::Duration;

/// How long a call may wait: made from milliseconds (negative: for ever, 0: look once) or from a [`Duration`].
///
/// ```
/// use qadataswap::Timeout;
/// use std::time::Duration;
///
/// assert_eq!(Timeout::from(1500), Timeout::from(Duration::from_millis(1500)));
/// assert_eq!(Timeout::from(-1), Timeout::FOREVER);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeout(i64);

impl Timeout {
    /// No end to the waiting, but what ends every wait: closing, the end of the stream, the death of the other side.
    pub const FOREVER: Self = Self(-1);
    /// Looks once.
    pub const POLL: Self = Self(0);
    /// What a writer or reader uses unless it is told otherwise: 30 seconds.
    pub const DEFAULT: Self = Self(30_000);

    pub(crate) fn millis(self) -> i64 {
        self.0
    }
}

impl From<i64> for Timeout {
    fn from(millis: i64) -> Self {
        Self(millis.max(-1))
    }
}

impl From<i32> for Timeout {
    fn from(millis: i32) -> Self {
        Self::from(i64::from(millis))
    }
}

impl From<Duration> for Timeout {
    /// Rounded up to milliseconds, so that a short wait doesn't become a look.
    fn from(duration: Duration) -> Self {
        Self(i64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(i64::MAX))
    }
}
