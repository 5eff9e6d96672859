//! From arrow-rs to the core's tables of addresses, for writing: what a batch of ordinary columns needs instead of the C Data interface's
//! structs, each with an allocation and a destructor of its own.

use arrow_array::cast::AsArray;
use arrow_array::types::{BinaryType, ByteArrayType, LargeBinaryType, LargeUtf8Type, Utf8Type};
use arrow_array::{Array, ArrayRef, BooleanArray, GenericByteArray, RecordBatch, downcast_primitive_array};
use arrow_buffer::{BooleanBuffer, Buffer};
use arrow_schema::DataType;
use qadataswap_sys as sys;

/// A batch as the core takes it; it points into the batch.
pub(crate) struct Described<'a> {
    nodes: Vec<sys::qads_node>,
    buffers: Vec<sys::qads_buffer>,
    _batch: &'a RecordBatch,
}

impl<'a> Described<'a> {
    /// None for a batch with anything but numbers, booleans, texts and bytes, or with a bitmap that doesn't begin at a byte.
    pub(crate) fn new(batch: &'a RecordBatch) -> Option<Self> {
        let columns = batch.num_columns();
        let mut described = Self {
            nodes: Vec::with_capacity(columns + 1),
            buffers: Vec::with_capacity(3 * columns + 1),
            _batch: batch,
        };
        described.nodes.push(sys::qads_node { length: signed(batch.num_rows()), null_count: 0, buffer_count: 1 });
        described.buffers.push(ABSENT);
        batch.columns().iter().try_for_each(|column| described.column(column))?;
        Some(described)
    }

    /// Valid as long as this is.
    pub(crate) fn tables(&self) -> sys::qads_flat_batch {
        sys::qads_flat_batch {
            node_count: signed(self.nodes.len()),
            buffer_count: signed(self.buffers.len()),
            nodes: self.nodes.as_ptr(),
            buffers: self.buffers.as_ptr(),
            lease: std::ptr::null_mut(),
        }
    }

    fn column(&mut self, column: &ArrayRef) -> Option<()> {
        downcast_primitive_array! {
            column => {
                self.begin(column, 2)?;
                self.bytes(column.values().inner());
            }
            DataType::Boolean => self.booleans(column.as_boolean())?,
            DataType::Utf8 => self.texts(column.as_bytes::<Utf8Type>())?,
            DataType::LargeUtf8 => self.texts(column.as_bytes::<LargeUtf8Type>())?,
            DataType::Binary => self.texts(column.as_bytes::<BinaryType>())?,
            DataType::LargeBinary => self.texts(column.as_bytes::<LargeBinaryType>())?,
            _ => return None,
        }
        Some(())
    }

    fn booleans(&mut self, column: &BooleanArray) -> Option<()> {
        self.begin(column, 2)?;
        self.bits(column.values())
    }

    fn texts<T: ByteArrayType>(&mut self, column: &GenericByteArray<T>) -> Option<()> {
        self.begin(column, 3)?;
        self.bytes(column.offsets().inner().inner());
        self.bytes(column.values());
        Some(())
    }

    /// What every column has: its node and its validity.
    fn begin(&mut self, column: &dyn Array, buffers: i64) -> Option<()> {
        let (length, null_count) = (signed(column.len()), signed(column.null_count()));
        self.nodes.push(sys::qads_node { length, null_count, buffer_count: buffers });
        match column.nulls() {
            Some(nulls) if null_count > 0 => self.bits(nulls.inner())?,
            _ => self.buffers.push(ABSENT),
        }
        Some(())
    }

    fn bits(&mut self, bits: &BooleanBuffer) -> Option<()> {
        if !bits.offset().is_multiple_of(8) {
            return None;
        }
        let bytes = &bits.values()[bits.offset() / 8..];
        self.buffers.push(buffer(bytes));
        Some(())
    }

    fn bytes(&mut self, bytes: &Buffer) {
        self.buffers.push(buffer(bytes));
    }
}

const ABSENT: sys::qads_buffer = sys::qads_buffer { address: std::ptr::null(), length: 0 };

fn buffer(bytes: &[u8]) -> sys::qads_buffer {
    sys::qads_buffer { address: bytes.as_ptr().cast(), length: signed(bytes.len()) }
}

/// Lengths of what is in memory.
fn signed(length: usize) -> i64 {
    length.try_into().unwrap_or(i64::MAX)
}
