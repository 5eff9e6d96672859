//! What is written arrives, unchanged and without a copy.
#![allow(missing_docs, reason = "tests")]

mod common;

use arrow_array::RecordBatch;
use common::{Segments, assert_same, buffers, data_files, load, mappings};
use qadataswap::CopyReason;

const SLICES: [(usize, usize); 6] = [(0, usize::MAX), (0, 5), (1, 64), (7, 9), (8, 8), (65, 1000)];

fn slice(batch: &RecordBatch, (offset, length): (usize, usize)) -> RecordBatch {
    let offset = offset.min(batch.num_rows());
    batch.slice(offset, length.min(batch.num_rows() - offset))
}

/// Each batch through a segment of its own slots, compared as it comes.
fn pass(batches: &[RecordBatch], in_place: bool) {
    let segments = Segments::new();
    let Some(first) = batches.first() else { return };
    let writer = segments.writer("all").schema(first.schema()).create().expect("a writer");
    let reader = segments.reader("all").open().expect("a reader");
    for batch in batches {
        for range in SLICES {
            let placed = if in_place { writer.copy_to_arena(batch).expect("room") } else { batch.clone() };
            let wanted = slice(&placed, range);
            writer.write_arrow(&wanted).expect("a write");
            assert_same(&reader.next_batch(0).expect("a batch"), &slice(batch, range));
        }
    }
    writer.finish().expect("an end");
    assert!(matches!(reader.next_batch(0), Err(qadataswap::Error::EndOfStream(_))));
}

#[test]
fn every_file_arrives_in_slices() {
    for file in data_files() {
        pass(&load(&file).1, false);
    }
}

#[test]
fn every_file_arrives_from_memory_of_the_segment() {
    for file in data_files() {
        pass(&load(&file).1, true);
    }
}

#[test]
fn the_schema_arrives_with_its_metadata_before_any_batch() {
    for file in data_files() {
        let segments = Segments::new();
        let (schema, _) = load(&file);
        let _writer = segments.writer("schema").schema(schema.clone()).create().expect("a writer");
        let reader = segments.reader("schema").open().expect("a reader");
        assert_eq!(reader.wait_schema(0).expect("a schema"), schema, "{}", file.display());
    }
}

#[test]
fn every_buffer_that_is_read_lies_in_the_segment_and_is_aligned() {
    for file in data_files() {
        let segments = Segments::new();
        let writer = segments.writer("where").create().expect("a writer");
        let reader = segments.reader("where").open().expect("a reader");
        for batch in load(&file).1 {
            writer.write_arrow(&batch).expect("a write");
            let got = reader.next_batch(0).expect("a batch");
            let mapped = mappings(&segments.file("where"));
            assert!(!mapped.is_empty());
            for (address, length) in buffers(&got) {
                assert_eq!(address % 64, 0, "{}", file.display());
                let inside = mapped.iter().any(|range| range.contains(&address) && address + length <= range.end);
                assert!(inside, "{}: {address:#x} is none of {mapped:x?}", file.display());
            }
        }
    }
}

#[test]
fn what_was_built_in_the_segment_is_published_in_place() {
    for file in data_files() {
        let segments = Segments::new();
        let writer = segments.writer("place").create().expect("a writer");
        for batch in load(&file).1 {
            let placed = writer.copy_to_arena(&batch).expect("room");
            writer.write_arrow(&placed).expect("a write");
            let report = writer.last_write().expect("a report");
            assert_eq!(report.len(), batch.num_columns());
            for (column, field) in report.iter().zip(batch.schema().fields()) {
                // A bitmap of some other column's making is the one thing that arrow-rs may have to shift.
                assert_eq!((column.bytes_copied, column.reason), (0, CopyReason::None), "{}: {field}", file.display());
            }
        }
    }
}

#[test]
fn what_lies_elsewhere_is_copied_and_the_report_says_so() {
    let segments = Segments::new();
    let writer = segments.writer("report").create().expect("a writer");
    let batch = arrow_array::record_batch!(("number", Int64, [1, 2, 3])).expect("a batch");
    writer.write_arrow(&batch).expect("a write");
    let report = writer.last_write().expect("a report");
    assert_eq!((report[0].bytes_copied, report[0].bytes_referenced), (24, 0));
    assert_eq!(report[0].reason, CopyReason::Outside);
    let info = writer.info().expect("figures");
    assert_eq!((info.messages, info.rows), (1, 3));
    assert!(info.writer_alive && info.has_schema);
}
