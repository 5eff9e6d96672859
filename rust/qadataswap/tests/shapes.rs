//! Batches and messages of unusual shapes.
#![allow(missing_docs, reason = "tests")]

mod common;

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Int8Array, Int64Array, RecordBatch, RecordBatchIterator, RecordBatchOptions,
    StringArray,
};
use arrow_schema::{DataType, Field, Schema};
use common::Segments;
use qadataswap::{Error, Messages};

fn numbers(range: std::ops::Range<i64>) -> RecordBatch {
    let column: ArrayRef = Arc::new(Int64Array::from_iter_values(range));
    RecordBatch::try_from_iter([("number", column)]).expect("a batch")
}

fn there_and_back(batch: &RecordBatch) {
    let segments = Segments::new();
    let writer = segments.writer("shape").create().expect("a writer");
    let reader = segments.reader("shape").open().expect("a reader");
    for in_place in [false, true] {
        let sent = if in_place { writer.copy_to_arena(batch).expect("room") } else { batch.clone() };
        writer.write_arrow(&sent).expect("a write");
        assert_eq!(&reader.next_batch(0).expect("a batch"), batch);
        writer.write_arrow(&sent).expect("a write");
        let message = reader.read_arrow(0).expect("no error").expect("a message");
        assert_eq!(message.num_rows(), batch.num_rows());
        assert_eq!(&message.into_batch().expect("one batch"), batch);
    }
}

#[test]
fn a_batch_has_no_rows() {
    there_and_back(&numbers(0..0));
    let texts: ArrayRef = Arc::new(StringArray::from(Vec::<&str>::new()));
    there_and_back(&RecordBatch::try_from_iter([("text", texts)]).expect("a batch"));
}

#[test]
fn a_batch_has_no_columns() {
    for rows in [0, 1, 5000] {
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::new(Schema::empty()), vec![], &options);
        there_and_back(&batch.expect("a batch"));
    }
}

#[test]
fn a_batch_has_two_thousand_columns() {
    let column: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(3)]));
    let fields: Vec<Field> = (0..2000).map(|n| Field::new(format!("column {n}"), DataType::Int64, true)).collect();
    let columns = vec![column; 2000];
    there_and_back(&RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("a batch"));
}

#[test]
fn a_batch_has_five_million_rows() {
    there_and_back(&numbers(0..5_000_000));
}

#[test]
fn a_batch_larger_than_the_data_area_arrives_in_pieces_of_one_message() {
    let segments = Segments::new();
    let writer = segments.writer("large").capacity(1 << 16).create().expect("a writer");
    let reader = segments.reader("large").open().expect("a reader");
    let large = numbers(0..100_000);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            writer.write_arrow(&large).expect("a write");
            writer.write_arrow(&large).expect("a write");
            writer.finish().expect("an end");
        });
        let message = reader.read_arrow(10_000).expect("no error").expect("a message");
        assert!(message.batches().len() > 10);
        assert_eq!(message.num_rows(), 100_000);
        assert_eq!(message.into_batch().expect("one batch"), large);

        let mut rows = 0;
        loop {
            let (piece, info) = reader.next_with_info(10_000).expect("a piece");
            assert_eq!(info.first, rows == 0);
            rows += piece.num_rows();
            assert_eq!(info.last, rows == 100_000);
            if info.last {
                break;
            }
        }
        assert!(matches!(reader.next_batch(10_000), Err(Error::EndOfStream(_))));
    });
}

/// 3 GB that take 64 MiB of memory: columns that share their values.
fn three_gigabytes() -> RecordBatch {
    let column: ArrayRef = Arc::new(Int64Array::from_iter_values(0..(8 << 20)));
    RecordBatch::try_from_iter((0..48).map(|number| (format!("column {number}"), column.clone()))).expect("a batch")
}

#[test]
fn a_message_of_three_gigabytes_passes_through_64_mib() {
    let segments = Segments::new();
    let writer = segments.writer("huge").capacity(64 << 20).create().expect("a writer");
    let reader = segments.reader("huge").open().expect("a reader");
    let large = three_gigabytes();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            writer.write_arrow(&large).expect("a write");
            writer.finish().expect("an end");
        });
        let mut rows = 0;
        loop {
            let (piece, info) = match reader.next_with_info(30_000) {
                Err(Error::EndOfStream(_)) => break,
                other => other.expect("a piece"),
            };
            assert_eq!((info.first, info.last), (rows == 0, rows + piece.num_rows() == large.num_rows()));
            assert!(piece == large.slice(rows, piece.num_rows()));
            rows += piece.num_rows();
        }
        assert_eq!(rows, large.num_rows());
        let bytes = reader.statistics().expect("figures").bytes;
        assert!(bytes >= 3 << 30, "{bytes}");
    });
}

#[test]
fn a_dictionary_is_the_same_after_its_batch_was_cut_and_put_together_again() {
    let segments = Segments::new();
    let writer = segments.writer("coded").capacity(1 << 13).create().expect("a writer");
    let reader = segments.reader("coded").open().expect("a reader");
    let keys = (0..50_000_usize).map(|row| i8::try_from(row % 3).ok().filter(|_| row % 7 > 0)).collect::<Int8Array>();
    // So many that the dictionaries of all pieces together are more than the keys can count, most of them never used.
    let values = Arc::new(StringArray::from_iter_values((0..40).map(|number| format!("value {}", 40 - number))));
    let column: ArrayRef = Arc::new(DictionaryArray::new(keys, values.clone()));
    let field = Field::new("coded", column.data_type().clone(), true).with_dict_is_ordered(true);
    let batch = RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![column]).expect("a batch");
    let got = std::thread::scope(|scope| {
        scope.spawn(|| writer.write_arrow(&batch).expect("a write"));
        reader.read_arrow(10_000).expect("no error").expect("a message")
    });
    assert!(got.batches().len() > 2);
    let got = got.into_batch().expect("one batch");
    assert_eq!(got, batch);
    assert_eq!(got.schema().field(0).dict_is_ordered(), Some(true));
    assert_eq!(got.column(0).as_any_dictionary().values().as_string::<i32>(), &*values);
}

#[test]
fn several_batches_make_one_message() {
    let segments = Segments::new();
    let writer = segments.writer("several").create().expect("a writer");
    let reader = segments.reader("several").open().expect("a reader");
    let parts = [numbers(0..3), numbers(3..3), numbers(3..10)];
    writer.write_message(&parts).expect("a write");
    writer.write_message([]).expect("nothing to write");
    let message = reader.read_arrow(0).expect("no error").expect("a message");
    assert_eq!(message.batches(), &parts);
    assert_eq!((message.sequence(), message.lost_before(), message.num_rows()), (0, 0, 10));
    assert_eq!(message.schema(), &parts[0].schema());
    assert_eq!(message.into_iter().count(), 3);
    assert!(reader.read_arrow(0).expect("no error").is_none());
}

#[test]
fn a_message_that_cannot_be_written_leaves_nothing_behind() {
    let segments = Segments::new();
    let writer = segments.writer("half").create().expect("a writer");
    let reader = segments.reader("half").open().expect("a reader");
    let other = |name: &str| RecordBatch::try_from_iter([(name, Arc::new(Int8Array::from(vec![1])) as ArrayRef)]);
    let cannot = other("zero\0byte").expect("a batch");
    let error = writer.write_message([&numbers(0..3), &cannot]).expect_err("it can't be exported");
    assert!(matches!(error, Error::UnsupportedType(_)), "{error}");
    let error = writer.write_message([&numbers(0..3), &other("byte").expect("a batch")]).expect_err("another schema");
    assert!(matches!(error, Error::SchemaMismatch(_)) && error.to_string().contains("byte"), "{error}");
    assert!(matches!(reader.next_batch(0), Err(Error::Timeout(_))), "nothing was published");
    writer.write_arrow(&numbers(5..7)).expect("a write");
    let message = reader.read_arrow(0).expect("no error").expect("a message");
    assert_eq!(message.into_batch().expect("one batch"), numbers(5..7));
}

#[test]
fn a_message_that_finds_no_room_in_the_middle_is_given_up() {
    let segments = Segments::new();
    let writer = segments.writer("room").slots(2).timeout(20).create().expect("a writer");
    let reader = segments.reader("room").open().expect("a reader");
    let parts = [numbers(0..1), numbers(1..2), numbers(2..3)];
    assert!(matches!(writer.write_message(&parts), Err(Error::Timeout(_))));
    drop((reader.next_batch(0).expect("a part"), reader.next_batch(0).expect("a part")));
    writer.write_arrow(&numbers(5..7)).expect("a write");
    let message = reader.read_arrow(0).expect("no error").expect("a message");
    assert_eq!(message.batches(), [numbers(5..7)]);
}

#[test]
fn messages_of_several_threads_are_not_mixed() {
    let segments = Segments::new();
    let writer = segments.writer("threads").slots(4).create().expect("a writer");
    let reader = segments.reader("threads").open().expect("a reader");
    std::thread::scope(|scope| {
        for thread in 0..3 {
            let writer = &writer;
            scope.spawn(move || {
                let part = |number| numbers(thread..thread + number);
                let parts = [part(1), part(2), part(3)];
                (0..50).for_each(|_| writer.write_message(&parts).expect("a write"));
            });
        }
        for _ in 0..150 {
            let message = reader.read_arrow(10_000).expect("no error").expect("a message");
            let thread = message.batches()[0].column(0).as_primitive::<arrow_array::types::Int64Type>().value(0);
            assert_eq!(message.batches(), [1, 2, 3].map(|number| numbers(thread..thread + number)));
        }
    });
}

#[test]
fn a_stream_is_one_message_or_one_a_batch() {
    for (messages, wanted) in [(Messages::One, vec![9]), (Messages::PerBatch, vec![2, 3, 4])] {
        let segments = Segments::new();
        let writer = segments.writer("stream").create().expect("a writer");
        let reader = segments.reader("stream").open().expect("a reader");
        let batches = [numbers(0..2), numbers(2..5), numbers(5..9)];
        let schema = batches[0].schema();
        writer.write_stream(RecordBatchIterator::new(batches.map(Ok), schema), messages).expect("a write");
        let mut rows = Vec::new();
        while let Some(message) = reader.read_arrow(0).expect("no error") {
            rows.push(message.num_rows());
        }
        assert_eq!(rows, wanted);
    }
}

#[test]
fn a_stream_without_batches_brings_its_schema() {
    let segments = Segments::new();
    let writer = segments.writer("none").create().expect("a writer");
    let reader = segments.reader("none").open().expect("a reader");
    let schema = numbers(0..0).schema();
    writer.write_stream(RecordBatchIterator::new([], schema.clone()), Messages::One).expect("a write");
    let message = reader.read_arrow(0).expect("no error").expect("a message");
    assert_eq!((message.num_rows(), message.schema()), (0, &schema));
}

#[test]
fn a_segment_read_passes_through_another_segment() {
    let segments = Segments::new();
    let first = segments.writer("first").create().expect("a writer");
    let second = segments.writer("second").create().expect("a writer");
    let from_first = segments.reader("first").open().expect("a reader");
    let from_second = segments.reader("second").open().expect("a reader");
    first.write_arrow(&numbers(0..100)).expect("a write");
    first.finish().expect("an end");
    second.write_stream(from_first, Messages::PerBatch).expect("a write");
    assert_eq!(from_second.next_batch(0).expect("a batch"), numbers(0..100));
}
