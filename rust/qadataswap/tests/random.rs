//! Whatever arrays there are, in whatever slices: what is read equals what was written.
#![allow(missing_docs, reason = "tests")]

mod common;

use std::sync::Arc;

use arrow_array::types::{Int16Type, Int32Type};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Decimal128Array, DictionaryArray, Float64Array, Int32Array, LargeStringArray,
    ListArray, RecordBatch, RecordBatchOptions, StringArray, StringViewArray, StructArray,
};
use arrow_schema::{DataType, Field, Schema};
use common::{Segments, assert_same};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn dictionary(values: &[Option<String>]) -> ArrayRef {
    let values = values.iter().map(Option::as_deref);
    Arc::new(values.collect::<DictionaryArray<Int16Type>>())
}

fn list(values: Vec<Option<Vec<Option<i32>>>>) -> ArrayRef {
    Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(values))
}

fn structs(values: &[Option<(i32, Option<String>)>]) -> ArrayRef {
    let numbers: Int32Array = values.iter().map(|value| value.as_ref().map(|(number, _)| *number)).collect();
    let texts: StringArray = values.iter().map(|value| value.as_ref().and_then(|(_, text)| text.as_deref())).collect();
    let fields = vec![Field::new("n", DataType::Int32, true), Field::new("t", DataType::Utf8, true)];
    let nulls = values.iter().map(Option::is_some).collect::<Vec<_>>().into();
    Arc::new(StructArray::new(fields.into(), vec![Arc::new(numbers), Arc::new(texts)], Some(nulls)))
}

/// A column of so many rows.
fn column(rows: usize) -> BoxedStrategy<ArrayRef> {
    let text = || option::of("\\PC{0,20}");
    prop_oneof![
        vec(option::of(any::<i32>()), rows).prop_map(|v| Arc::new(Int32Array::from(v)) as ArrayRef),
        vec(any::<f64>(), rows).prop_map(|v| Arc::new(Float64Array::from(v)) as ArrayRef),
        vec(option::of(any::<bool>()), rows).prop_map(|v| Arc::new(BooleanArray::from(v)) as ArrayRef),
        vec(option::of(-(10_i128.pow(30))..10_i128.pow(30)), rows)
            .prop_map(|v| Arc::new(Decimal128Array::from(v)) as ArrayRef),
        vec(text(), rows).prop_map(|v| Arc::new(StringArray::from(v)) as ArrayRef),
        vec(text(), rows).prop_map(|v| Arc::new(LargeStringArray::from(v)) as ArrayRef),
        vec(text(), rows).prop_map(|v| Arc::new(StringViewArray::from_iter(v)) as ArrayRef),
        vec(option::of(vec(any::<u8>(), 0..20)), rows).prop_map(|v| Arc::new(BinaryArray::from_iter(v)) as ArrayRef),
        vec(option::of("[a-e]"), rows).prop_map(|v| dictionary(&v)),
        vec(option::of(vec(option::of(any::<i32>()), 0..5)), rows).prop_map(list),
        vec(option::of((any::<i32>(), text())), rows).prop_map(|v| structs(&v)),
    ]
    .boxed()
}

fn batch() -> impl Strategy<Value = RecordBatch> {
    (0_usize..150, 0_usize..5).prop_flat_map(|(rows, columns)| {
        vec(column(rows), columns).prop_map(move |columns| {
            let field = |(number, column): (usize, &ArrayRef)| {
                Field::new(format!("c{number}"), arrow_array::Array::data_type(column).clone(), true)
            };
            let schema = Schema::new(columns.iter().enumerate().map(field).collect::<Vec<_>>());
            let options = RecordBatchOptions::new().with_row_count(Some(rows));
            RecordBatch::try_new_with_options(Arc::new(schema), columns, &options).expect("a batch")
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_slice_of_any_batch_arrives(
        batch in batch(), cuts in vec((0_usize..160, 0_usize..160), 1..4), in_place: bool, small: bool,
    ) {
        let segments = Segments::new();
        let capacity = if small { 8192 } else { 1 << 24 };
        let writer = segments.writer("random").slots(200).capacity(capacity).create().expect("a writer");
        let reader = segments.reader("random").open().expect("a reader");
        for (offset, length) in cuts {
            let offset = offset.min(batch.num_rows());
            let wanted = batch.slice(offset, length.min(batch.num_rows() - offset));
            let sent = match (in_place, small) {
                (true, false) => writer.copy_to_arena(&wanted).expect("room"),
                _ => wanted.clone(),
            };
            std::thread::scope(|scope| {
                scope.spawn(|| writer.write_arrow(&sent).expect("a write"));
                let message = reader.read_arrow(10_000).expect("no error").expect("a message");
                assert_same(&message.into_batch().expect("one batch"), &wanted);
            });
        }
    }
}
