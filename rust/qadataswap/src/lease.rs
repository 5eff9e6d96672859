//! A batch that the core handed out as tables of addresses, until the last buffer over it is let go.

use std::ptr::{NonNull, null, null_mut};
use std::slice;
use std::sync::Arc;

use arrow_buffer::{BooleanBuffer, Buffer, MutableBuffer, NullBuffer};
use arrow_schema::ArrowError;
use qadataswap_sys as sys;

use crate::error::{Error, Result};

/// The hold on a batch's slot.
struct Lease(NonNull<sys::qads_lease>);

// SAFETY: the header: it may be released from any thread.
unsafe impl Send for Lease {}
// SAFETY: nothing can be done with it but releasing it.
unsafe impl Sync for Lease {}

impl Drop for Lease {
    fn drop(&mut self) {
        // SAFETY: the last owner.
        unsafe { sys::qads_lease_release(self.0.as_ptr()) }
    }
}

/// A batch as the core describes it: one node after the other, each with its buffers.
pub(crate) struct FlatBatch {
    tables: sys::qads_flat_batch,
    lease: Arc<Lease>,
}

impl FlatBatch {
    /// Takes over what `take` fills in.
    ///
    /// # Safety
    /// It must be a batch of the core's, in full, unless an error is returned.
    pub(crate) unsafe fn taken(take: impl FnOnce(*mut sys::qads_flat_batch) -> Result<()>) -> Result<Self> {
        let mut tables =
            sys::qads_flat_batch { node_count: 0, buffer_count: 0, nodes: null(), buffers: null(), lease: null_mut() };
        take(&raw mut tables)?;
        let lease = NonNull::new(tables.lease)
            .ok_or_else(|| Error::Internal("a batch was handed out without a hold".into()))?;
        Ok(Self { tables, lease: Arc::new(Lease(lease)) })
    }

    pub(crate) fn walk(&self, validate: bool) -> Walk<'_> {
        // SAFETY: the core's tables have so many entries, and live as long as the lease.
        let (nodes, buffers) = unsafe {
            (table(self.tables.nodes, self.tables.node_count), table(self.tables.buffers, self.tables.buffer_count))
        };
        Walk { nodes: nodes.iter(), buffers: buffers.iter(), lease: &self.lease, validate }
    }
}

/// # Safety
/// There must be `count` entries, valid for as long as the result is used.
unsafe fn table<'a, T>(first: *const T, count: i64) -> &'a [T] {
    match usize::try_from(count) {
        // SAFETY: the caller answers for it.
        Ok(count) if count > 0 => unsafe { slice::from_raw_parts(first, count) },
        _ => &[],
    }
}

/// What is left of a batch's tables.
pub(crate) struct Walk<'a> {
    nodes: slice::Iter<'a, sys::qads_node>,
    buffers: slice::Iter<'a, sys::qads_buffer>,
    lease: &'a Arc<Lease>,
    validate: bool,
}

/// One array: its rows, its nulls, and how many more buffers it has.
pub(crate) struct Node {
    pub(crate) rows: usize,
    pub(crate) buffers: usize,
    nulls: usize,
}

impl Walk<'_> {
    pub(crate) fn node(&mut self) -> Result<Node> {
        let node = self.nodes.next().ok_or_else(too_short)?;
        let count = |number| usize::try_from(number).map_err(|_| too_short());
        Ok(Node { rows: count(node.length)?, buffers: count(node.buffer_count)?, nulls: count(node.null_count)? })
    }

    /// The first buffer of an array that has a validity bitmap.
    pub(crate) fn nulls(&mut self, node: &mut Node) -> Result<Option<NullBuffer>> {
        let bitmap = self.buffer(node.rows.div_ceil(8))?;
        node.buffers = node.buffers.saturating_sub(1);
        if node.nulls == 0 {
            return Ok(None);
        }
        let bits = BooleanBuffer::new(bitmap, 0, node.rows);
        if !self.validate {
            // SAFETY: the number of zeros that the writer counted, which the user trusts.
            return Ok(Some(unsafe { NullBuffer::new_unchecked(bits, node.nulls) }));
        }
        let counted = NullBuffer::new(bits);
        if counted.null_count() == node.nulls {
            return Ok(Some(counted));
        }
        Err(Error::Arrow(ArrowError::InvalidArgumentError(format!(
            "null_count value ({}) doesn't match actual number of nulls in array ({})",
            node.nulls,
            counted.null_count()
        ))))
    }

    /// The next buffer, as far as it is needed.
    pub(crate) fn buffer(&mut self, most: usize) -> Result<Buffer> {
        let buffer = self.buffers.next().ok_or_else(too_short)?;
        let length = usize::try_from(buffer.length).unwrap_or(0).min(most);
        match NonNull::new(buffer.address.cast_mut()) {
            // SAFETY: the core has checked that the buffer lies in the mapping, which stays until the lease is let go.
            Some(address) if length > 0 => {
                Ok(unsafe { Buffer::from_custom_allocation(address.cast(), length, self.lease.clone()) })
            }
            _ => Ok(MutableBuffer::new(0).into()),
        }
    }
}

fn too_short() -> Error {
    Error::Internal("a batch's tables are shorter than its schema".to_owned())
}
