//! Whole messages, and where batches stand in their stream.

use std::ffi::CStr;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{Array, RecordBatch, make_array};
use arrow_data::ArrayData;
use arrow_data::ffi::FFI_ArrowArray;
use arrow_schema::{DataType, SchemaRef};
use arrow_select::concat::concat_batches;
use qadataswap_sys as sys;

use crate::error::{Error, Result};
use crate::import::empty_array;

/// One written table: everything that one write published.
#[derive(Debug, Clone)]
pub struct Message {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    sequence: u64,
    lost_before: u64,
    rows: usize,
}

impl Message {
    pub(crate) fn new(schema: SchemaRef, batches: Vec<RecordBatch>, info: &sys::qads_batch_info) -> Self {
        let rows = batches.iter().map(RecordBatch::num_rows).sum();
        Self { schema, batches, sequence: info.sequence, lost_before: info.lost_before, rows }
    }

    /// The segment's schema.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Its batches: one, unless it was written as several, or was larger than the data area.
    #[must_use]
    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// Its batches.
    #[must_use]
    pub fn into_batches(self) -> Vec<RecordBatch> {
        self.batches
    }

    /// All of it as one batch. Copies only if it has several.
    ///
    /// # Errors
    /// [`Arrow`](Error::Arrow) if together they are too large for one batch of this type.
    pub fn into_batch(mut self) -> Result<RecordBatch> {
        match self.batches.pop() {
            Some(batch) if self.batches.is_empty() => Ok(batch),
            last => {
                self.batches.extend(last);
                share_dictionaries(&mut self.batches)?;
                Ok(concat_batches(&self.schema, &self.batches)?)
            }
        }
    }

    /// Rows of all batches.
    #[must_use]
    pub fn num_rows(&self) -> usize {
        self.rows
    }

    /// Number of its first batch since the segment began, from 0.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Batches lost to overrun between what was taken before and this.
    #[must_use]
    pub fn lost_before(&self) -> u64 {
        self.lost_before
    }
}

/// The pieces of a batch that was cut have equal dictionaries, each in its own place. arrow-rs joins dictionaries, in another order, unless
/// they are one.
fn share_dictionaries(batches: &mut [RecordBatch]) -> Result<()> {
    let Some((first, others)) = batches.split_first_mut() else { return Ok(()) };
    for (index, column) in first.columns().iter().enumerate() {
        let like = column.to_data();
        if !has_dictionary(&like) {
            continue;
        }
        for batch in &mut *others {
            let mut columns = batch.columns().to_vec();
            columns[index] = make_array(shared(&like, &columns[index].to_data()));
            // A batch with such a column has its rows from it.
            *batch = RecordBatch::try_new(batch.schema(), columns)?;
        }
    }
    Ok(())
}

fn has_dictionary(data: &ArrayData) -> bool {
    matches!(data.data_type(), DataType::Dictionary(..)) || data.child_data().iter().any(has_dictionary)
}

/// `data` with the dictionaries of `like`, an array of the same type, where they are equal.
fn shared(like: &ArrayData, data: &ArrayData) -> ArrayData {
    let is_dictionary = matches!(data.data_type(), DataType::Dictionary(..));
    let children = like.child_data().iter().zip(data.child_data());
    let children =
        children.map(|(like, data)| if is_dictionary && like == data { like.clone() } else { shared(like, data) });
    let builder = data.clone().into_builder().child_data(children.collect());
    // SAFETY: the same data, but for dictionaries that are equal to its own.
    unsafe { builder.build_unchecked() }
}

impl IntoIterator for Message {
    type Item = RecordBatch;
    type IntoIter = std::vec::IntoIter<RecordBatch>;

    fn into_iter(self) -> Self::IntoIter {
        self.batches.into_iter()
    }
}

/// Where a batch stands in its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchInfo {
    /// Number of the batch since the segment began, from 0.
    pub sequence: u64,
    /// Batches lost to overrun between the batch taken before and this one.
    pub lost_before: u64,
    /// It is the first batch of its message.
    pub first: bool,
    /// It is the last batch of its message.
    pub last: bool,
}

impl BatchInfo {
    pub(crate) fn empty() -> sys::qads_batch_info {
        sys::qads_batch_info { sequence: 0, lost_before: 0, length: 0, flags: 0, reserved: 0 }
    }

    pub(crate) fn new(info: &sys::qads_batch_info) -> Self {
        Self {
            sequence: info.sequence,
            lost_before: info.lost_before,
            first: info.flags & sys::QADS_BATCH_FIRST != 0,
            last: info.flags & sys::QADS_BATCH_LAST != 0,
        }
    }
}

/// The arrays of a stream that the core made.
pub(crate) fn batches_of(stream: &mut FFI_ArrowArrayStream) -> impl Iterator<Item = Result<FFI_ArrowArray>> {
    std::iter::from_fn(move || {
        let next = stream.get_next()?;
        let mut array = empty_array();
        // SAFETY: a live stream of the core; the array is ours.
        let code = unsafe { next(stream, &raw mut array) };
        if code != 0 {
            return Some(Err(Error::System(format!("a message's stream failed: {}", last_error(stream, code)))));
        }
        (!array.is_released()).then_some(Ok(array))
    })
}

fn last_error(stream: &mut FFI_ArrowArrayStream, code: i32) -> String {
    // SAFETY: a live stream; its text is valid until the next call.
    let text = stream.get_last_error().map_or(std::ptr::null(), |ask| unsafe { ask(stream) });
    if text.is_null() {
        return format!("error {code}");
    }
    // SAFETY: not null, so a text.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}
