//! Reads every message of a stream as a polars `DataFrame`, and prints figures and a sum of each column. `polars_writer`, or a writer in
//! another language, is the other end.
//!
//! usage: `polars_reader NAME`

mod sums;

use std::time::Instant;

use qadataswap::{Error, Reader};
use sums::Sums;

const WAIT_MS: i64 = 60_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).ok_or("usage: polars_reader NAME")?;
    let reader = Reader::builder(name).attach_timeout(WAIT_MS).open()?;
    let mut sums = Sums::default();
    let (mut rows, mut batches) = (0, 0_u64);
    let (mut first, mut last) = (None, Instant::now());
    loop {
        let frame = match reader.read_frame(WAIT_MS) {
            Err(Error::EndOfStream(_)) => break,
            other => other?.ok_or("nothing came for a minute")?,
        };
        first.get_or_insert_with(Instant::now);
        rows += frame.height();
        batches += 1;
        sums.add(&frame)?;
        last = Instant::now();
    }
    let (bytes, seconds) = (reader.statistics()?.bytes, (last - first.unwrap_or(last)).as_secs_f64());
    println!("{sums}");
    println!("stats rows={rows} batches={batches} bytes={bytes} seconds={seconds:.9}");
    Ok(())
}
