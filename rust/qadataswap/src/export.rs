//! From arrow-rs to the C Data interface, for writing.

use arrow_array::{Array, RecordBatch, StructArray};
use arrow_data::ffi::FFI_ArrowArray;
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{Schema, SchemaRef};
use qadataswap_sys as sys;

use crate::error::{Error, Result};

/// A schema for the core, released when it is dropped.
pub(crate) struct ExportedSchema(FFI_ArrowSchema);

impl ExportedSchema {
    pub(crate) fn new(schema: &Schema) -> Result<Self> {
        match FFI_ArrowSchema::try_from(schema) {
            Ok(exported) => Ok(Self(exported)),
            Err(error) => Err(Error::UnsupportedType(blame(schema, &error.to_string()))),
        }
    }

    pub(crate) fn as_ptr(&self) -> *const sys::ArrowSchema {
        (&raw const self.0).cast()
    }
}

/// Names the column that can't be exported.
fn blame(schema: &Schema, reason: &str) -> String {
    for field in schema.fields() {
        if let Err(error) = FFI_ArrowSchema::try_from(field.as_ref()) {
            return format!("column '{}', type {}: {error}", field.name(), field.data_type());
        }
    }
    format!("the schema can't be exported: {reason}")
}

/// A batch for the core: a struct array that shares the batch's buffers, let go of when it is dropped.
pub(crate) struct ExportedBatch(FFI_ArrowArray);

impl ExportedBatch {
    pub(crate) fn new(batch: &RecordBatch) -> Self {
        Self(FFI_ArrowArray::new(&StructArray::from(batch.clone()).into_data()))
    }

    pub(crate) fn as_ptr(&self) -> *const sys::ArrowArray {
        (&raw const self.0).cast()
    }
}

/// The schema that the segment is known to have. The core compares a schema with its own whenever it gets one; a batch whose schema
/// is equal to the last one that was accepted needs no such look.
#[derive(Debug, Default)]
pub(crate) struct KnownSchema(std::sync::Mutex<Option<SchemaRef>>);

impl KnownSchema {
    pub(crate) fn is(&self, schema: &SchemaRef) -> bool {
        let known = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.as_ref().is_some_and(|known| std::sync::Arc::ptr_eq(known, schema) || same(known, schema))
    }

    pub(crate) fn remember(&self, schema: &SchemaRef) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(schema.clone());
    }
}

/// Equal, the order flags of dictionaries included: arrow-rs leaves those out of its comparison, so schemas with
/// dictionaries are left to the core.
fn same(one: &Schema, other: &Schema) -> bool {
    one == other && !one.flattened_fields().iter().any(|field| field.dict_is_ordered().is_some())
}
