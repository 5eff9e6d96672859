//! Polars `DataFrame`s in and out (feature `polars`): [`Reader::read_frame`], [`Writer::write_frame`], and [`frame_of`] for batches that are
//! there already.
//!
//! ```
//! # let folder = tempfile::tempdir_in("/dev/shm")?;
//! # let writer = qadataswap::Writer::builder("trades").directory(folder.path()).create()?;
//! # writer.write_arrow(&arrow_array::record_batch!(("price", Float64, [1.5, 1.25]))?)?;
//! # let open = || qadataswap::Reader::builder("trades").directory(folder.path()).open();
//! let reader = open()?; // or qadataswap::create_reader("trades")?
//! let frame = reader.read_frame(10_000)?.ok_or("nothing for 10 seconds")?;
//! assert_eq!(frame.shape(), (2, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Both ways go through the Arrow C Data interface. What is read lies in the segment where polars allows it:
//!
//! | column as written | in the segment | new, in polars' own memory |
//! |---|---|---|
//! | integers, floats, booleans, decimals of 128 bits, dates | all | |
//! | times, durations and times of day in the units that polars has (a time of day: nanoseconds) | all | |
//! | string and binary views | all | |
//! | fixed-size lists, large lists, structs | all, as far as their children are | |
//! | strings and binaries with offsets | the bytes | the views |
//! | lists with 32-bit offsets | the items | the offsets |
//! | times in seconds, times of day in other units | | all |
//! | dictionaries, which become categoricals | | all |
//!
//! Writing copies a frame's buffers into the segment, once. Columns of several chunks that don't end at the same rows are made one chunk first.

mod carriable;
mod export;
mod import;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use polars_core::frame::DataFrame;

use crate::error::{Error, Result};
use crate::message::Message;
use crate::reader::Reader;
use crate::timeout::Timeout;
use crate::writer::Writer;

impl Writer {
    /// Publishes a frame as one message, a batch a chunk. Strings travel as views, categoricals and enums as dictionaries.
    ///
    /// # Errors
    /// As [`write_arrow`](Writer::write_arrow); [`UnsupportedType`](crate::Error::UnsupportedType) for objects and 128-bit integers.
    pub fn write_frame(&self, frame: &DataFrame) -> Result<()> {
        export::write(self, frame)
    }
}

impl Reader {
    /// The next whole message as a frame, a chunk a batch. `None` when the time is over. The frame's columns lie in the segment where polars can
    /// use them there, and then hold the message's slots until the last of them is let go.
    ///
    /// # Errors
    /// As [`read_arrow`](Reader::read_arrow); [`UnsupportedType`](crate::Error::UnsupportedType) for a column that polars has no type for,
    /// which the message names with its type and a way out.
    pub fn read_frame(&self, timeout: impl Into<Timeout>) -> Result<Option<DataFrame>> {
        // Before the message is taken: one that polars can't carry is still there for read_arrow. No schema yet: it comes with the message.
        match self.wait_schema(Timeout::POLL) {
            Ok(schema) => schema.fields().iter().try_for_each(|field| carriable::check(field))?,
            Err(Error::Timeout(_)) => {}
            Err(error) => return Err(error),
        }
        self.read_arrow(timeout)?.map(Message::into_frame).transpose()
    }
}

impl Message {
    /// The message as a frame: see [`Reader::read_frame`].
    ///
    /// # Errors
    /// [`UnsupportedType`](crate::Error::UnsupportedType).
    pub fn into_frame(self) -> Result<DataFrame> {
        import::frame(self.schema(), self.batches())
    }
}

/// Batches of one schema as a frame, a chunk a batch: for those that a [`Reader`] yields as an iterator, and any others. What lies in a segment
/// keeps its slot as long as the frame uses it.
///
/// # Errors
/// [`UnsupportedType`](crate::Error::UnsupportedType) for a column that polars has no type for.
pub fn frame_of(schema: &Schema, batches: &[RecordBatch]) -> Result<DataFrame> {
    import::frame(schema, batches)
}
