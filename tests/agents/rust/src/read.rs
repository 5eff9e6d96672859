//! `agent read`.

use std::collections::VecDeque;
use std::time::Duration;

use arrow_array::{RecordBatch, RecordBatchOptions, make_array};
use arrow_buffer::{BooleanBuffer, Buffer, MutableBuffer, NullBuffer};
use arrow_data::ArrayData;
use arrow_schema::DataType;
use qadataswap::{Error, Loss, Reader, Start};

use crate::arguments::ReadArguments;
use crate::outcome::{Failure, Tally};
use crate::stream_file::{Output, create, serialized};

/// Reads to the end of the stream, or to the first error, and writes what it got to the output file in either case.
pub fn read(arguments: &ReadArguments) -> Result<String, Failure> {
    let reader = Reader::builder(&arguments.name)
        .attach_timeout(arguments.timeout_ms)
        .start(if arguments.start_latest { Start::Latest } else { Start::Earliest })
        .loss(Loss::Count)
        .open()?;
    let schema = reader.wait_schema(arguments.timeout_ms)?;
    let mut output = create(&arguments.output, &schema)?;
    let mut held = Held { batches: VecDeque::new(), check: arguments.hold_check };
    let mut tally = Tally::default();

    let mut outcome = copy(arguments, &reader, &mut output, &mut held, &mut tally);
    // Whatever ended it, what came before is checked and written out.
    outcome = outcome.and(held.let_go(0)).and(output.finish().map_err(Failure::from));
    let statistics = reader.statistics()?;
    match (outcome, statistics.lost) {
        (Ok(()), 0) => {
            reader.close()?;
            Ok(tally.line(statistics.bytes))
        }
        (Err(failure), 0) => Err(failure),
        (outcome, lost) => Err(Failure::Lost(lost, outcome.err().map(Box::new))),
    }
}

fn copy(
    arguments: &ReadArguments,
    reader: &Reader,
    output: &mut Output,
    held: &mut Held,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let mut written = 0;
    while arguments.limit.is_none_or(|limit| written < limit) {
        // Whole messages: a batch that the writer had to cut by rows is put together again.
        let message = match reader.read_arrow(arguments.timeout_ms) {
            Ok(Some(message)) => message,
            Ok(None) => return Err(timeout(arguments).into()),
            Err(Error::EndOfStream(_)) => break,
            Err(error) => return Err(error.into()),
        };
        let batch = message.into_batch()?;
        tally.batch(batch.num_rows());
        write_out(output, &batch)?;
        written += 1;
        held.add(batch)?;
        held.let_go(arguments.hold)?;
        std::thread::sleep(Duration::from_millis(arguments.delay_ms));
    }
    Ok(())
}

fn timeout(arguments: &ReadArguments) -> Error {
    Error::Timeout(format!("segment '{}': no message within {} ms", arguments.name, arguments.timeout_ms))
}

/// The stream writer keeps the last dictionaries: they must not keep a lease that nobody asked for.
fn write_out(output: &mut Output, batch: &RecordBatch) -> Result<(), Failure> {
    if has_dictionary(batch) {
        output.write(&own(batch)?)?;
    } else {
        output.write(batch)?;
    }
    Ok(())
}

fn has_dictionary(batch: &RecordBatch) -> bool {
    fn anywhere(data: &ArrayData) -> bool {
        matches!(data.data_type(), DataType::Dictionary(..)) || data.child_data().iter().any(anywhere)
    }
    batch.columns().iter().any(|column| anywhere(&column.to_data()))
}

/// A copy in this process's own memory.
fn own(batch: &RecordBatch) -> Result<RecordBatch, Failure> {
    let columns = batch.columns().iter().map(|column| Ok(make_array(own_data(&column.to_data())?)));
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(batch.schema(), columns.collect::<Result<_, Failure>>()?, &options)?)
}

fn own_data(data: &ArrayData) -> Result<ArrayData, Failure> {
    let own = |buffer: &Buffer| Buffer::from(MutableBuffer::from(buffer.to_vec()));
    let nulls = data.nulls().map(|nulls| BooleanBuffer::new(own(nulls.buffer()), nulls.offset(), nulls.len()));
    let children = data.child_data().iter().map(own_data).collect::<Result<Vec<_>, _>>()?;
    let copy = ArrayData::builder(data.data_type().clone())
        .len(data.len())
        .offset(data.offset())
        .nulls(nulls.map(NullBuffer::new))
        .buffers(data.buffers().iter().map(own).collect())
        .child_data(children)
        .align_buffers(true);
    Ok(copy.build()?)
}

/// The last batches, kept leased, and what each looked like when it came.
struct Held {
    batches: VecDeque<(RecordBatch, Option<Vec<u8>>)>,
    check: bool,
}

impl Held {
    fn add(&mut self, batch: RecordBatch) -> Result<(), Failure> {
        let before = if self.check { Some(serialized(&batch)?) } else { None };
        self.batches.push_back((batch, before));
        Ok(())
    }

    fn let_go(&mut self, keep: usize) -> Result<(), Failure> {
        while self.batches.len() > keep {
            let Some((batch, before)) = self.batches.pop_front() else { break };
            if before.is_some() && before != Some(serialized(&batch)?) {
                return Err(Failure::Changed(format!("while it was held: a batch of {} rows", batch.num_rows())));
            }
        }
        Ok(())
    }
}
