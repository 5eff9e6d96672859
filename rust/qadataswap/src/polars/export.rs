//! From a frame to a message.

use std::panic::{AssertUnwindSafe, catch_unwind};

use polars_arrow::array::{ArrayRef, StructArray};
use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_arrow::ffi::{ArrowArrayStream, export_iterator};
use polars_core::frame::DataFrame;
use polars_core::prelude::{CompatLevel, PolarsResult};

use crate::error::{Error, Result};
use crate::writer::Writer;

pub(super) fn write(writer: &Writer, frame: &DataFrame) -> Result<()> {
    // Polars panics on types that it has no Arrow form for.
    let mut stream = catch_unwind(AssertUnwindSafe(|| stream_of(frame)))
        .map_err(|_| Error::UnsupportedType("the frame has a column that Arrow has no type for".to_owned()))??;
    // SAFETY: a complete stream of polars' making; all that could fail in it has been made already.
    unsafe { writer.write_exported((&raw mut stream).cast(), 0) }
}

/// The frame's chunks, a batch each.
fn stream_of(frame: &DataFrame) -> Result<ArrowArrayStream> {
    let level = CompatLevel::newest();
    // Columns with other chunks than the rest are made one: polars has no batch for them either.
    let mut frame = frame.clone();
    frame.align_chunks();
    let mut fields = fields_of(&frame, level)?;
    let chunks: Vec<(usize, Vec<ArrayRef>)> =
        frame.iter_chunks(level, false).map(|chunk| (chunk.len(), chunk.into_arrays())).collect();
    // A chunk's arrays say their own types, which agree with the fields but for details such as names of list items.
    if let Some((_, arrays)) = chunks.first() {
        for (field, array) in fields.iter_mut().zip(arrays) {
            field.dtype = array.dtype().clone();
        }
    }
    let data_type = ArrowDataType::Struct(fields);
    let batch = |(rows, arrays)| Ok(StructArray::new(data_type.clone(), rows, arrays, None).boxed());
    let batches: Vec<PolarsResult<ArrayRef>> = chunks.into_iter().map(batch).collect();
    Ok(export_iterator(Box::new(batches.into_iter()), Field::new("".into(), data_type, false)))
}

fn fields_of(frame: &DataFrame, level: CompatLevel) -> Result<Vec<Field>> {
    let field = |column: &polars_core::prelude::Column| {
        column
            .dtype()
            .try_to_arrow(level)
            .map_err(|error| Error::UnsupportedType(format!("column '{}': {error}", column.name())))?;
        Ok(column.field().to_arrow(level))
    };
    frame.columns().iter().map(field).collect()
}
