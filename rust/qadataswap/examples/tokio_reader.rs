//! Reads a segment in a tokio event loop, which goes on with its other tasks meanwhile.
//!
//! usage: `tokio_reader [NAME]`

use arrow_array::RecordBatchReader;
use qadataswap::{Error, Reader};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

type Failure = Box<dyn std::error::Error>;

/// Rows of all batches up to the end of the stream.
async fn count(reader: &Reader) -> Result<usize, Failure> {
    // SAFETY: a borrowed descriptor stays open, and the same, as long as the reader, which outlives this.
    let events = unsafe { AsyncFd::register_with_interest(reader.descriptor()?, Interest::READABLE) }
        .map_err(std::io::Error::from)?;
    let mut rows = 0;
    loop {
        let mut ready = events.readable().await?;
        loop {
            match reader.next_batch(0) {
                Ok(batch) => rows += batch.num_rows(),
                Err(Error::Timeout(_)) => break ready.clear_ready(),
                Err(Error::EndOfStream(_)) => return Ok(rows),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn main() -> Result<(), Failure> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "example".to_owned());
    let reader = match Reader::builder(name).attach_timeout(5000).timeout(10_000).open() {
        Err(Error::NotFound(message)) => {
            println!("nobody writes: {message}");
            return Ok(());
        }
        other => other?,
    };
    for field in reader.schema().fields() {
        println!("column {}: {}", field.name(), field.data_type());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let rows = runtime.block_on(count(&reader))?;
    let statistics = reader.statistics()?;
    println!("read {rows} rows in {} batches, {} lost", statistics.batches, statistics.lost);
    Ok(())
}
