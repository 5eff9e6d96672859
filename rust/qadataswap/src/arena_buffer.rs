//! Memory in a writer's segment, for batches that a write needn't copy.

use std::ffi::c_void;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, make_array};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, Buffer, MutableBuffer, NullBuffer};
use arrow_data::ArrayData;
use qadataswap_sys as sys;

use crate::error::{Error, Result, check};
use crate::handle::ArenaHandle;
use crate::timeout::Timeout;

/// Memory that belongs to the core, given back when the last owner lets go.
struct Allocation(NonNull<sys::qads_allocation>);

// SAFETY: the header: it may be released from any thread.
unsafe impl Send for Allocation {}
// SAFETY: nothing can be done with it but releasing it.
unsafe impl Sync for Allocation {}

impl Drop for Allocation {
    fn drop(&mut self) {
        // SAFETY: the last owner.
        unsafe { sys::qads_allocation_release(self.0.as_ptr()) }
    }
}

/// A piece of a segment's data area that this process alone may write into: bytes to fill in, and to [`freeze`](Self::freeze) into an Arrow
/// [`Buffer`]. A batch made of such buffers is published without a copy. It begins at a multiple of 64 bytes; what it holds at first is
/// arbitrary. It stays valid when the writer is gone.
pub struct ArenaBuffer {
    address: NonNull<u8>,
    length: usize,
    allocation: Allocation,
}

// SAFETY: memory that nobody else writes, and an allocation that any thread may release.
unsafe impl Send for ArenaBuffer {}
// SAFETY: as above; a shared reference gives read access only.
unsafe impl Sync for ArenaBuffer {}

impl ArenaBuffer {
    pub(crate) fn allocate(arena: &ArenaHandle, length: usize, timeout: Timeout) -> Result<Self> {
        let size = i64::try_from(length).map_err(|_| Error::WouldNotFit(format!("a buffer of {length} bytes")))?;
        let mut address: *mut c_void = std::ptr::null_mut();
        let mut allocation = std::ptr::null_mut();
        // SAFETY: the handle is alive, the outputs are ours.
        check(unsafe {
            sys::qads_arena_allocate(arena.as_ptr(), size, timeout.millis(), &raw mut address, &raw mut allocation)
        })?;
        let allocation =
            NonNull::new(allocation).ok_or_else(|| Error::Internal("no allocation was handed out".to_owned()))?;
        Ok(Self {
            // An empty piece may have no address; arrow-rs wants one that is aligned all the same.
            address: NonNull::new(address.cast()).unwrap_or(NonNull::<Aligned>::dangling().cast()),
            length,
            allocation: Allocation(allocation),
        })
    }

    /// The finished buffer. Nobody can write into it any more.
    #[must_use]
    pub fn freeze(self) -> Buffer {
        let Self { address, length, allocation } = self;
        if length == 0 {
            return MutableBuffer::new(0).into();
        }
        // SAFETY: the memory is valid for `length` bytes until the allocation is released, which the buffer does last of all.
        unsafe { Buffer::from_custom_allocation(address, length, Arc::new(allocation)) }
    }
}

#[repr(align(64))]
struct Aligned;

impl Deref for ArenaBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: mapped memory, valid for so many bytes; any bits are bytes.
        unsafe { std::slice::from_raw_parts(self.address.as_ptr(), self.length) }
    }
}

impl DerefMut for ArenaBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and this is the only reference; readers map the memory too, but look at it only once it is published.
        unsafe { std::slice::from_raw_parts_mut(self.address.as_ptr(), self.length) }
    }
}

impl fmt::Debug for ArenaBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArenaBuffer")
            .field("address", &self.address)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// Values in a segment's data area: an [`ArenaBuffer`] of so many numbers of one type.
///
/// ```
/// # let folder = tempfile::tempdir_in("/dev/shm")?;
/// # let writer = qadataswap::Writer::builder("doc").directory(folder.path()).create()?;
/// use arrow_array::Int64Array;
/// use arrow_buffer::ScalarBuffer;
///
/// let mut values = writer.allocate_values::<i64>(1000)?;
/// values.iter_mut().zip(1..).for_each(|(value, number)| *value = number);
/// let column = Int64Array::new(ScalarBuffer::from(values.freeze()), None);
/// assert_eq!(column.value(999), 1000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ArenaValues<T> {
    buffer: ArenaBuffer,
    count: usize,
    _type: std::marker::PhantomData<T>,
}

impl<T: ArrowNativeType> ArenaValues<T> {
    pub(crate) fn allocate(arena: &ArenaHandle, count: usize, timeout: Timeout) -> Result<Self> {
        let length = count
            .checked_mul(size_of::<T>())
            .ok_or_else(|| Error::WouldNotFit(format!("{count} values of {} bytes", size_of::<T>())))?;
        let mut buffer = ArenaBuffer::allocate(arena, length, timeout)?;
        // What the memory held before may be no value of the type (not all are plain numbers); zeros are.
        buffer.fill(0);
        Ok(Self { buffer, count, _type: std::marker::PhantomData })
    }

    /// The finished buffer. Nobody can write into it any more.
    #[must_use]
    pub fn freeze(self) -> Buffer {
        self.buffer.freeze()
    }
}

impl<T: ArrowNativeType> Deref for ArenaValues<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: 64-byte aligned memory for `count` values; Arrow's native types are plain numbers, and it was filled with zeros.
        unsafe { std::slice::from_raw_parts(self.buffer.address.as_ptr().cast(), self.count) }
    }
}

impl<T: ArrowNativeType> DerefMut for ArenaValues<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and this is the only reference.
        unsafe { std::slice::from_raw_parts_mut(self.buffer.address.as_ptr().cast(), self.count) }
    }
}

/// The batch with every buffer copied into the segment.
pub(crate) fn copy_batch(arena: &ArenaHandle, batch: &RecordBatch, timeout: Timeout) -> Result<RecordBatch> {
    let copy = |column: &ArrayRef| Ok(make_array(copy_data(arena, &column.to_data(), timeout)?));
    let columns = batch.columns().iter().map(copy).collect::<Result<Vec<_>>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(batch.schema(), columns, &options)?)
}

fn copy_data(arena: &ArenaHandle, data: &ArrayData, timeout: Timeout) -> Result<ArrayData> {
    let copy = |buffer: &Buffer| -> Result<Buffer> {
        let mut into = ArenaBuffer::allocate(arena, buffer.len(), timeout)?;
        into.copy_from_slice(buffer);
        Ok(into.freeze())
    };
    let nulls = match data.nulls() {
        Some(nulls) => {
            let bits = BooleanBuffer::new(copy(nulls.buffer())?, nulls.offset(), nulls.len());
            Some(NullBuffer::new(bits))
        }
        None => None,
    };
    let buffers = data.buffers().iter().map(copy).collect::<Result<Vec<_>>>()?;
    let children = data.child_data().iter().map(|child| copy_data(arena, child, timeout));
    let builder = ArrayData::builder(data.data_type().clone())
        .len(data.len())
        .offset(data.offset())
        .nulls(nulls)
        .buffers(buffers)
        .child_data(children.collect::<Result<Vec<_>>>()?);
    // SAFETY: the same bytes, lengths and offsets as in `data`, which is valid.
    Ok(unsafe { builder.build_unchecked() })
}
