//! A fork's child can't use its parent's handles, and harms nothing by ending with them.
#![allow(missing_docs, reason = "tests")]

mod common;

use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch};
use common::Segments;
use qadataswap::{Error, Result};

fn numbers(rows: i64) -> RecordBatch {
    let column = Int64Array::from_iter_values(0..rows);
    RecordBatch::try_from_iter([("number", Arc::new(column) as _)]).expect("a batch")
}

/// Runs `check` in a child, which ends without destructors; says whether it returned true.
fn in_child(check: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child runs `check` and leaves; glibc's allocator may be used after a fork.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            libc::_exit(i32::from(!check()));
        }
        let mut status = -1;
        assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
        libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0
    }
}

fn is_forked<T>(result: Result<T>) -> bool {
    matches!(result, Err(Error::Forked(message)) if message.contains("parent"))
}

#[test]
fn calls_of_the_child_are_errors_and_what_it_lets_go_of_stays_the_parents() {
    let segments = Segments::new();
    let writer = segments.writer("fork").slots(2).create().expect("a writer");
    let reader = segments.reader("fork").open().expect("a reader");
    writer.write_arrow(&numbers(7)).expect("a write");
    let held = reader.next_batch(0).expect("a batch");
    let memory = writer.allocate(64).expect("room");

    assert!(in_child(|| {
        is_forked(writer.write_arrow(&numbers(1)))
            && is_forked(writer.wait_readers(1, 0))
            && is_forked(reader.next_batch(0))
            && is_forked(reader.read_arrow(0))
            && is_forked(reader.wait(0))
            && is_forked(writer.info())
    }));
    let handles = std::cell::Cell::new(Some((held.clone(), memory)));
    assert!(in_child(|| {
        drop(handles.take());
        true
    }));
    assert_eq!(reader.statistics().expect("figures").held_batches, 1);
    assert_eq!(held, numbers(7));
    writer.write_arrow(&numbers(8)).expect("the parent goes on");
    assert_eq!(reader.next_batch(0).expect("a batch"), numbers(8));
}
