//! Looking at a segment without reading from it.

use std::path::Path;

use crate::error::Result;
use crate::handle::ArenaHandle;
use crate::info::{ReaderState, SegmentInfo, reader_states, segment_info};
use crate::reader_builder::attach;
use crate::timeout::Timeout;

/// A segment that is looked at: who writes, who reads, how far behind each is. It takes no place among the readers.
#[derive(Debug)]
pub struct Segment(ArenaHandle);

impl Segment {
    /// Attaches to a segment of the default directory.
    ///
    /// # Errors
    /// As [`ReaderBuilder::open`](crate::ReaderBuilder::open).
    pub fn attach(name: &str) -> Result<Self> {
        attach(name, None, Timeout::POLL, false).map(Self)
    }

    /// Attaches to a segment of another directory.
    ///
    /// # Errors
    /// As [`attach`](Self::attach).
    pub fn attach_in(directory: impl AsRef<Path>, name: &str) -> Result<Self> {
        attach(name, Some(directory.as_ref()), Timeout::POLL, false).map(Self)
    }

    /// The segment and what has passed through it. Doesn't block.
    ///
    /// # Errors
    /// [`Corrupt`](crate::Error::Corrupt), [`Forked`](crate::Error::Forked).
    pub fn info(&self) -> Result<SegmentInfo> {
        segment_info(&self.0)
    }

    /// The readers that are attached. Doesn't block.
    ///
    /// # Errors
    /// As [`info`](Self::info).
    pub fn readers(&self) -> Result<Vec<ReaderState>> {
        reader_states(&self.0)
    }
}
