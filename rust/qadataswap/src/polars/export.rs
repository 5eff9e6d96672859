//! From a frame to a message.

use std::panic::{AssertUnwindSafe, catch_unwind};

use polars_arrow::array::{ArrayRef, StructArray, new_empty_array};
use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_arrow::ffi::{export_array_to_c, export_field_to_c};
use polars_core::frame::DataFrame;
use polars_core::prelude::CompatLevel;
use qadataswap_sys as sys;

use crate::error::{Error, Result};
use crate::writer::Writer;

pub(super) fn write(writer: &Writer, frame: &DataFrame) -> Result<()> {
    // Columns with other chunks than the rest are made one: polars has no batch for them either.
    let mut aligned = frame.clone();
    aligned.align_chunks();
    let (fields, batches) = catch_unwind(AssertUnwindSafe(|| batches_of(&aligned)))
        .map_err(|_| Error::UnsupportedType("the frame has a column that Arrow has no type for".to_owned()))??;
    let schema = export_field_to_c(&Field::new("".into(), ArrowDataType::Struct(fields.clone()), false));
    let schema: *const sys::ArrowSchema = (&raw const schema).cast();
    let last = batches.len().saturating_sub(1);
    for (number, (rows, arrays)) in batches.into_iter().enumerate() {
        let array = StructArray::new(ArrowDataType::Struct(fields.clone()), rows, arrays, None);
        let array = export_array_to_c(array.boxed());
        let flags = if number == last { 0 } else { sys::QADS_WRITE_MORE };
        writer.write_exported((&raw const array).cast(), schema, flags)?;
    }
    Ok(())
}

type Batch = (usize, Vec<ArrayRef>);

/// The frame's fields, and its chunks; at least one, so that the schema arrives.
fn batches_of(frame: &DataFrame) -> Result<(Vec<Field>, Vec<Batch>)> {
    let level = CompatLevel::newest();
    let fields = frame.columns().iter().map(|column| {
        column
            .dtype()
            .try_to_arrow(level)
            .map_err(|error| Error::UnsupportedType(format!("column '{}': {error}", column.name())))?;
        Ok(column.field().to_arrow(level))
    });
    let fields = fields.collect::<Result<Vec<_>>>()?;
    let mut batches: Vec<Batch> =
        frame.iter_chunks(level, false).map(|chunk| (chunk.len(), chunk.into_arrays())).collect();
    if batches.is_empty() {
        batches.push((0, fields.iter().map(|field| new_empty_array(field.dtype.clone())).collect()));
    }
    // A chunk's arrays say their own types, which agree with the fields but for details such as names of list items.
    let mut fields = fields;
    if let Some((_, arrays)) = batches.first() {
        for (field, array) in fields.iter_mut().zip(arrays) {
            field.dtype = array.dtype().clone();
        }
    }
    Ok((fields, batches))
}
