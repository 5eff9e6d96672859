//! Reads a stream of any writer and says what came. Start it beside `rust_writer`, or a writer in another language.
//!
//! usage: `rust_reader [NAME]`

use arrow_array::RecordBatchReader;
use qadataswap::{Error, Reader};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "example".to_owned());
    // Waits for the writer to come.
    let mut reader = match Reader::builder(name).attach_timeout(5000).timeout(10_000).open() {
        Err(Error::NotFound(message)) => {
            println!("nobody writes: {message}");
            return Ok(());
        }
        other => other?,
    };
    for field in reader.schema().fields() {
        println!("column {}: {}", field.name(), field.data_type());
    }
    let (mut rows, mut batches) = (0, 0);
    for batch in reader.by_ref() {
        rows += batch?.num_rows();
        batches += 1;
    }
    println!("read {rows} rows in {batches} batches, {} lost", reader.statistics()?.lost);
    Ok(())
}
