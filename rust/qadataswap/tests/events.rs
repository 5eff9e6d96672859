//! What happens to segments comes to the program's logger.
#![allow(missing_docs, reason = "tests")]

mod common;

use std::sync::{Arc, Mutex, Once};
use std::thread;
use std::time::{Duration, Instant};

use arrow_array::{Int64Array, RecordBatch};
use common::Segments;
use log::{Level, LevelFilter, Log, Metadata, Record};
use qadataswap::{Loss, Overflow};

static LOGGED: Mutex<Vec<(Level, String)>> = Mutex::new(Vec::new());

struct Collector;

impl Log for Collector {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.target() == "qadataswap"
    }
    fn log(&self, record: &Record) {
        let line = record.args().to_string();
        assert!(!line.contains("segment 'panics'"), "a logger that panics");
        LOGGED.lock().expect("no panic").push((record.level(), line));
    }
    fn flush(&self) {}
}

fn collect() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Collector).expect("the only logger");
        log::set_max_level(LevelFilter::Info);
    });
}

/// What was logged about this segment and has these words; the tests run side by side.
fn logged(name: &str, words: &str) -> Vec<(Level, String)> {
    let about = format!("segment '{name}': ");
    let all = LOGGED.lock().expect("no panic");
    all.iter().filter(|(_, line)| line.starts_with(&about) && line.contains(words)).cloned().collect()
}

/// Waits for it, for a minute at most.
fn expect_logged(name: &str, words: &str, level: Level) {
    let begin = Instant::now();
    while logged(name, words).is_empty() {
        assert!(begin.elapsed() < Duration::from_secs(60), "nothing like {words:?} in {:?}", logged(name, ""));
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(logged(name, words)[0].0, level);
}

fn batch() -> RecordBatch {
    let column = Int64Array::from_iter_values(0..3);
    RecordBatch::try_from_iter([("number", Arc::new(column) as _)]).expect("a batch")
}

#[test]
fn attaching_leaving_and_the_life_of_the_name() {
    collect();
    let segments = Segments::new();
    let writer = segments.writer("life").create().expect("a writer");
    writer.write_arrow(&batch()).expect("a write");
    let reader = segments.reader("life").open().expect("a reader");
    reader.next_batch(0).expect("a batch");
    writer.finish().expect("an end");
    drop(reader);
    expect_logged("life", "created as ", Level::Info);
    expect_logged("life", "attached at batch 0, with 1 batch to read", Level::Info);
    expect_logged("life", "left at batch 1, 0 batches lost", Level::Info);
    expect_logged("life", "its name was removed: everything was read", Level::Info);
}

#[test]
fn lag_names_the_reader() {
    collect();
    let segments = Segments::new();
    let writer = segments.writer("lag").slots(1).timeout(60_000).create().expect("a writer");
    writer.write_arrow(&batch()).expect("a write");
    let reader = segments.reader("lag").open().expect("a reader");
    thread::scope(|scope| {
        scope.spawn(|| writer.write_arrow(&batch()).expect("room, at last"));
        expect_logged("lag", ", this process) is 1 batch behind, and the writer has waited ", Level::Warn);
        drop(reader.next_batch(0).expect("a batch"));
    });
}

#[test]
fn eviction_names_the_reader() {
    collect();
    let segments = Segments::new();
    let options = segments.writer("evicts").slots(1).evict_after(Duration::from_millis(50)).timeout(60_000);
    let writer = options.create().expect("a writer");
    writer.write_arrow(&batch()).expect("a write");
    let _reader = segments.reader("evicts").open().expect("a reader");
    for _ in 0..1000 {
        if !logged("evicts", "was evicted").is_empty() {
            break;
        }
        writer.wait_drained(100).ok();
    }
    expect_logged("evicts", "was evicted: it stood still at batch 0, 1 batch behind", Level::Warn);
}

#[test]
fn losses_are_counted() {
    collect();
    let segments = Segments::new();
    let writer = segments.writer("loses").slots(2).overflow(Overflow::DropOldest).create().expect("a writer");
    let reader = segments.reader("loses").loss(Loss::Count).open().expect("a reader");
    for _ in 0..5 {
        writer.write_arrow(&batch()).expect("a write");
    }
    reader.next_batch(0).expect("a batch");
    expect_logged("loses", "lost 3 batches", Level::Warn);
}

#[test]
fn the_dead_are_named() {
    collect();
    let segments = Segments::new();
    let writer = segments.writer("reaps").slots(1).create().expect("a writer");
    // SAFETY: the child attaches a reader and is killed; glibc's allocator may be used after a fork.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let _reader = segments.reader("reaps").open();
        // SAFETY: kills this process, or leaves it.
        unsafe {
            libc::raise(libc::SIGKILL);
            libc::_exit(1);
        }
    }
    let mut status = 0;
    // SAFETY: waits for the child.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert!(libc::WIFSIGNALED(status), "attached and killed");
    writer.write_arrow(&batch()).expect("a write");
    writer.wait_drained(60_000).expect("the dead hold nobody up");
    expect_logged("reaps", &format!("reader 0 (pid {child}) died"), Level::Warn);
}

#[test]
fn a_logger_that_panics_harms_nobody() {
    collect();
    let segments = Segments::new();
    let writer = segments.writer("panics").create().expect("a writer");
    writer.write_arrow(&batch()).expect("a write");
}
