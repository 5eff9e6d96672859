//! Several threads on one handle, and closing while they wait.
#![allow(missing_docs, reason = "tests")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Int64Array, RecordBatch};
use common::Segments;
use qadataswap::{Error, Reader, Timeout, Wait, Writer};

fn number(value: i64) -> RecordBatch {
    RecordBatch::try_from_iter([("number", Arc::new(Int64Array::from(vec![value])) as _)]).expect("a batch")
}

fn value(batch: &RecordBatch) -> i64 {
    batch.column(0).as_primitive::<Int64Type>().value(0)
}

fn assert_send_and_sync<T: Send + Sync + 'static>() {}

#[test]
fn handles_and_batches_may_go_to_other_threads() {
    assert_send_and_sync::<Writer>();
    assert_send_and_sync::<Reader>();
    assert_send_and_sync::<RecordBatch>();
    assert_send_and_sync::<qadataswap::ArenaBuffer>();
    assert_send_and_sync::<qadataswap::Closer>();
    assert_send_and_sync::<Error>();
}

#[test]
fn a_reader_in_another_thread_gets_everything_in_order() {
    let segments = Segments::new();
    for wait in [Wait::Adaptive, Wait::Sleep, Wait::Poll] {
        let writer = segments.writer("order").slots(3).wait(wait).create().expect("a writer");
        let readers: Vec<_> = (0..3)
            .map(|_| {
                let reader = segments.reader("order").wait(wait).open().expect("a reader");
                thread::spawn(move || reader.map(|batch| value(&batch.expect("a batch"))).collect::<Vec<_>>())
            })
            .collect();
        for value in 0..500 {
            writer.write_arrow(&number(value)).expect("a write");
        }
        writer.finish().expect("an end");
        for reader in readers {
            assert_eq!(reader.join().expect("a thread"), (0..500).collect::<Vec<_>>());
        }
    }
}

#[test]
fn threads_share_one_reader_and_each_batch_goes_to_one_of_them() {
    let segments = Segments::new();
    let writer = segments.writer("shared").slots(4).create().expect("a writer");
    let reader = segments.reader("shared").open().expect("a reader");
    let seen = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    match reader.next_batch(5000) {
                        Ok(batch) => seen.fetch_add(usize::try_from(value(&batch)).expect("small"), Ordering::Relaxed),
                        Err(Error::EndOfStream(_)) => break,
                        Err(error) => panic!("{error}"),
                    };
                }
            });
        }
        for value in 0..200 {
            writer.write_arrow(&number(value)).expect("a write");
        }
        writer.finish().expect("an end");
    });
    assert_eq!(seen.load(Ordering::Relaxed), 199 * 200 / 2);
}

#[test]
fn threads_share_one_writer_and_no_batch_is_lost() {
    let segments = Segments::new();
    let writer = segments.writer("many").slots(4).create().expect("a writer");
    let reader = segments.reader("many").open().expect("a reader");
    let mut got: Vec<i64> = thread::scope(|scope| {
        let read = scope.spawn(|| reader.map(|batch| value(&batch.expect("a batch"))).collect());
        let writers: Vec<_> = (0..4)
            .map(|part| {
                let writer = &writer;
                scope.spawn(move || (0..50).for_each(|n| writer.write_arrow(&number(part * 50 + n)).expect("a write")))
            })
            .collect();
        for thread in writers {
            thread.join().expect("a thread");
        }
        writer.finish().expect("an end");
        read.join().expect("a thread")
    });
    got.sort_unstable();
    assert_eq!(got, (0..200).collect::<Vec<_>>());
}

/// Whoever waits for ever in `call` is told soon after `close`.
fn ends_soon<T: Send>(call: impl FnOnce() -> Result<T, Error> + Send, close: impl FnOnce()) {
    thread::scope(|scope| {
        let waiting = scope.spawn(move || (call().err(), Instant::now()));
        thread::sleep(Duration::from_millis(50));
        let closed = Instant::now();
        close();
        let (error, ended) = waiting.join().expect("a thread");
        assert!(matches!(error, Some(Error::Closed(_))), "{error:?}");
        // A watchdog, not a measurement.
        assert!(ended.saturating_duration_since(closed) < Duration::from_secs(60));
    });
}

#[test]
fn closing_ends_every_wait_of_a_reader() {
    let segments = Segments::new();
    let writer = segments.writer("wait").create().expect("a writer");
    let open = || segments.reader("wait").open().expect("a reader");
    let reader = open();
    ends_soon(|| reader.wait_schema(Timeout::FOREVER), || reader.close().expect("a close"));
    writer.write_arrow(&number(1)).expect("a write");
    for case in 0..3 {
        let reader = open();
        if let Ok(batch) = reader.next_batch(0) {
            drop(batch);
        }
        let closer = reader.closer();
        let close = || closer.close().expect("a close");
        match case {
            0 => ends_soon(|| reader.next_batch(-1), close),
            1 => ends_soon(|| reader.read_arrow(-1), close),
            _ => ends_soon(|| reader.wait(-1), close),
        }
    }
}

#[test]
fn closing_ends_every_wait_of_a_writer() {
    let segments = Segments::new();
    for case in 0..4 {
        let name = format!("wait_{case}");
        let writer = segments.writer(&name).slots(1).capacity(1 << 16).timeout(-1).create().expect("a writer");
        let _reader = segments.reader(&name).open().expect("a reader");
        writer.write_arrow(&number(1)).expect("a write into the only slot");
        let _most = writer.allocate(40_000).expect("room");
        let closer = writer.closer();
        let close = || closer.close().expect("a close");
        match case {
            0 => ends_soon(|| writer.write_arrow(&number(1)), close),
            1 => ends_soon(|| writer.wait_readers(9, -1), close),
            2 => ends_soon(|| writer.allocate(40_000), close),
            _ => ends_soon(|| writer.wait_drained(-1), close),
        }
    }
}

#[test]
fn a_thread_that_would_wait_for_itself_is_told() {
    let segments = Segments::new();
    let writer = segments.writer("own").slots(1).timeout(-1).create().expect("a writer");
    let mut reader = segments.reader("own").open().expect("a reader");
    writer.write_arrow(&number(1)).expect("a write into the only slot");
    let held = reader.next().expect("not the end").expect("a batch");
    let refused = writer.write_arrow(&number(2)).expect_err("nobody else can let go");
    assert!(matches!(refused, Error::Timeout(_)), "{refused}");
    assert!(refused.to_string().contains("wait for ever for its own thread"), "{refused}");
    drop(held);
    writer.write_arrow(&number(2)).expect("room");
}

#[test]
fn a_wait_takes_at_least_its_timeout() {
    let segments = Segments::new();
    let writer = segments.writer("long").create().expect("a writer");
    let reader = segments.reader("long").open().expect("a reader");
    writer.write_arrow(&number(1)).expect("a write");
    drop(reader.next_batch(0).expect("a batch"));
    for timeout in [Duration::from_millis(30), Duration::from_micros(500)] {
        let start = Instant::now();
        assert!(matches!(reader.next_batch(timeout), Err(Error::Timeout(_))));
        assert!(start.elapsed() >= timeout);
    }
}

#[test]
fn a_reader_waits_for_a_segment_to_appear() {
    let segments = Segments::new();
    thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let reader = segments.reader("soon").attach_timeout(10_000).open().expect("a reader");
            value(&reader.next_batch(10_000).expect("a batch"))
        });
        thread::sleep(Duration::from_millis(30));
        let writer = segments.writer("soon").create().expect("a writer");
        writer.write_arrow(&number(7)).expect("a write");
        assert_eq!(reading.join().expect("a thread"), 7);
    });
}
