//! `agent write`.

use std::time::Duration;

use arrow_array::RecordBatch;
use qadataswap::{Overflow, Writer};

use crate::arguments::WriteArguments;
use crate::outcome::{Failure, Tally};
use crate::stream_file::load;

/// Writes every batch of the file, as one message each.
pub fn write(arguments: &WriteArguments) -> Result<String, Failure> {
    // All of it before the segment exists: reading the file is not what is timed, and a broken file leaves no segment.
    let (schema, batches) = load(&arguments.input)?;
    let mut builder = Writer::builder(&arguments.name)
        .overflow(if arguments.drop_oldest { Overflow::DropOldest } else { Overflow::Block })
        .timeout(arguments.timeout_ms)
        .schema(schema);
    if let Some(slots) = arguments.slots {
        builder = builder.slots(slots);
    }
    if let Some(capacity) = arguments.capacity {
        builder = builder.capacity(capacity);
    }
    let writer = builder.create()?;
    if arguments.start_after_readers > 0 {
        writer.wait_readers(arguments.start_after_readers, arguments.timeout_ms)?;
    }

    let mut tally = Tally::default();
    for _ in 0..arguments.repeat {
        for batch in &batches {
            let placed = if arguments.zero_copy { &writer.copy_to_arena(batch)? } else { batch };
            let batch = arguments.slice.map_or_else(|| placed.clone(), |slice| slice_of(placed, slice));
            writer.write_arrow(&batch)?;
            tally.batch(batch.num_rows());
        }
    }
    writer.finish()?;
    let info = writer.info()?;
    std::thread::sleep(Duration::from_millis(arguments.linger_ms));
    writer.close()?;
    Ok(tally.line(info.bytes_copied + info.bytes_referenced))
}

fn slice_of(batch: &RecordBatch, (offset, length): (usize, usize)) -> RecordBatch {
    let offset = offset.min(batch.num_rows());
    batch.slice(offset, length.min(batch.num_rows() - offset))
}
