//! From a frame to a message.

use std::panic::{AssertUnwindSafe, catch_unwind};

use polars_arrow::array::{ArrayRef, StructArray};
use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_arrow::ffi::{ArrowArrayStream, export_iterator};
use polars_core::frame::DataFrame;
use polars_core::prelude::{CompatLevel, DataType, PolarsResult};

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

/// The first name with a NUL in it, of a column or of a field in its type. Polars would end the process over it.
fn name_with_nul<'a>(name: &'a str, dtype: &'a DataType) -> Option<&'a str> {
    if name.contains('\0') {
        return Some(name);
    }
    match dtype {
        DataType::List(inner) | DataType::Array(inner, _) => name_with_nul("", inner),
        DataType::Struct(fields) => fields.iter().find_map(|field| name_with_nul(field.name(), field.dtype())),
        _ => None,
    }
}

fn fields_of(frame: &DataFrame, level: CompatLevel) -> Result<Vec<Field>> {
    let field = |column: &polars_core::prelude::Column| {
        if let Some(name) = name_with_nul(column.name(), column.dtype()) {
            return Err(Error::UnsupportedType(format!(
                "column {:?}: no name in Arrow's C interface can have a NUL, and {name:?} has one: rename it",
                column.name()
            )));
        }
        column
            .dtype()
            .try_to_arrow(level)
            .map_err(|error| Error::UnsupportedType(format!("column '{}': {error}", column.name())))?;
        Ok(column.field().to_arrow(level))
    };
    frame.columns().iter().map(field).collect()
}
