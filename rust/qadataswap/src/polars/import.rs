//! From a message to a frame.

use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_array::{Array, RecordBatch};
use arrow_data::ffi::FFI_ArrowArray;
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{Field, Schema};
use polars_arrow::array::ArrayRef;
use polars_arrow::ffi::{ArrowArray, ArrowSchema, import_array_from_c, import_field_from_c};
use polars_core::frame::DataFrame;
use polars_core::prelude::{Column, PolarsResult};
use polars_core::series::Series;

use super::carriable::{check, refusal};
use crate::error::{Error, Result};

pub(super) fn frame(schema: &Schema, batches: &[RecordBatch]) -> Result<DataFrame> {
    let fields = schema.fields().iter().enumerate();
    let columns = fields.map(|(index, field)| column(batches, index, field)).collect::<Result<Vec<_>>>()?;
    DataFrame::new(batches.iter().map(RecordBatch::num_rows).sum(), columns)
        .map_err(|error| Error::UnsupportedType(format!("polars can't have these columns together: {error}")))
}

fn column(batches: &[RecordBatch], index: usize, field: &Field) -> Result<Column> {
    check(field)?;
    // A defect of polars on one column isn't to end the process.
    match catch_unwind(AssertUnwindSafe(|| series(batches, index, field))) {
        Ok(Ok(series)) => Ok(series.into()),
        Ok(Err(error)) => Err(refusal(field, &format!("it: {error}"))),
        Err(_) => Err(refusal(field, "it: it panicked")),
    }
}

fn series(batches: &[RecordBatch], index: usize, field: &Field) -> PolarsResult<Series> {
    let exported = FFI_ArrowSchema::try_from(field).map_err(|error| compute_error(&error))?;
    // SAFETY: the same C struct under two names, complete.
    let field = unsafe { import_field_from_c(&*(&raw const exported).cast::<ArrowSchema>())? };
    let import = |batch: &RecordBatch| {
        let exported = FFI_ArrowArray::new(&batch.column(index).to_data());
        // SAFETY: the same C struct under two names; polars takes it over, and lets go of the batch's buffers by its release callback.
        unsafe { import_array_from_c(std::mem::transmute::<FFI_ArrowArray, ArrowArray>(exported), field.dtype.clone()) }
    };
    let mut chunks = batches.iter().map(import).collect::<PolarsResult<Vec<ArrayRef>>>()?;
    if chunks.is_empty() {
        chunks.push(polars_arrow::array::new_empty_array(field.dtype.clone()));
    }
    Series::try_from((&field, chunks))
}

fn compute_error(error: &arrow_schema::ArrowError) -> polars_core::error::PolarsError {
    polars_core::error::PolarsError::ComputeError(error.to_string().into())
}
