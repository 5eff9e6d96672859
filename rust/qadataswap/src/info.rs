//! Figures about segments, writers and readers.

use std::time::{Duration, SystemTime};

use qadataswap_sys as sys;

use crate::error::{Error, Result, check};
use crate::handle::ArenaHandle;
use crate::options::{Lifetime, Overflow};

/// How a stream stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamState {
    /// More may come.
    Open,
    /// The writer finished.
    Finished,
    /// The writer closed, or died, without finishing.
    BrokenOff,
}

/// A segment and what has passed through it. Figures of other processes are a snapshot, not a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SegmentInfo {
    /// Version of the segment's layout: major and minor.
    pub layout: (u32, u32),
    /// Batches that can be published and unread, or held, at once.
    pub slots: i32,
    /// Readers that can be attached at once.
    pub reader_capacity: i32,
    /// What the writer does when there is no room.
    pub overflow: Overflow,
    /// When the name goes away.
    pub lifetime: Lifetime,
    /// Whether the writer lives: by its lock, not by its process number.
    pub writer_alive: bool,
    /// How the stream stands.
    pub state: StreamState,
    /// Whether the schema has been set.
    pub has_schema: bool,
    /// Bytes of the data area.
    pub capacity: i64,
    /// How long a reader may keep the writer waiting before it loses its place.
    pub evict_after: Option<Duration>,
    /// The writer's process number: for people, it means little across containers.
    pub writer_pid: i64,
    /// When the segment was made.
    pub created: SystemTime,
    /// Sequence of the next batch to be published.
    pub head: u64,
    /// The oldest sequence that may still be readable.
    pub tail: u64,
    /// Batches that taking over the name left unread.
    pub superseded_unread: u64,
    /// Messages written since the segment was made; so are all the following.
    pub messages: u64,
    /// Rows written.
    pub rows: u64,
    /// Bytes that were copied into the segment.
    pub bytes_copied: u64,
    /// Bytes that were published in place.
    pub bytes_referenced: u64,
    /// Batches dropped before every reader had read them.
    pub dropped_batches: u64,
    /// Writes that had to wait for room.
    pub stalls: u64,
    /// How long they waited.
    pub stalled: Duration,
    /// Readers that lost their place.
    pub evicted_readers: u64,
    /// Dead readers that the writer cleaned up after.
    pub reaped_readers: u64,
    /// Bytes of the data area that are backed by memory so far.
    pub reserved_bytes: u64,
    /// The segment's own identity.
    pub uuid: [u8; 16],
}

/// A reader that is attached to a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReaderState {
    /// Its place in the segment's table of readers.
    pub entry: i32,
    /// Whether it lives: by its lock.
    pub alive: bool,
    /// Whether it lost its place.
    pub evicted: bool,
    /// Batches that it holds.
    pub held_batches: i32,
    /// Its process number, for people.
    pub pid: i64,
    /// When it came.
    pub attached: SystemTime,
    /// How long ago the oldest batch that it holds was published; zero if it holds none.
    pub oldest_held: Duration,
    /// The next sequence that it will read.
    pub position: u64,
    /// Batches that are published and that it hasn't read.
    pub lag: u64,
    /// Batches that it lost to overrun.
    pub lost: u64,
}

/// What a reader has read so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReaderStatistics {
    /// Batches of this reader that somebody still holds.
    pub held_batches: i32,
    /// The next sequence to be read.
    pub position: u64,
    /// The next sequence to be published.
    pub head: u64,
    /// Batches handed out.
    pub batches: u64,
    /// Rows handed out.
    pub rows: u64,
    /// Their bytes in the segment.
    pub bytes: u64,
    /// Batches lost to overrun.
    pub lost: u64,
    /// Waits that went to the kernel.
    pub sleeps: u64,
}

/// Why a column's first copied buffer was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CopyReason {
    /// Nothing was: it was published in place.
    None,
    /// Its memory isn't the segment's: see [`Writer::allocate`](crate::Writer::allocate).
    Outside,
    /// A bitmap that doesn't begin at a byte.
    BitOffset,
    /// Offsets or indices that don't begin at 0.
    Rebased,
    /// It isn't aligned to 64 bytes.
    Alignment,
}

/// What the last write did with one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ColumnReport {
    /// Bytes copied into the segment.
    pub bytes_copied: i64,
    /// Bytes published in place.
    pub bytes_referenced: i64,
    /// Why anything was copied.
    pub reason: CopyReason,
}

pub(crate) fn segment_info(arena: &ArenaHandle) -> Result<SegmentInfo> {
    // SAFETY: a plain struct of numbers.
    let mut raw: sys::qads_arena_info = unsafe { std::mem::zeroed() };
    raw.struct_size = size_of(&raw);
    // SAFETY: the handle is alive, the struct says its size.
    check(unsafe { sys::qads_arena_get_info(arena.as_ptr(), &raw mut raw) })?;
    Ok(SegmentInfo {
        layout: (raw.layout_major, raw.layout_minor),
        slots: raw.slots,
        reader_capacity: raw.reader_capacity,
        overflow: Overflow::from_code(raw.overflow),
        lifetime: Lifetime::from_code(raw.lifetime),
        writer_alive: raw.writer_alive != 0,
        state: match raw.finished {
            0 => StreamState::Open,
            1 => StreamState::Finished,
            _ => StreamState::BrokenOff,
        },
        has_schema: raw.has_schema != 0,
        capacity: raw.capacity,
        evict_after: u64::try_from(raw.evict_after_ms).ok().filter(|&ms| ms > 0).map(Duration::from_millis),
        writer_pid: raw.writer_pid,
        created: since_epoch(raw.created_unix_ns),
        head: raw.head,
        tail: raw.tail,
        superseded_unread: raw.superseded_unread,
        messages: raw.messages,
        rows: raw.rows,
        bytes_copied: raw.bytes_copied,
        bytes_referenced: raw.bytes_referenced,
        dropped_batches: raw.dropped_batches,
        stalls: raw.stalls,
        stalled: Duration::from_nanos(raw.stalled_ns),
        evicted_readers: raw.evicted_readers,
        reaped_readers: raw.reaped_readers,
        reserved_bytes: raw.reserved_bytes,
        uuid: raw.uuid,
    })
}

pub(crate) fn reader_states(arena: &ArenaHandle) -> Result<Vec<ReaderState>> {
    // SAFETY: a plain struct of numbers.
    let mut raw: Vec<sys::qads_reader_state> = vec![unsafe { std::mem::zeroed() }; MOST_READERS];
    let mut count = 0;
    let capacity = i32::try_from(raw.len()).map_err(|_| Error::Internal("too many readers".to_owned()))?;
    // SAFETY: the handle is alive, and there is room for so many.
    check(unsafe { sys::qads_arena_get_readers(arena.as_ptr(), raw.as_mut_ptr(), capacity, &raw mut count) })?;
    raw.truncate(usize::try_from(count).unwrap_or(0));
    Ok(raw.iter().map(reader_state).collect())
}

/// The header: a segment has at most 64 readers at once.
const MOST_READERS: usize = 64;

fn reader_state(raw: &sys::qads_reader_state) -> ReaderState {
    ReaderState {
        entry: raw.entry,
        alive: raw.alive != 0,
        evicted: raw.evicted != 0,
        held_batches: raw.held_batches,
        pid: raw.pid,
        attached: since_epoch(raw.attached_unix_ns),
        oldest_held: Duration::from_nanos(u64::try_from(raw.oldest_held_ns).unwrap_or(0)),
        position: raw.position,
        lag: raw.lag,
        lost: raw.lost,
    }
}

pub(crate) fn reader_statistics(reader: &crate::handle::ReaderHandle) -> Result<ReaderStatistics> {
    // SAFETY: a plain struct of numbers.
    let mut raw: sys::qads_reader_stats = unsafe { std::mem::zeroed() };
    raw.struct_size = size_of(&raw);
    // SAFETY: the handle is alive, the struct says its size.
    check(unsafe { sys::qads_reader_get_stats(reader.as_ptr(), &raw mut raw) })?;
    Ok(ReaderStatistics {
        held_batches: raw.held_batches,
        position: raw.position,
        head: raw.head,
        batches: raw.batches,
        rows: raw.rows,
        bytes: raw.bytes,
        lost: raw.lost,
        sleeps: raw.sleeps,
    })
}

pub(crate) fn last_write(writer: &crate::handle::WriterHandle) -> Result<Vec<ColumnReport>> {
    let mut count = 0;
    // SAFETY: the handle is alive; no room is given, so only the number is filled in.
    check(unsafe { sys::qads_writer_get_last_write(writer.as_ptr(), std::ptr::null_mut(), 0, &raw mut count) })?;
    // SAFETY: a plain struct of numbers.
    let mut raw = vec![unsafe { std::mem::zeroed::<sys::qads_column_report>() }; usize::try_from(count).unwrap_or(0)];
    // SAFETY: the handle is alive, and there is room for `count`.
    check(unsafe { sys::qads_writer_get_last_write(writer.as_ptr(), raw.as_mut_ptr(), count, &raw mut count) })?;
    raw.truncate(usize::try_from(count).unwrap_or(0));
    Ok(raw.iter().map(column_report).collect())
}

fn column_report(raw: &sys::qads_column_report) -> ColumnReport {
    ColumnReport {
        bytes_copied: raw.bytes_copied,
        bytes_referenced: raw.bytes_referenced,
        reason: match raw.reason {
            sys::QADS_COPY_NONE => CopyReason::None,
            sys::QADS_COPY_BIT_OFFSET => CopyReason::BitOffset,
            sys::QADS_COPY_REBASED => CopyReason::Rebased,
            sys::QADS_COPY_ALIGNMENT => CopyReason::Alignment,
            _ => CopyReason::Outside,
        },
    }
}

fn since_epoch(nanos: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
}

/// The size that the core wants to find in a struct. None of them comes near the limit.
fn size_of<T>(_: &T) -> u32 {
    u32::try_from(std::mem::size_of::<T>()).unwrap_or(u32::MAX)
}
