//! A stream that is being written: whatever it does, only an error may come out of it, since it is called through C.

use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};

/// A reader whose panics are errors, and whose end is its end.
pub(crate) struct Guarded<R> {
    // None once it is broken: what panicked isn't asked again.
    reader: Option<R>,
    schema: SchemaRef,
}

impl<R: RecordBatchReader> Guarded<R> {
    pub(crate) fn new(reader: R) -> Self {
        let schema = reader.schema();
        Self { reader: Some(reader), schema }
    }
}

impl<R: RecordBatchReader> Iterator for Guarded<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = self.reader.take()?;
        match catch_unwind(AssertUnwindSafe(|| (reader.next(), reader))) {
            Ok((item, reader)) => {
                self.reader = item.is_some().then_some(reader);
                item
            }
            Err(panic) => {
                let said = panic.downcast_ref::<&str>().copied().map(str::to_owned);
                let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
                Some(Err(ArrowError::ExternalError(
                    format!("the stream that was being written panicked: {said}").into(),
                )))
            }
        }
    }
}

impl<R: RecordBatchReader> RecordBatchReader for Guarded<R> {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}
