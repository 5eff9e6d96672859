//! The functions of `qadataswap.h`.
#![allow(missing_docs, reason = "the header has the documentation")]

use std::ffi::{c_char, c_int, c_void};

#[allow(clippy::wildcard_imports, reason = "all of the header's types")]
use crate::*;

unsafe extern "C" {
    pub fn qads_status_name(status: qads_status) -> *const c_char;
    pub fn qads_last_error() -> *const c_char;
    pub fn qads_version() -> *const c_char;
    pub fn qads_arena_options_init(options: *mut qads_arena_options);
    pub fn qads_create_arena(
        name: *const c_char,
        options: *const qads_arena_options,
        out: *mut *mut qads_arena,
    ) -> qads_status;
    pub fn qads_attach_options_init(options: *mut qads_attach_options);
    pub fn qads_attach_arena(
        name: *const c_char,
        options: *const qads_attach_options,
        out: *mut *mut qads_arena,
    ) -> qads_status;
    pub fn qads_arena_close(arena: *mut qads_arena) -> qads_status;
    pub fn qads_arena_free(arena: *mut qads_arena);
    pub fn qads_arena_allocate(
        arena: *mut qads_arena,
        size: i64,
        timeout_ms: i64,
        address: *mut *mut c_void,
        out: *mut *mut qads_allocation,
    ) -> qads_status;
    pub fn qads_allocation_release(allocation: *mut qads_allocation);
    pub fn qads_arena_get_info(arena: *mut qads_arena, out: *mut qads_arena_info) -> qads_status;
    pub fn qads_arena_get_schema(arena: *mut qads_arena, out: *mut ArrowSchema) -> qads_status;
    pub fn qads_arena_get_readers(
        arena: *mut qads_arena,
        out: *mut qads_reader_state,
        capacity: i32,
        count: *mut i32,
    ) -> qads_status;
    pub fn qads_writer_options_init(options: *mut qads_writer_options);
    pub fn qads_create_writer(
        arena: *mut qads_arena,
        schema: *const ArrowSchema,
        options: *const qads_writer_options,
        out: *mut *mut qads_writer,
    ) -> qads_status;
    pub fn qads_writer_set_schema(writer: *mut qads_writer, schema: *const ArrowSchema) -> qads_status;
    pub fn qads_writer_write(
        writer: *mut qads_writer,
        batch: *const ArrowArray,
        schema: *const ArrowSchema,
        flags: u32,
        timeout_ms: i64,
    ) -> qads_status;
    pub fn qads_writer_write_flat(
        writer: *mut qads_writer,
        batch: *const qads_flat_batch,
        flags: u32,
        timeout_ms: i64,
    ) -> qads_status;
    pub fn qads_writer_write_stream(
        writer: *mut qads_writer,
        stream: *mut ArrowArrayStream,
        flags: u32,
        timeout_ms: i64,
    ) -> qads_status;
    pub fn qads_writer_give_up_message(writer: *mut qads_writer) -> qads_status;
    pub fn qads_writer_get_last_write(
        writer: *mut qads_writer,
        out: *mut qads_column_report,
        capacity: i64,
        count: *mut i64,
    ) -> qads_status;
    pub fn qads_writer_wait_readers(writer: *mut qads_writer, readers: i32, timeout_ms: i64) -> qads_status;
    pub fn qads_writer_wait_drained(writer: *mut qads_writer, timeout_ms: i64) -> qads_status;
    pub fn qads_writer_finish(writer: *mut qads_writer) -> qads_status;
    pub fn qads_writer_close(writer: *mut qads_writer) -> qads_status;
    pub fn qads_writer_free(writer: *mut qads_writer);
    pub fn qads_reader_options_init(options: *mut qads_reader_options);
    pub fn qads_attach_reader(
        arena: *mut qads_arena,
        options: *const qads_reader_options,
        out: *mut *mut qads_reader,
    ) -> qads_status;
    pub fn qads_reader_get_schema(reader: *mut qads_reader, timeout_ms: i64, out: *mut ArrowSchema) -> qads_status;
    pub fn qads_reader_next(
        reader: *mut qads_reader,
        timeout_ms: i64,
        out: *mut ArrowArray,
        info: *mut qads_batch_info,
    ) -> qads_status;
    pub fn qads_reader_next_flat(
        reader: *mut qads_reader,
        timeout_ms: i64,
        out: *mut qads_flat_batch,
        info: *mut qads_batch_info,
    ) -> qads_status;
    pub fn qads_lease_release(lease: *mut qads_lease);
    pub fn qads_lease_retain(lease: *mut qads_lease);
    pub fn qads_reader_next_message(
        reader: *mut qads_reader,
        timeout_ms: i64,
        out: *mut ArrowArrayStream,
        info: *mut qads_batch_info,
    ) -> qads_status;
    pub fn qads_reader_export_stream(
        reader: *mut qads_reader,
        timeout_ms: i64,
        out: *mut ArrowArrayStream,
    ) -> qads_status;
    pub fn qads_reader_wait(reader: *mut qads_reader, timeout_ms: i64) -> qads_status;
    pub fn qads_reader_get_fd(reader: *mut qads_reader, out: *mut c_int) -> qads_status;
    pub fn qads_reader_get_stats(reader: *mut qads_reader, out: *mut qads_reader_stats) -> qads_status;
    pub fn qads_reader_close(reader: *mut qads_reader) -> qads_status;
    pub fn qads_reader_free(reader: *mut qads_reader);
    pub fn qads_set_observer(
        observer: Option<unsafe extern "C" fn(context: *mut c_void, event: *const qads_event)>,
        context: *mut c_void,
    ) -> qads_status;
    pub fn qads_list(
        directory: *const c_char,
        visit: Option<unsafe extern "C" fn(context: *mut c_void, name: *const c_char) -> c_int>,
        context: *mut c_void,
    ) -> qads_status;
    pub fn qads_remove(name: *const c_char, directory: *const c_char, flags: u32) -> qads_status;
    pub fn qads_collect(
        directory: *const c_char,
        flags: u32,
        visit: Option<unsafe extern "C" fn(context: *mut c_void, found: *const qads_found) -> c_int>,
        context: *mut c_void,
    ) -> qads_status;
    pub fn qads_find(
        name: *const c_char,
        directory: *const c_char,
        visit: Option<unsafe extern "C" fn(context: *mut c_void, found: *const qads_found) -> c_int>,
        context: *mut c_void,
    ) -> qads_status;
    pub fn qads_memory_left(bytes: *mut u64, limit: *mut c_char, size: usize) -> qads_status;
}
