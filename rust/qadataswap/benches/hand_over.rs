//! What handing over a batch of 10 columns and 1,000 rows costs inside one process, beside arrow-rs's own way through the C Data interface,
//! which copies nothing and crosses nothing. `cargo bench` prints it; `scripts/lib/rust_parts.py` runs it and keeps the figures.
#![allow(missing_docs, reason = "a program")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::ffi::from_ffi_and_data_type;
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StructArray};
use arrow_buffer::ScalarBuffer;
use arrow_data::ffi::FFI_ArrowArray;
use criterion::{Criterion, criterion_group, criterion_main};
use qadataswap::{Reader, Wait, Writer};

const COLUMNS: i64 = 10;
const ROWS: i64 = 1000;
/// Written, or read, in a row where only one of the two is measured.
const GROUP: u64 = 16;

fn batch() -> RecordBatch {
    let column = |number| -> ArrayRef { Arc::new(Int64Array::from_iter_values(number..number + ROWS)) };
    RecordBatch::try_from_iter((0..COLUMNS).map(|number| (format!("c{number}"), column(number)))).expect("a batch")
}

/// A segment with both its ends.
struct Channel {
    writer: Writer,
    reader: Reader,
    _folder: tempfile::TempDir,
}

impl Channel {
    fn new(capacity: i64) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").expect("a folder");
        let writer = Writer::builder("bench").directory(folder.path()).capacity(capacity).wait(Wait::Busy).create();
        let reader = Reader::builder("bench").directory(folder.path()).wait(Wait::Busy).open();
        Self { writer: writer.expect("a writer"), reader: reader.expect("a reader"), _folder: folder }
    }

    fn write(&self, batch: &RecordBatch) {
        self.writer.write_arrow(batch).expect("a write");
    }

    fn read(&self) -> RecordBatch {
        self.reader.next_batch(0).expect("a batch")
    }

    fn through(&self, batch: &RecordBatch) {
        self.write(batch);
        black_box(self.read());
    }

    /// The time that one of the two takes for so many batches.
    fn halves(&self, batch: &RecordBatch, iterations: u64, reading: bool) -> Duration {
        let groups = iterations.div_ceil(GROUP);
        let mut taken = Duration::ZERO;
        for _ in 0..groups {
            let begin = Instant::now();
            (0..GROUP).for_each(|_| self.write(batch));
            let written = begin.elapsed();
            let begin = Instant::now();
            (0..GROUP).for_each(|_| drop(black_box(self.read())));
            taken += if reading { begin.elapsed() } else { written };
        }
        // What was asked for, of whole groups.
        let nanoseconds = taken.as_nanos() * u128::from(iterations) / u128::from(groups * GROUP);
        Duration::from_nanos(nanoseconds.try_into().unwrap_or(u64::MAX))
    }
}

fn arrow_alone(criterion: &mut Criterion) {
    let data = StructArray::from(batch()).into_data();
    criterion.bench_function("arrow_there_and_back", |bencher| {
        bencher.iter(|| {
            let exported = FFI_ArrowArray::new(&data);
            // SAFETY: the struct is arrow-rs's own, and of that type.
            let back = unsafe { from_ffi_and_data_type(exported, data.data_type().clone()) }.expect("a batch");
            RecordBatch::from(StructArray::from(back))
        });
    });
}

fn hand_over(criterion: &mut Criterion) {
    let (batch, channel) = (batch(), Channel::new(1 << 28));
    criterion.bench_function("write_and_next_batch", |bencher| bencher.iter(|| channel.through(&batch)));
    for (what, reading) in [("write_arrow", false), ("next_batch", true)] {
        criterion.bench_function(what, |bencher| {
            bencher.iter_custom(|iterations| channel.halves(&batch, iterations, reading));
        });
    }
    let placed = channel.writer.copy_to_arena(&batch).expect("room");
    criterion.bench_function("in_place_80_KB", |bencher| bencher.iter(|| channel.through(&placed)));
}

fn in_place(criterion: &mut Criterion) {
    for (what, bytes) in [("in_place_1_MB", 1 << 20), ("in_place_64_MB", 1 << 26), ("in_place_1_GB", 1_i64 << 30)] {
        let channel = Channel::new(bytes + (1 << 22));
        let count = usize::try_from(bytes / 8).expect("a size");
        // Zeros at first, so every page is there.
        let values = channel.writer.allocate_values::<i64>(count).expect("room").freeze();
        let column: ArrayRef = Arc::new(Int64Array::new(ScalarBuffer::from(values), None));
        let batch = RecordBatch::try_from_iter([("number", column)]).expect("a batch");
        channel.through(&batch);
        assert_eq!(channel.writer.last_write().expect("a report")[0].bytes_copied, 0);
        criterion.bench_function(what, |bencher| bencher.iter(|| channel.through(&batch)));
    }
}

criterion_group! {
    name = parts;
    config = Criterion::default().sample_size(100).warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2)).without_plots();
    targets = arrow_alone, hand_over, in_place
}
criterion_main!(parts);
