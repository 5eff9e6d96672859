#![doc = include_str!("../README.md")]

mod arena_buffer;
mod closer;
mod describe;
mod directory;
mod error;
mod events;
mod export;
mod handle;
mod import;
mod info;
mod lease;
mod message;
mod options;
#[cfg(feature = "polars")]
pub mod polars;
mod producer;
mod reader;
mod reader_builder;
mod segment;
mod timeout;
mod writer;
mod writer_builder;

pub use arena_buffer::{ArenaBuffer, ArenaValues};
pub use closer::Closer;
pub use directory::{list, list_in, remove, remove_in, remove_unread};
pub use error::{Error, Result};
pub use info::{ColumnReport, CopyReason, ReaderState, ReaderStatistics, SegmentInfo, StreamState};
pub use message::{BatchInfo, Message};
pub use options::{Lifetime, Loss, Overflow, Start, Takeover, Wait};
pub use reader::Reader;
pub use reader_builder::ReaderBuilder;
pub use segment::Segment;
pub use timeout::Timeout;
pub use writer::{Messages, Writer};
pub use writer_builder::WriterBuilder;

/// Creates a segment with room for `buffer_count` batches that are unread or held, and its writer. More options: [`Writer::builder`].
///
/// # Errors
/// As [`WriterBuilder::create`].
pub fn create_writer(name: &str, buffer_count: i32) -> Result<Writer> {
    Writer::builder(name).slots(buffer_count).create()
}

/// Attaches a reader to a segment. More options, such as waiting for the segment to appear: [`Reader::builder`].
///
/// # Errors
/// As [`ReaderBuilder::open`].
pub fn create_reader(name: &str) -> Result<Reader> {
    Reader::builder(name).open()
}

/// Version of the core that is built in.
#[must_use]
pub fn version() -> &'static str {
    // SAFETY: a constant text.
    unsafe { std::ffi::CStr::from_ptr(qadataswap_sys::qads_version()) }.to_str().unwrap_or("")
}
