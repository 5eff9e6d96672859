//! Frames through a segment, and what polars can't carry.
#![cfg(feature = "polars")]
#![allow(missing_docs, reason = "tests")]

mod common;

use std::sync::Arc;

use arrow_array::builder::{LargeListBuilder, ListBuilder, StringBuilder};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, Date32Array, Decimal32Array, Decimal128Array,
    DictionaryArray, DurationMillisecondArray, FixedSizeBinaryArray, FixedSizeListArray, Float32Array, Int8Array,
    Int16Array, Int64Array, IntervalYearMonthArray, LargeStringArray, ListArray, RecordBatch, StringArray,
    StringViewArray, StructArray, Time64MicrosecondArray, Time64NanosecondArray, TimestampMicrosecondArray,
    TimestampNanosecondArray, TimestampSecondArray, UInt16Array, UInt32Array, new_null_array,
};
use arrow_data::ffi::FFI_ArrowArray;
use arrow_schema::{DataType, Field, Fields, Schema, UnionFields, UnionMode};
use common::{Segments, data_files, load, mappings};
use polars_core::frame::DataFrame;
use polars_core::prelude::{AnyValue, Column, DataType as PolarsType, IntoColumn, IntoSeries, NamedFrom, TimeUnit};
use polars_core::series::Series;
use qadataswap::polars::frame_of;
use qadataswap::{Error, Messages};

fn frame() -> DataFrame {
    let columns: Vec<Column> = vec![
        Series::new("number".into(), [Some(1_i64), None, Some(3)]).into(),
        Series::new("real".into(), [1.5_f64, f64::INFINITY, -0.0]).into(),
        Series::new("text".into(), [Some("a"), Some("a text that is longer than a view holds"), None]).into(),
        Series::new("flag".into(), [true, false, true]).into(),
        Series::new("small".into(), [1_i8, 2, 3]).into(),
    ];
    DataFrame::new(3, columns).expect("a frame")
}

fn there_and_back(frame: &DataFrame) -> DataFrame {
    let segments = Segments::new();
    let writer = segments.writer("frame").create().expect("a writer");
    let reader = segments.reader("frame").open().expect("a reader");
    writer.write_frame(frame).expect("a write");
    reader.read_frame(0).expect("no error").expect("a message")
}

/// One arrow-rs column, read as a frame.
fn column(array: ArrayRef) -> Result<Series, Error> {
    let segments = Segments::new();
    let writer = segments.writer("column").create().expect("a writer");
    let reader = segments.reader("column").open().expect("a reader");
    writer.write_arrow(&RecordBatch::try_from_iter([("x", array)]).expect("a batch")).expect("a write");
    let frame = reader.read_frame(0)?.expect("a message");
    Ok(frame.column("x").expect("the column").as_materialized_series().clone())
}

#[test]
fn a_frame_arrives() {
    let frame = frame();
    assert!(there_and_back(&frame).equals_missing(&frame));
    let slice = frame.slice(1, 2);
    assert!(there_and_back(&slice).equals_missing(&slice));
}

#[test]
fn a_frame_of_no_rows_or_no_columns_arrives() {
    let none = frame().slice(0, 0);
    let got = there_and_back(&none);
    assert_eq!((got.height(), got.schema()), (0, none.schema()));
    let empty = DataFrame::empty();
    assert_eq!(there_and_back(&empty).shape(), (0, 0));
    let rows = DataFrame::new(7, vec![]).expect("a frame");
    assert_eq!(there_and_back(&rows).shape(), (7, 0));
}

#[test]
fn a_chunk_is_a_batch_and_a_batch_a_chunk() {
    let mut frame = frame();
    frame.vstack_mut(&self::frame()).expect("the same columns");
    let got = there_and_back(&frame);
    assert_eq!(got.first_col_n_chunks(), 2);
    assert!(got.equals_missing(&frame));
    // Columns whose chunks differ are made one.
    let mut odd = frame.clone();
    let number = odd.column("number").expect("a column").rechunk();
    odd.replace("number", number).expect("the same length");
    assert!(there_and_back(&odd).equals_missing(&frame));
}

#[test]
fn nested_columns_categoricals_and_times_arrive() {
    let lists = Series::new("lists".into(), [Series::new("".into(), [1_i64, 2]), Series::new("".into(), [3_i64])]);
    let codes = Series::new("codes".into(), ["b", "a"])
        .cast(&PolarsType::from_categories(polars_core::prelude::Categories::global()))
        .expect("categories");
    let times =
        Series::new("times".into(), [1_000_i64, 2_000]).cast(&PolarsType::Datetime(TimeUnit::Microseconds, None));
    let structs = frame().slice(0, 2).into_struct("structs".into());
    let columns = vec![lists.into(), codes.into(), times.expect("times").into(), IntoColumn::into_column(structs)];
    let frame = DataFrame::new(2, columns).expect("a frame");
    let got = there_and_back(&frame);
    assert_eq!(got.schema(), frame.schema());
    assert!(got.equals_missing(&frame));
}

/// For each buffer of a frame's first column, in the order of the C Data interface, children and dictionaries included: whether it lies in the
/// segment (`+`) or in polars' own memory (`-`). Absent bitmaps, of columns without nulls, don't show. Views end with a list of sizes, which polars makes when it is asked for the C struct.
fn places(frame: &DataFrame, mapped: &[std::ops::Range<usize>]) -> String {
    fn collect(array: &FFI_ArrowArray, mapped: &[std::ops::Range<usize>], found: &mut String) {
        for address in (0..array.num_buffers()).map(|index| array.buffer(index) as usize).filter(|&at| at != 0) {
            found.push(if mapped.iter().any(|range| range.contains(&address)) { '+' } else { '-' });
        }
        (0..array.num_children()).for_each(|index| collect(array.child(index), mapped, found));
    }
    let chunk = frame.columns()[0].as_materialized_series().chunks()[0].clone();
    // SAFETY: the same C struct under two names.
    let array: FFI_ArrowArray = unsafe { std::mem::transmute(polars_arrow::ffi::export_array_to_c(chunk)) };
    let mut found = String::new();
    collect(&array, mapped, &mut found);
    found
}

fn read_places(array: ArrayRef) -> String {
    let segments = Segments::new();
    let writer = segments.writer("where").create().expect("a writer");
    let reader = segments.reader("where").open().expect("a reader");
    writer.write_arrow(&RecordBatch::try_from_iter([("x", array)]).expect("a batch")).expect("a write");
    let frame = reader.read_frame(0).expect("no error").expect("a message");
    let found = places(&frame, &mappings(&segments.file("where")));
    let held = reader.statistics().expect("figures").held_batches;
    assert_eq!(held, i32::from(found.contains('+')), "{found}");
    drop(frame);
    assert_eq!(reader.statistics().expect("figures").held_batches, 0);
    found
}

/// The page of the module says the same.
#[test]
fn columns_lie_in_the_segment_where_polars_allows_it() {
    const LONG: &str = "a text that is longer than a view holds";
    let mut lists = ListBuilder::new(Int64Array::builder(2));
    lists.append_value([Some(1), None]);
    let mut large = LargeListBuilder::new(Int64Array::builder(2));
    large.append_value([Some(1), None]);
    let fixed = FixedSizeListArray::new(
        Arc::new(Field::new_list_field(DataType::Int64, true)),
        2,
        Arc::new(Int64Array::from(vec![1, 2])),
        None,
    );
    let structs = StructArray::from(vec![(
        Arc::new(Field::new("n", DataType::Int64, true)),
        Arc::new(Int64Array::from(vec![Some(5), None])) as ArrayRef,
    )]);
    let decimal = Decimal128Array::from(vec![12]).with_precision_and_scale(10, 2).expect("digits");
    let coded = ["x", "y"].into_iter().collect::<DictionaryArray<arrow_array::types::UInt32Type>>();
    let cases: Vec<(ArrayRef, &str)> = vec![
        (Arc::new(Int64Array::from(vec![Some(1), None])), "++"),
        (Arc::new(Float32Array::from(vec![1.5])), "+"),
        (Arc::new(BooleanArray::from(vec![Some(true), None])), "++"),
        (Arc::new(decimal), "+"),
        (Arc::new(Date32Array::from(vec![1])), "+"),
        (Arc::new(TimestampMicrosecondArray::from(vec![1])), "+"),
        (Arc::new(TimestampSecondArray::from(vec![1])), "-"),
        (Arc::new(DurationMillisecondArray::from(vec![1])), "+"),
        (Arc::new(Time64NanosecondArray::from(vec![1])), "+"),
        (Arc::new(Time64MicrosecondArray::from(vec![1])), "-"),
        (Arc::new(StringViewArray::from(vec![LONG])), "++-"),
        (Arc::new(StringArray::from(vec![LONG])), "-+-"),
        (Arc::new(LargeStringArray::from(vec![LONG])), "-+-"),
        (Arc::new(BinaryArray::from(vec![LONG.as_bytes()])), "-+-"),
        (Arc::new(large.finish()), "+++"),
        (Arc::new(lists.finish()), "-++"),
        (Arc::new(fixed), "+"),
        (Arc::new(structs), "++"),
        (Arc::new(coded), "-"),
    ];
    for (array, wanted) in cases {
        let data_type = array.data_type().to_string();
        assert_eq!(read_places(array), wanted, "{data_type}");
    }
}

#[test]
fn a_batch_of_the_iterator_becomes_a_frame_where_it_lies() {
    let segments = Segments::new();
    let writer = segments.writer("batch").create().expect("a writer");
    let mut reader = segments.reader("batch").open().expect("a reader");
    writer.write_frame(&frame()).expect("a write");
    let batch = reader.next().expect("an item").expect("a batch");
    let got = frame_of(&batch.schema(), &[batch]).expect("a frame");
    assert!(got.equals_missing(&frame()));
    assert_eq!(places(&got, &mappings(&segments.file("batch"))), "++");
    assert_eq!(frame_of(&Schema::empty(), &[]).expect("a frame").shape(), (0, 0));
}

#[test]
fn a_frame_of_another_schema_is_refused_and_nothing_of_it_is_seen() {
    let segments = Segments::new();
    let writer = segments.writer("other").create().expect("a writer");
    let reader = segments.reader("other").open().expect("a reader");
    writer.write_frame(&frame()).expect("a write");
    let mut other = frame().select(["number"]).expect("a column");
    other.vstack_mut(&other.clone()).expect("the same column");
    let error = writer.write_frame(&other).expect_err("another schema");
    assert!(matches!(error, Error::SchemaMismatch(_)) && error.to_string().contains("'other'"), "{error}");
    writer.write_frame(&frame()).expect("it goes on");
    for _ in 0..2 {
        assert!(reader.read_frame(0).expect("no error").expect("a message").equals_missing(&frame()));
    }
    assert!(matches!(reader.next_batch(0), Err(Error::Timeout(_))));
}

#[test]
fn a_frame_outlives_its_reader_and_its_writer() {
    let segments = Segments::new();
    let writer = segments.writer("held").create().expect("a writer");
    let reader = segments.reader("held").open().expect("a reader");
    writer.write_frame(&frame()).expect("a write");
    let got = reader.read_frame(0).expect("no error").expect("a message");
    writer.finish().expect("an end");
    assert!(matches!(reader.read_frame(0), Err(Error::EndOfStream(_))));
    drop((writer, reader));
    assert!(got.equals_missing(&frame()));
}

#[test]
fn what_polars_has_a_form_for_is_read_as_that() {
    let cases: Vec<(ArrayRef, PolarsType)> = vec![
        (Arc::new(Int8Array::from(vec![1])), PolarsType::Int8),
        (Arc::new(Int16Array::from(vec![1])), PolarsType::Int16),
        (Arc::new(UInt16Array::from(vec![1])), PolarsType::UInt16),
        (Arc::new(UInt32Array::from(vec![1])), PolarsType::UInt32),
        (Arc::new(Float32Array::from(vec![1.5])), PolarsType::Float32),
        (Arc::new(BooleanArray::from(vec![true])), PolarsType::Boolean),
        (Arc::new(StringArray::from(vec!["a"])), PolarsType::String),
        (Arc::new(LargeStringArray::from(vec!["a"])), PolarsType::String),
        (Arc::new(StringViewArray::from(vec!["a"])), PolarsType::String),
        (Arc::new(BinaryViewArray::from(vec![b"a".as_slice()])), PolarsType::Binary),
        (Arc::new(FixedSizeBinaryArray::try_from_iter(["abc"].iter()).expect("bytes")), PolarsType::Binary),
        (Arc::new(Date32Array::from(vec![1])), PolarsType::Date),
        (Arc::new(TimestampSecondArray::from(vec![1])), PolarsType::Datetime(TimeUnit::Milliseconds, None)),
        (Arc::new(TimestampNanosecondArray::from(vec![1])), PolarsType::Datetime(TimeUnit::Nanoseconds, None)),
        (Arc::new(DurationMillisecondArray::from(vec![1])), PolarsType::Duration(TimeUnit::Milliseconds)),
        (Arc::new(Time64NanosecondArray::from(vec![1])), PolarsType::Time),
        (
            Arc::new(Decimal128Array::from(vec![12]).with_precision_and_scale(10, 2).expect("digits")),
            PolarsType::Decimal(10, 2),
        ),
        (new_null_array(&DataType::Null, 1), PolarsType::Null),
    ];
    for (array, wanted) in cases {
        let got = column(array.clone()).unwrap_or_else(|error| panic!("{wanted}: {error}"));
        assert_eq!((got.dtype(), got.len()), (&wanted, 1));
    }
    let coded: ArrayRef =
        Arc::new(["x", "y", "x"].into_iter().collect::<DictionaryArray<arrow_array::types::Int8Type>>());
    let got = column(coded).expect("categories");
    assert!(matches!(got.dtype(), PolarsType::Categorical(..)), "{}", got.dtype());
    assert_eq!(got.str_value(2).expect("a value"), "x");
    let seconds = column(Arc::new(TimestampSecondArray::from(vec![7]))).expect("times");
    assert_eq!(seconds.get(0).expect("a value"), AnyValue::Datetime(7000, TimeUnit::Milliseconds, None));
}

#[test]
fn what_polars_cannot_carry_is_an_error_that_names_the_column_and_the_type() {
    let union =
        UnionFields::try_new([0, 1], [Field::new("a", DataType::Int8, true), Field::new("b", DataType::Utf8, true)]);
    let nested = Fields::from(vec![Field::new(
        "inner",
        DataType::ListView(Arc::new(Field::new_list_field(DataType::Int8, true))),
        true,
    )]);
    let zoned = TimestampMicrosecondArray::from(vec![1]).with_timezone("+05:30");
    let cases: Vec<ArrayRef> = vec![
        new_null_array(&DataType::Union(union.expect("fields"), UnionMode::Sparse), 1),
        new_null_array(&DataType::Struct(nested), 1),
        Arc::new(Decimal32Array::from(vec![1])),
        Arc::new(Decimal128Array::from(vec![12]).with_precision_and_scale(5, -3).expect("digits")),
        Arc::new(IntervalYearMonthArray::from(vec![1])),
        Arc::new(zoned),
        new_null_array(&DataType::FixedSizeList(Arc::new(Field::new_list_field(DataType::Int8, true)), 0), 1),
    ];
    for array in cases {
        let data_type = array.data_type().to_string();
        let error = column(array).expect_err(&data_type);
        assert!(matches!(error, Error::UnsupportedType(_)), "{error}");
        let text = error.to_string();
        assert!(text.contains("'x'") && text.contains(&data_type) && text.contains("instead"), "{text}");
    }
}

#[test]
fn a_message_that_polars_cannot_carry_is_there_for_arrow() {
    let segments = Segments::new();
    let writer = segments.writer("kept").create().expect("a writer");
    let reader = segments.reader("kept").open().expect("a reader");
    let numbers: ArrayRef = Arc::new(Decimal32Array::from(vec![1, 2]));
    writer.write_arrow(&RecordBatch::try_from_iter([("x", numbers)]).expect("a batch")).expect("a write");
    assert!(matches!(reader.read_frame(0), Err(Error::UnsupportedType(_))));
    assert_eq!(reader.read_arrow(0).expect("no error").expect("the message").num_rows(), 2);
}

#[test]
fn a_name_with_a_nul_never_reaches_polars_which_would_end_the_process() {
    let segments = Segments::new();
    let writer = segments.writer("nul").create().expect("a writer");
    let numbers = |name: &str| Series::new(name.into(), [1, 2]).into_column();
    let plain = DataFrame::new(2, vec![numbers("a\0b")]).expect("a frame");
    let inner = DataFrame::new(2, vec![numbers("a\0b")]).expect("a frame").into_struct("outer".into());
    let nested = DataFrame::new(2, vec![inner.into_series().into_column()]).expect("a frame");
    for frame in [plain, nested] {
        let error = writer.write_frame(&frame).expect_err("a name with a NUL");
        assert!(matches!(&error, Error::UnsupportedType(text) if text.contains("rename it")), "{error}");
    }
}

#[test]
fn every_file_becomes_a_frame_or_a_clear_error() {
    let mut frames = 0;
    for file in data_files() {
        let segments = Segments::new();
        let (schema, batches) = load(&file);
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        let writer = segments.writer("file").create().expect("a writer");
        let reader = segments.reader("file").open().expect("a reader");
        let stream = arrow_array::RecordBatchIterator::new(batches.into_iter().map(Ok), schema.clone());
        writer.write_stream(stream, Messages::One).expect("a write");
        match reader.read_frame(0) {
            Ok(frame) => {
                assert_eq!(frame.expect("a message").shape(), (rows, schema.fields().len()), "{}", file.display());
                frames += 1;
            }
            Err(Error::UnsupportedType(message)) => assert!(message.contains("column"), "{message}"),
            Err(error) => panic!("{}: {error}", file.display()),
        }
    }
    assert!(frames >= 6, "{frames}");
}

#[test]
fn nested_arrow_columns_become_nested_polars_columns() {
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_value([Some("a"), None]);
    let lists: ListArray = lists.finish();
    let got = column(Arc::new(lists.clone())).expect("lists");
    assert_eq!(got.dtype(), &PolarsType::List(Box::new(PolarsType::String)));
    let structs = StructArray::from(vec![
        (Arc::new(Field::new("n", DataType::Int64, true)), Arc::new(Int64Array::from(vec![5])) as ArrayRef),
        (Arc::new(Field::new("l", lists.data_type().clone(), true)), Arc::new(lists) as ArrayRef),
    ]);
    let got = column(Arc::new(structs)).expect("structs");
    assert_eq!(got.struct_().expect("a struct").fields_as_series().len(), 2);
}
