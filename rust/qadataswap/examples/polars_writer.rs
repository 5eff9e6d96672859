//! Writes an Arrow IPC stream file as polars `DataFrame`s, a message each. `polars_reader`, or a reader in another language, is the other end.
//!
//! usage: `polars_writer NAME FILE.stream REPEAT READERS`

use std::fs::File;
use std::io::BufReader;
use std::time::Instant;

use arrow_ipc::reader::StreamReader;
use polars_core::frame::DataFrame;
use qadataswap::Writer;
use qadataswap::polars::frame_of;

const WAIT_MS: i64 = 60_000;

fn load(path: &str) -> Result<Vec<DataFrame>, Box<dyn std::error::Error>> {
    let file = StreamReader::try_new(BufReader::new(File::open(path)?), None)?;
    let schema = file.schema();
    file.map(|batch| Ok(frame_of(&schema, &[batch?])?)).collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [name, path, repeat, readers] = words.as_slice() else {
        return Err("usage: polars_writer NAME FILE.stream REPEAT READERS".into());
    };
    let (repeat, readers): (usize, i32) = (repeat.parse()?, readers.parse()?);
    let frames = load(path)?;

    let writer = Writer::builder(name).timeout(WAIT_MS).create()?;
    writer.wait_readers(readers, WAIT_MS)?;
    let (first, mut last) = (Instant::now(), None);
    let mut rows = 0;
    for frame in frames.iter().cycle().take(frames.len() * repeat) {
        writer.write_frame(frame)?;
        rows += frame.height();
        last = Some(Instant::now());
    }
    writer.finish()?;
    let (info, seconds) = (writer.info()?, (last.unwrap_or(first) - first).as_secs_f64());
    let bytes = info.bytes_copied + info.bytes_referenced;
    println!("stats rows={rows} batches={} bytes={bytes} seconds={seconds:.9}", info.messages);
    Ok(())
}
