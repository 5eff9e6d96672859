//! Polars `DataFrame`s in and out (feature `polars`).
//!
//! Both ways go through the Arrow C Data interface, so what polars itself keeps in Arrow's form isn't copied on the way from the segment:
//! integers, floats, booleans, times in milliseconds to nanoseconds, dates, lists, structs, string and binary views. It makes new columns of
//! what it has no form for: dictionaries become categoricals, seconds become milliseconds, times of day nanoseconds, strings and binaries
//! with offsets get views (their bytes stay where they are if the column is `LargeUtf8`, `LargeBinary`, `Utf8` or `Binary`).

mod carriable;
mod export;
mod import;

use polars_core::frame::DataFrame;

use crate::error::Result;
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
        self.read_arrow(timeout)?.map(Message::into_frame).transpose()
    }
}

impl Message {
    /// The message as a frame: see [`Reader::read_frame`].
    ///
    /// # Errors
    /// [`UnsupportedType`](crate::Error::UnsupportedType).
    pub fn into_frame(self) -> Result<DataFrame> {
        import::frame(&self)
    }
}
