//! The structs of `qadataswap.h`, field by field; a test compares them with the header.
#![allow(missing_docs, reason = "the header has the documentation")]

use std::ffi::{c_char, c_int, c_void};

use crate::qads_lease;

#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct qads_arena_options {
    pub struct_size: u32,
    pub flags: u32,
    pub directory: *const c_char,
    pub capacity: i64,
    pub schema_capacity: i64,
    pub slots: i32,
    pub reader_capacity: i32,
    pub overflow: i32,
    pub lifetime: i32,
    pub takeover: i32,
    pub mode: u32,
    pub evict_after_ms: i64,
}

#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct qads_attach_options {
    pub struct_size: u32,
    pub flags: u32,
    pub directory: *const c_char,
    pub timeout_ms: i64,
}

#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct qads_arena_info {
    pub struct_size: u32,
    pub layout_major: u32,
    pub layout_minor: u32,
    pub slots: i32,
    pub reader_capacity: i32,
    pub overflow: i32,
    pub lifetime: i32,
    pub writer_alive: i32,
    pub finished: i32,
    pub has_schema: i32,
    pub capacity: i64,
    pub evict_after_ms: i64,
    pub writer_pid: i64,
    pub created_unix_ns: i64,
    pub head: u64,
    pub tail: u64,
    pub superseded_unread: u64,
    pub messages: u64,
    pub rows: u64,
    pub bytes_copied: u64,
    pub bytes_referenced: u64,
    pub dropped_batches: u64,
    pub stalls: u64,
    pub stalled_ns: u64,
    pub evicted_readers: u64,
    pub reaped_readers: u64,
    pub reserved_bytes: u64,
    pub uuid: [u8; 16],
}

#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct qads_reader_state {
    pub entry: i32,
    pub alive: i32,
    pub evicted: i32,
    pub held_batches: i32,
    pub pid: i64,
    pub attached_unix_ns: i64,
    pub oldest_held_ns: i64,
    pub position: u64,
    pub lag: u64,
    pub lost: u64,
}

#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct qads_node {
    pub length: i64,
    pub null_count: i64,
    pub buffer_count: i64,
}

#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct qads_buffer {
    pub address: *const c_void,
    pub length: i64,
}

#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct qads_flat_batch {
    pub node_count: i64,
    pub buffer_count: i64,
    pub nodes: *const qads_node,
    pub buffers: *const qads_buffer,
    pub lease: *mut qads_lease,
}

#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct qads_batch_info {
    pub sequence: u64,
    pub lost_before: u64,
    pub length: i64,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct qads_writer_options {
    pub struct_size: u32,
    pub wait: i32,
    pub interrupted: Option<unsafe extern "C" fn(*mut c_void) -> c_int>,
    pub interrupted_context: *mut c_void,
}

#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct qads_column_report {
    pub bytes_copied: i64,
    pub bytes_referenced: i64,
    pub reason: i32,
    pub reserved: i32,
}

#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct qads_reader_options {
    pub struct_size: u32,
    pub start: i32,
    pub wait: i32,
    pub loss: i32,
}

#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct qads_reader_stats {
    pub struct_size: u32,
    pub held_batches: i32,
    pub position: u64,
    pub head: u64,
    pub batches: u64,
    pub rows: u64,
    pub bytes: u64,
    pub lost: u64,
    pub sleeps: u64,
}

#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct qads_event {
    pub struct_size: u32,
    pub kind: i32,
    pub level: i32,
    pub entry: i32,
    pub pid: i64,
    pub batches: u64,
    pub waited_ns: i64,
    pub segment: *const c_char,
    pub message: *const c_char,
}

#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct qads_found {
    pub file: *const c_char,
    pub name: *const c_char,
    pub reason: *const c_char,
    pub verdict: i32,
    pub removed: i32,
    pub unread: u64,
    pub bytes: u64,
}
