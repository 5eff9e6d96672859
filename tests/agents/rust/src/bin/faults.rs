//! Provokes one fault through the public Rust interface and says how it shows; `tests/integration/test_faults.py` compares the languages.
//!
//! usage: `faults STEP NAME`; prints `KIND|VARIANT|MESSAGE`, or exits with 4 if nothing went wrong. The steps are those of `tests/integration/faults/faults.py`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::{Int64Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use qadataswap::{Error, Overflow, Reader, ReaderBuilder, Result, Writer, WriterBuilder, create_reader};

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("number", DataType::Int64, true)]))
}

fn numbers(rows: i64) -> RecordBatch {
    RecordBatch::try_new(schema(), vec![Arc::new(Int64Array::from_iter_values(0..rows))])
        .expect("the column is as the schema says")
}

fn text(size: usize) -> RecordBatch {
    let column = StringArray::from(vec!["x".repeat(size)]);
    RecordBatch::try_from_iter([("text", Arc::new(column) as _)]).expect("one column")
}

fn write_times(writer: &Writer, times: usize, rows: i64) -> Result<()> {
    (0..times).try_for_each(|_| writer.write_arrow(&numbers(rows)))
}

fn with_schema(builder: WriterBuilder) -> Result<Writer> {
    builder.schema(schema()).create()
}

/// Reads as an iterator, as most programs do. It yields Arrow's errors; what is ours in them is taken out again.
fn read_all(builder: &ReaderBuilder) -> Result<()> {
    for batch in builder.open()? {
        match batch {
            Ok(_) => {}
            Err(ArrowError::ExternalError(error)) => {
                return Err(*error.downcast::<Error>().expect("the crate's own error"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn no_space(name: &str) -> Result<()> {
    write_times(&Writer::builder(name).timeout(50).create()?, 1, 1 << 19)
}

fn two_writers(name: &str) -> Result<()> {
    let _first = Writer::builder(name).create()?;
    Writer::builder(name).create().map(drop)
}

fn large_row(name: &str) -> Result<()> {
    Writer::builder(name).capacity(4096).create()?.write_arrow(&text(100_000))
}

fn other_schema(name: &str) -> Result<()> {
    let writer = Writer::builder(name).create()?;
    write_times(&writer, 1, 3)?;
    writer.write_arrow(&text(1))
}

fn finished_writer(name: &str) -> Result<()> {
    let writer = Writer::builder(name).create()?;
    writer.finish()?;
    write_times(&writer, 1, 3)
}

fn closed_writer(name: &str) -> Result<()> {
    let writer = Writer::builder(name).create()?;
    writer.close()?;
    write_times(&writer, 1, 3)
}

fn closed_reader(name: &str) -> Result<()> {
    let _writer = with_schema(Writer::builder(name))?;
    let reader = create_reader(name)?;
    reader.close()?;
    reader.next_batch(0).map(drop)
}

fn read_timeout(name: &str) -> Result<()> {
    let _writer = with_schema(Writer::builder(name))?;
    read_all(&Reader::builder(name).timeout(50))
}

fn write_timeout(name: &str) -> Result<()> {
    write_times(&Writer::builder(name).slots(2).timeout(50).create()?, 3, 3)
}

fn unfinished(name: &str) -> Result<()> {
    let writer = Writer::builder(name).create()?;
    write_times(&writer, 2, 3)?;
    writer.close()?;
    read_all(&Reader::builder(name))
}

fn overrun(name: &str) -> Result<()> {
    let writer = with_schema(Writer::builder(name).slots(2).overflow(Overflow::DropOldest))?;
    let reader = create_reader(name)?;
    write_times(&writer, 5, 3)?;
    reader.next_batch(0).map(drop)
}

fn evicted(name: &str) -> Result<()> {
    let evict_after = Duration::from_millis(20);
    let writer = with_schema(Writer::builder(name).slots(2).evict_after(evict_after).timeout(1500))?;
    let reader = create_reader(name)?;
    // The write that evicts the only reader goes on waiting: for the next reader.
    let _ = write_times(&writer, 3, 3);
    reader.next_batch(0).map(drop)
}

fn too_many_readers(name: &str) -> Result<()> {
    let _writer = with_schema(Writer::builder(name).reader_capacity(1))?;
    let _first = create_reader(name)?;
    create_reader(name).map(drop)
}

fn of_capacity(name: &str, bytes: i64) -> Result<()> {
    Writer::builder(name).capacity(bytes).create().map(drop)
}

fn provoke(step: &str, name: &str) -> Result<()> {
    match step {
        "wrong_name" => Writer::builder(format!("../{name}")).create().map(drop),
        "negative_capacity" => of_capacity(name, -1),
        "zero_capacity" => of_capacity(name, 0),
        "absurd_capacity" => of_capacity(name, 1 << 60),
        "no_space" => no_space(name),
        "two_writers" => two_writers(name),
        "large_row" => large_row(name),
        "other_schema" => other_schema(name),
        "finished_writer" => finished_writer(name),
        "closed_writer" => closed_writer(name),
        "closed_reader" => closed_reader(name),
        "read_timeout" => read_timeout(name),
        "write_timeout" => write_timeout(name),
        "unfinished" => unfinished(name),
        "overrun" => overrun(name),
        "evicted" => evicted(name),
        "too_many_readers" => too_many_readers(name),
        // The segment holds what arrow-rs can't carry.
        "unsupported_type" | "read" => read_all(&Reader::builder(name).attach_timeout(50)),
        _ => Ok(()),
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [step, name] = words.as_slice() else { return ExitCode::from(2) };
    let Err(error) = provoke(step, name) else { return ExitCode::from(4) };
    let shown = format!("{error:?}");
    let variant = shown.split('(').next().unwrap_or_default();
    println!("{}|{variant}|{}", error.kind(), error.message());
    ExitCode::SUCCESS
}
