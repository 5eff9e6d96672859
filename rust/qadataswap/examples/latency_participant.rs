//! One end of a measurement of latency: `ping` hands a batch to `pong`, which hands one back; the same in every language.
//!
//! usage: `latency_participant ping|pong NAME --bytes 1024|80000 --rounds N --warmup W --core K [--samples FILE]`
//!
//! `ping` writes to the segment `NAME.there` and reads from `NAME.back`, `pong` the other way. Both wait busily, each on its core. The last
//! column of a batch begins with the round, which whoever reads it checks. `ping` writes the time of every round trip after the first W to
//! FILE: nanoseconds, 64-bit, little-endian.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use qadataswap::{Lifetime, Reader, Wait, Writer};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const COLUMNS: usize = 10;
const TIMEOUT_MS: i64 = 60_000;

struct Arguments {
    ping: bool,
    name: String,
    rows: usize,
    rounds: usize,
    warmup: usize,
    core: usize,
    samples: Option<PathBuf>,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let (role, name) = (words.next().ok_or("ping or pong?")?, words.next().ok_or("which name?")?);
        if role != "ping" && role != "pong" {
            return Err(format!("ping or pong, not {role}").into());
        }
        let mut given = Self { ping: role == "ping", name, rows: 0, rounds: 0, warmup: 0, core: 0, samples: None };
        while let Some(option) = words.next() {
            let value = words.next().ok_or_else(|| format!("{option} needs a value"))?;
            match option.as_str() {
                "--bytes" => given.rows = value.parse::<usize>()? / (COLUMNS * size_of::<i64>()),
                "--rounds" => given.rounds = value.parse()?,
                "--warmup" => given.warmup = value.parse()?,
                "--core" => given.core = value.parse()?,
                "--samples" => given.samples = Some(value.into()),
                _ => return Err(format!("there is no option {option}").into()),
            }
        }
        if given.rows == 0 {
            return Err("--bytes is missing, or too few for a row".into());
        }
        Ok(given)
    }
}

/// This thread runs on that core only.
fn pin(core: usize) -> Result<()> {
    // SAFETY: a plain set of bits, which the call only reads.
    let pinned = unsafe {
        let mut cores: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(core, &mut cores);
        libc::sched_setaffinity(0, size_of_val(&cores), &raw const cores)
    };
    if pinned == 0 { Ok(()) } else { Err(std::io::Error::last_os_error().into()) }
}

/// What is sent: nine columns that stay, and one that says the round.
struct Batches {
    schema: SchemaRef,
    columns: Vec<ArrayRef>,
    last: Int64Array,
}

impl Batches {
    fn new(rows: usize) -> Self {
        let field = |number| Field::new(format!("c{number}"), DataType::Int64, false);
        let column = || Int64Array::from_iter_values((0..).take(rows));
        Self {
            schema: Arc::new(Schema::new((0..COLUMNS).map(field).collect::<Vec<_>>())),
            columns: (1..COLUMNS).map(|_| -> ArrayRef { Arc::new(column()) }).collect(),
            last: column(),
        }
    }

    /// Writes the batch of that round. Nobody else has the last column between two calls, so it is changed where it is.
    fn write(&mut self, writer: &Writer, round: i64) -> Result<()> {
        let last = std::mem::replace(&mut self.last, Int64Array::new_null(0));
        let mut builder = last.into_builder().map_err(|_| "the last round's batch is still there")?;
        builder.values_slice_mut()[0] = round;
        self.last = builder.finish();
        let mut columns = self.columns.clone();
        columns.push(Arc::new(self.last.clone()));
        Ok(writer.write_arrow(&RecordBatch::try_new(self.schema.clone(), columns)?)?)
    }
}

/// Reads the other side's batch of that round.
fn read(reader: &Reader, rows: usize, round: i64) -> Result<()> {
    let batch = reader.next_batch(TIMEOUT_MS)?;
    let got = batch.column(COLUMNS - 1).as_primitive::<Int64Type>().value(0);
    if got == round && batch.num_rows() == rows {
        return Ok(());
    }
    Err(format!("round {round}: got {} rows of round {got}", batch.num_rows()).into())
}

fn save(samples: &[u64], file: &Path) -> Result<()> {
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    Ok(std::fs::write(file, bytes)?)
}

fn run(arguments: &Arguments) -> Result<()> {
    pin(arguments.core)?;
    let (out, back) = if arguments.ping { ("there", "back") } else { ("back", "there") };
    let segment = |way| format!("{}.{way}", arguments.name);
    let writer = Writer::builder(segment(out)).wait(Wait::Busy).lifetime(Lifetime::UntilClosed).create()?;
    let reader = Reader::builder(segment(back)).wait(Wait::Busy).attach_timeout(TIMEOUT_MS).open()?;
    let mut batches = Batches::new(arguments.rows);
    let mut samples = Vec::with_capacity(arguments.rounds);
    for round in 0..arguments.warmup + arguments.rounds {
        let number = i64::try_from(round)?;
        if arguments.ping {
            let begin = Instant::now();
            batches.write(&writer, number)?;
            read(&reader, arguments.rows, number)?;
            if round >= arguments.warmup {
                samples.push(u64::try_from(begin.elapsed().as_nanos())?);
            }
        } else {
            read(&reader, arguments.rows, number)?;
            batches.write(&writer, number)?;
        }
    }
    if let (true, Some(file)) = (arguments.ping, &arguments.samples) {
        save(&samples, file)?;
    }
    writer.finish()?;
    // The other side may still have to attach, if there were no rounds, or to read the last batch: it can, until it lets go itself.
    Ok(())
}

fn main() -> Result<()> {
    run(&Arguments::parse(std::env::args().skip(1))?)
}
