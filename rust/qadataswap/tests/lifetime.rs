//! Who may go before whom, and what stays valid.
#![allow(missing_docs, reason = "tests")]

mod common;

use std::sync::Arc;
use std::thread;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_buffer::{Buffer, ScalarBuffer};
use common::{Segments, mappings};
use qadataswap::{CopyReason, Error, Lifetime, Segment, StreamState};

fn batch(seed: i64) -> RecordBatch {
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values((0..1000).map(|n| n * seed)));
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..1000).map(|n| format!("{seed}:{n}"))));
    RecordBatch::try_from_iter([("number", numbers), ("text", texts)]).expect("a batch")
}

#[test]
fn a_batch_outlives_its_reader_its_writer_and_its_name() {
    let segments = Segments::new();
    let writer = segments.writer("held").create().expect("a writer");
    let reader = segments.reader("held").open().expect("a reader");
    writer.write_arrow(&batch(3)).expect("a write");
    let held = reader.next_batch(0).expect("a batch");
    writer.finish().expect("an end");
    drop(reader);
    drop(writer);
    let _ = qadataswap::remove_in(segments.path(), "held", true);
    assert!(segments.files().is_empty());
    assert_eq!(held, batch(3));
    thread::spawn(move || drop(held)).join().expect("any thread may let go");
}

#[test]
fn the_last_column_slice_or_buffer_keeps_the_lease_and_nothing_else_does() {
    let segments = Segments::new();
    let writer = segments.writer("lease").create().expect("a writer");
    let reader = segments.reader("lease").open().expect("a reader");
    let held = || reader.statistics().expect("figures").held_batches;
    writer.write_arrow(&batch(1)).expect("a write");
    let whole = reader.next_batch(0).expect("a batch");
    let slice = whole.column(0).slice(500, 10);
    let text = whole.column(1).clone();
    drop(whole);
    assert_eq!(held(), 1);
    drop(text);
    assert_eq!(held(), 1);
    let values: ScalarBuffer<i64> = slice.as_primitive::<Int64Type>().values().clone();
    drop(slice);
    assert_eq!((held(), values[0]), (1, 500));
    let buffer: Buffer = values.into_inner();
    assert_eq!(held(), 1);
    drop(buffer);
    assert_eq!(held(), 0);
}

#[test]
fn held_batches_stay_unchanged_while_the_ring_goes_round() {
    let segments = Segments::new();
    let writer = segments.writer("ring").slots(4).capacity(1 << 20).create().expect("a writer");
    let reader = segments.reader("ring").open().expect("a reader");
    let mut held = std::collections::VecDeque::new();
    for seed in 0..200 {
        writer.write_arrow(&batch(seed)).expect("a write");
        held.push_back((seed, reader.next_batch(0).expect("a batch")));
        if held.len() > 2 {
            let (seed, got) = held.pop_front().expect("the oldest");
            assert_eq!(got, batch(seed));
        }
    }
}

#[test]
fn memory_of_the_segment_outlives_its_writer() {
    let segments = Segments::new();
    let writer = segments.writer("memory").create().expect("a writer");
    let mut bytes = writer.allocate(100).expect("room");
    let mut values = writer.allocate_values::<i64>(100).expect("room");
    let empty = writer.allocate(0).expect("nothing");
    drop(writer);
    bytes.fill(7);
    values[99] = 99;
    assert_eq!((bytes[99], values[99], values[0], empty.len()), (7, 99, 0, 0));
    assert_eq!(bytes.as_ptr() as usize % 64, 0);
    let (bytes, values, empty) = (bytes.freeze(), values.freeze(), empty.freeze());
    assert_eq!((bytes.len(), values.len(), empty.len()), (100, 800, 0));
    assert_eq!(bytes.as_slice(), [7; 100]);
}

#[test]
fn what_is_built_in_the_segment_is_read_at_the_place_where_it_was_built() {
    let segments = Segments::new();
    let writer = segments.writer("place").create().expect("a writer");
    let reader = segments.reader("place").open().expect("a reader");
    let mut values = writer.allocate_values::<i64>(1000).expect("room");
    values.iter_mut().zip(0..).for_each(|(value, number)| *value = number);
    let column = Int64Array::new(ScalarBuffer::from(values.freeze()), None);
    let built = RecordBatch::try_from_iter([("number", Arc::new(column) as _)]).expect("a batch");
    let before: Vec<usize> = mappings(&segments.file("place")).iter().map(|range| range.start).collect();
    writer.write_arrow(&built).expect("a write");
    let report = writer.last_write().expect("a report");
    assert_eq!((report[0].bytes_copied, report[0].bytes_referenced), (0, 8000));
    assert_eq!(report[0].reason, CopyReason::None);
    assert_eq!(reader.next_batch(0).expect("a batch"), built);
    assert!(!before.is_empty());

    // Shifted by one row it is no longer aligned, so it is copied, and the report says why.
    writer.write_arrow(&built.slice(1, 10)).expect("a write");
    assert_eq!(writer.last_write().expect("a report")[0].reason, CopyReason::Alignment);
    assert_eq!(reader.next_batch(0).expect("a batch"), built.slice(1, 10));
}

#[test]
fn memory_that_is_let_go_is_used_again() {
    let segments = Segments::new();
    let writer = segments.writer("again").capacity(1 << 16).timeout(20).create().expect("a writer");
    for _ in 0..100 {
        drop(writer.allocate(40_000).expect("room"));
    }
    let _held = writer.allocate(40_000).expect("room");
    assert!(matches!(writer.allocate(40_000), Err(Error::Timeout(_))));
}

#[test]
fn a_name_lives_as_long_as_its_lifetime_says() {
    let segments = Segments::new();
    for (lifetime, stays) in [(Lifetime::UntilDrained, true), (Lifetime::UntilClosed, false), (Lifetime::Keep, true)] {
        let writer = segments.writer("life").lifetime(lifetime).create().expect("a writer");
        writer.write_arrow(&batch(1)).expect("a write");
        writer.finish().expect("an end");
        drop(writer);
        assert_eq!(!segments.files().is_empty(), stays, "{lifetime:?}");
        if stays {
            assert_eq!(segments.reader("life").open().expect("a reader").map(Result::unwrap).count(), 1);
            assert_eq!(segments.files().is_empty(), lifetime == Lifetime::UntilDrained, "{lifetime:?}");
        }
    }
}

#[test]
fn a_segment_can_be_looked_at() {
    let segments = Segments::new();
    let writer = segments.writer("look").slots(8).create().expect("a writer");
    let reader = segments.reader("look").open().expect("a reader");
    writer.write_arrow(&batch(1)).expect("a write");
    writer.write_arrow(&batch(2)).expect("a write");
    let _held = reader.next_batch(0).expect("a batch");

    let segment = Segment::attach_in(segments.path(), "look").expect("a segment");
    let info = segment.info().expect("figures");
    assert_eq!((info.slots, info.head, info.messages, info.rows), (8, 2, 2, 2000));
    assert_eq!((info.state, info.writer_alive), (StreamState::Open, true));
    assert_eq!(info.evict_after, None);
    let readers = segment.readers().expect("states");
    assert_eq!(readers.len(), 1);
    assert_eq!((readers[0].position, readers[0].lag, readers[0].held_batches), (1, 1, 1));
    assert_eq!(readers[0].pid, i64::from(std::process::id()));
    let read = reader.statistics().expect("figures");
    assert_eq!((read.batches, read.rows, read.position, read.head), (1, 1000, 1, 2));

    writer.finish().expect("an end");
    drop(writer);
    let info = segment.info().expect("figures");
    assert_eq!((info.state, info.writer_alive), (StreamState::Finished, false));
}
