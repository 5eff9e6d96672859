//! Writes a stream that is built in the segment itself, so that nothing is copied. Start `rust_reader` beside it.
//!
//! usage: `rust_writer [NAME [BATCHES]]`

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_buffer::ScalarBuffer;
use qadataswap::{Error, Lifetime, Result, Writer};

const ROWS: usize = 1000;

/// The columns are made where the readers will see them.
fn squares(writer: &Writer, number: usize) -> Result<RecordBatch> {
    let mut steps = writer.allocate_values::<i64>(ROWS)?;
    let mut squares = writer.allocate_values::<i64>(ROWS)?;
    for (row, (step, square)) in steps.iter_mut().zip(squares.iter_mut()).enumerate() {
        *step = i64::try_from(number * ROWS + row).unwrap_or(i64::MAX);
        *square = step.wrapping_mul(*step);
    }
    let column = |values| -> ArrayRef { Arc::new(Int64Array::new(ScalarBuffer::from(values), None)) };
    let columns = [("step", column(steps.freeze())), ("square", column(squares.freeze()))];
    Ok(RecordBatch::try_from_iter(columns)?)
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let name = words.next().unwrap_or_else(|| "example".to_owned());
    let batches = words.next().map_or(Ok(10), |word| word.parse())?;

    // Removed when the writer closes: an example that nobody reads leaves nothing.
    let writer = Writer::builder(name).lifetime(Lifetime::UntilClosed).timeout(10_000).create()?;
    match writer.wait_readers(1, 1000) {
        Err(Error::Timeout(message)) => println!("nobody reads yet: {message}"),
        other => other?,
    }
    for number in 0..batches {
        writer.write_arrow(&squares(&writer, number)?)?;
    }
    writer.finish()?;
    writer.wait_drained(10_000)?;
    let info = writer.info()?;
    println!("wrote {} rows, {} bytes copied, {} in place", info.rows, info.bytes_copied, info.bytes_referenced);
    Ok(())
}
