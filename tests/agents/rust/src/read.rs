//! `agent read`.

use std::collections::VecDeque;
use std::time::Duration;

use arrow_array::{RecordBatch, RecordBatchOptions, make_array};
use arrow_buffer::{BooleanBuffer, Buffer, MutableBuffer, NullBuffer};
use arrow_data::ArrayData;
use arrow_schema::DataType;
use arrow_select::concat::concat_batches;
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
        // In turns, because the library goes two ways: batches are made of addresses, messages of C structs.
        let next = if written % 2 == 0 { next_by_batch(arguments, reader) } else { next_message(arguments, reader) };
        let batch = match next {
            Ok(batch) => batch,
            Err(Failure::Library(Error::EndOfStream(_))) => break,
            Err(failure) => return Err(failure),
        };
        tally.batch(batch.num_rows());
        write_out(output, &batch)?;
        written += 1;
        held.add(batch)?;
        held.let_go(arguments.hold)?;
        std::thread::sleep(Duration::from_millis(arguments.delay_ms));
    }
    Ok(())
}

/// The next message as one batch. One that the writer had to cut by rows is put together again.
fn next_message(arguments: &ReadArguments, reader: &Reader) -> Result<RecordBatch, Failure> {
    match reader.read_arrow(arguments.timeout_ms)? {
        Some(message) => Ok(message.into_batch()?),
        None => Err(timeout(arguments).into()),
    }
}

/// The same batch by batch. Pieces are copied, so that a ring smaller than their message doesn't wait for this reader.
fn next_by_batch(arguments: &ReadArguments, reader: &Reader) -> Result<RecordBatch, Failure> {
    let mut pieces = Vec::new();
    loop {
        let (batch, info) = reader.next_with_info(arguments.timeout_ms)?;
        if info.first {
            pieces.clear(); // a message before it was given up
            if info.last {
                return Ok(batch);
            }
        }
        pieces.push(own(&batch)?);
        if info.last {
            return joined(&pieces);
        }
    }
}

/// The pieces of one batch, each with the whole dictionaries. Theirs are given the first piece's, which are equal: arrow-rs would join them,
/// in another order.
fn joined(pieces: &[RecordBatch]) -> Result<RecordBatch, Failure> {
    let schema = pieces[0].schema();
    let sharing = pieces.iter().map(|piece| {
        let columns = pieces[0].columns().iter().zip(piece.columns());
        let columns = columns.map(|(first, column)| make_array(sharing(&first.to_data(), &column.to_data())));
        let options = RecordBatchOptions::new().with_row_count(Some(piece.num_rows()));
        RecordBatch::try_new_with_options(schema.clone(), columns.collect(), &options)
    });
    Ok(concat_batches(&schema, &sharing.collect::<Result<Vec<_>, _>>()?)?)
}

fn sharing(first: &ArrayData, data: &ArrayData) -> ArrayData {
    let is_dictionary = matches!(data.data_type(), DataType::Dictionary(..));
    let children = first.child_data().iter().zip(data.child_data());
    let children =
        children.map(|(first, data)| if is_dictionary && first == data { first.clone() } else { sharing(first, data) });
    let builder = data.clone().into_builder().child_data(children.collect());
    // SAFETY: the same data, but for dictionaries that are equal to its own.
    unsafe { builder.build_unchecked() }
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
