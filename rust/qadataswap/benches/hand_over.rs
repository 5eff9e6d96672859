//! What handing over a batch of 10 columns and 1,000 rows costs inside one process, beside arrow-rs's own way through the C Data interface,
//! which copies nothing and crosses nothing. `cargo bench` prints medians of rounds, with the lowest and the highest.
#![allow(missing_docs, reason = "a program")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::ffi::from_ffi;
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StructArray};
use arrow_data::ffi::FFI_ArrowArray;
use arrow_schema::ffi::FFI_ArrowSchema;
use qadataswap::{Reader, Wait, Writer};

const COLUMNS: i64 = 10;
const ROWS: i64 = 1000;
const ROUNDS: usize = 11;
const CALLS: u32 = 20_000;

fn batch() -> RecordBatch {
    let column = |number| -> ArrayRef { Arc::new(Int64Array::from_iter_values(number..number + ROWS)) };
    RecordBatch::try_from_iter((0..COLUMNS).map(|number| (format!("c{number}"), column(number)))).expect("a batch")
}

fn measure(what: &str, mut call: impl FnMut()) {
    let round = |_| {
        let start = Instant::now();
        (0..CALLS).for_each(|_| call());
        start.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS)
    };
    let mut rounds: Vec<f64> = (0..ROUNDS).map(round).collect();
    rounds.sort_by(f64::total_cmp);
    println!("{what:<50} {:6.2} us ({:.2}..{:.2})", rounds[ROUNDS / 2], rounds[0], rounds[ROUNDS - 1]);
}

fn main() {
    let batch = batch();
    let data = StructArray::from(batch.clone()).into_data();
    let schema = FFI_ArrowSchema::try_from(data.data_type()).expect("a schema");
    measure("C Data there and back, schema known beforehand", || {
        // SAFETY: both structs are arrow-rs's own.
        let back = unsafe { from_ffi(FFI_ArrowArray::new(&data), &schema) }.expect("a batch");
        black_box(RecordBatch::from(StructArray::from(back)));
    });

    let folder = tempfile::tempdir_in("/dev/shm").expect("a folder");
    let writer = Writer::builder("bench").directory(folder.path()).wait(Wait::Busy).create().expect("a writer");
    let reader = Reader::builder("bench").directory(folder.path()).wait(Wait::Busy).open().expect("a reader");
    let through = |batch: &RecordBatch| {
        writer.write_arrow(batch).expect("a write");
        black_box(reader.next_batch(0).expect("a batch"));
    };
    measure("written with one copy of 80 KB, and read", || through(&batch));
    let placed = writer.copy_to_arena(&batch).expect("room");
    measure("published in place, and read", || through(&placed));
}
