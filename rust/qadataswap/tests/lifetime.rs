//! Who may go before whom, and what stays valid.
#![allow(missing_docs, reason = "tests")]

mod common;

use std::sync::Arc;
use std::thread;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, BooleanArray, Int64Array, LargeBinaryArray, NullArray, RecordBatch, StringArray};
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

/// A batch of every kind of column that goes by its addresses, and of one that doesn't.
fn mixed() -> RecordBatch {
    let rows = || 0..200_i32;
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("numbers", Arc::new(Int64Array::from_iter_values(rows().map(i64::from)))),
        ("gaps", Arc::new(rows().map(|row| (row % 3 != 0).then_some(i64::from(row))).collect::<Int64Array>())),
        ("flags", Arc::new(rows().map(|row| (row % 5 != 0).then_some(row % 2 == 0)).collect::<BooleanArray>())),
        ("texts", Arc::new(rows().map(|row| (row % 7 != 0).then(|| format!("text {row}"))).collect::<StringArray>())),
        ("bytes", Arc::new(LargeBinaryArray::from_iter_values(rows().map(i32::to_le_bytes)))),
        ("none", Arc::new(NullArray::new(200))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
        .expect("a batch")
}

fn slices_arrive(name: &str, batch: &RecordBatch) {
    let segments = Segments::new();
    let writer = segments.writer(name).create().expect("a writer");
    let reader = segments.reader(name).open().expect("a reader");
    let placed = writer.copy_to_arena(batch).expect("room");
    for offset in [0, 0, 1, 7, 8, 63, 64, 199, 200] {
        for from in [batch, &placed] {
            let sent = from.slice(offset, (200 - offset).min(70));
            writer.write_arrow(&sent).expect("a write");
            assert_eq!(reader.next_batch(0).expect("a batch"), sent, "{name} from {offset}");
        }
    }
}

#[test]
fn slices_arrive_whether_they_go_by_address_or_not() {
    let all = mixed();
    slices_arrive("addresses", &all.project(&[0, 1, 2, 3, 4]).expect("columns"));
    slices_arrive("structs", &all);
}

#[test]
fn the_report_says_of_each_column_why_it_was_copied() {
    use CopyReason::{Alignment, BitOffset, None, Outside};
    let segments = Segments::new();
    let writer = segments.writer("why").create().expect("a writer");
    let _reader = segments.reader("why").open().expect("a reader");
    let batch = mixed().project(&[0, 2, 3]).expect("columns");
    let placed = writer.copy_to_arena(&batch).expect("room");
    let reasons = |batch: &RecordBatch| {
        writer.write_arrow(batch).expect("a write");
        let report = writer.last_write().expect("a report");
        report.iter().map(|column| column.reason).collect::<Vec<_>>()
    };
    assert_eq!(reasons(&batch), [Outside; 3]);
    assert_eq!(reasons(&placed), [None; 3]);
    // The bitmap of the texts is shifted by arrow-rs itself, on its way to the C Data interface.
    assert_eq!(reasons(&placed.slice(3, 10)), [Alignment, BitOffset, Outside]);
    assert_eq!(reasons(&placed.slice(64, 10)), [None, Alignment, Alignment]);
    assert_eq!(reasons(&placed.slice(0, 10)), [None; 3]);
}

#[test]
fn memory_of_the_segment_may_go_in_any_order() {
    // 0 is the writer, 1 what was published, 2 what was read.
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let segments = Segments::new();
        let writer = segments.writer("order").capacity(1 << 16).create().expect("a writer");
        let reader = segments.reader("order").open().expect("a reader");
        let built = writer.copy_to_arena(&batch(3)).expect("room");
        writer.write_arrow(&built).expect("a write");
        let read = reader.next_batch(0).expect("a batch");
        let (mut writer, mut batches) = (Some(writer), [Some(built), Some(read)]);
        for part in order {
            match part {
                0 => drop(writer.take()),
                part => drop(batches[part - 1].take()),
            }
            assert!(batches.iter().flatten().all(|left| *left == batch(3)), "{order:?}, after {part}");
        }
        assert_eq!(reader.statistics().expect("figures").held_batches, 0);
    }
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
