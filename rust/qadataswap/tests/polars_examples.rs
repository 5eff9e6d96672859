//! The polars examples carry a real file, from and to each other.
#![cfg(feature = "polars")]
#![allow(missing_docs, reason = "tests")]

mod common;

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float64Type, Int8Type, Int32Type, TimestampMillisecondType};
use arrow_array::{ArrayAccessor, RecordBatch};
use common::{Segments, data_file, load, output, start};

const FILE: &str = "real/bac_trades_20131008.stream";
const REPEAT: u64 = 2;

/// What the reader is to print of a file's columns, worked out from arrow-rs's own arrays.
fn sums(batches: &[RecordBatch]) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    let mut add = |name: &str, bits: u64| {
        let sum: &mut u64 = sums.entry(name.to_owned()).or_default();
        *sum = sum.wrapping_add(bits.wrapping_mul(REPEAT));
    };
    for batch in batches {
        for time in batch["ts"].as_primitive::<TimestampMillisecondType>().iter().flatten() {
            add("ts", time.cast_unsigned());
        }
        for price in batch["price"].as_primitive::<Decimal128Type>().iter().flatten() {
            add("price", u64::try_from(price).expect("small"));
        }
        for price in batch["price_f"].as_primitive::<Float64Type>().iter().flatten() {
            add("price_f", price.to_bits());
        }
        for size in batch["size"].as_primitive::<Int32Type>().iter().flatten() {
            add("size", u64::from(size.cast_unsigned()));
        }
        for suspicious in batch["suspicious"].as_boolean().iter().flatten() {
            add("suspicious", u64::from(suspicious));
        }
        let exchanges = batch["exchange"].as_dictionary::<Int8Type>().downcast_dict::<arrow_array::StringArray>();
        let exchanges = exchanges.expect("texts");
        let exchanges = (0..batch.num_rows()).map(|row| ("exchange", exchanges.value(row)));
        let conditions = batch["condition"].as_string::<i32>().iter().flatten().map(|text| ("condition", text));
        for (name, text) in exchanges.chain(conditions) {
            add(&format!("{name}.length"), text.len() as u64);
            add(&format!("{name}.bytes"), text.bytes().map(u64::from).sum());
        }
    }
    sums
}

#[test]
fn the_polars_examples_carry_a_real_file() {
    let segments = Segments::new();
    let path = data_file(FILE);
    let (_, batches) = load(&path);
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();

    let reader = start(&segments, "polars_reader", &["trades"]);
    let words = ["trades", path.to_str().expect("a path"), &REPEAT.to_string(), "1"];
    let written = output(start(&segments, "polars_writer", &words));
    let read = output(reader);

    let stats = format!("stats rows={} batches={} bytes=", rows * 2, batches.len() * 2);
    assert!(written.starts_with(&stats), "{written}");
    let (printed, read_stats) = read.split_once('\n').expect("two lines");
    assert!(read_stats.starts_with(&stats), "{read}");
    let wanted: Vec<String> = sums(&batches).iter().map(|(name, sum)| format!("{name}={sum}")).collect();
    assert_eq!(printed, format!("sums {}", wanted.join(" ")));
    assert!(segments.files().is_empty());
}

#[test]
fn a_polars_example_without_arguments_says_how_it_is_used() {
    let segments = Segments::new();
    for name in ["polars_reader", "polars_writer"] {
        let ended = start(&segments, name, &[]).wait_with_output().expect("its end");
        assert!(!ended.status.success());
        assert!(String::from_utf8_lossy(&ended.stderr).contains(&format!("usage: {name} NAME")));
    }
}
