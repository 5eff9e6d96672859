//! From the C Data interface to arrow-rs, for reading. Nothing is copied or moved: the core's buffers are aligned as arrow-rs wants them.

use std::ffi::CStr;
use std::sync::Arc;

use arrow_array::ffi::from_ffi_and_data_type;
use arrow_array::{RecordBatch, RecordBatchOptions, StructArray};
use arrow_data::ffi::FFI_ArrowArray;
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use qadataswap_sys as sys;

use crate::error::{Error, Result};

/// An empty struct for the core to fill in.
pub(crate) fn empty_array() -> FFI_ArrowArray {
    FFI_ArrowArray::empty()
}

/// What a reader needs to know of its segment's batches.
#[derive(Debug)]
pub(crate) struct Importer {
    schema: SchemaRef,
    data_type: DataType,
    validate: bool,
}

impl Importer {
    /// Takes a schema over from the core.
    pub(crate) fn new(exported: &FFI_ArrowSchema, validate: bool) -> Result<Self> {
        let schema = Arc::new(import_schema(exported)?);
        let data_type = DataType::Struct(schema.fields().clone());
        Ok(Self { schema, data_type, validate })
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The batch over the core's memory. The lease ends when the last buffer is let go.
    pub(crate) fn import(&self, array: FFI_ArrowArray) -> Result<RecordBatch> {
        let rows = array.len();
        // SAFETY: the core hands out arrays of the segment's schema, by the C Data interface: every buffer has been checked to lie in
        // the mapping, with room for the rows; `validate` also looks at what the buffers hold.
        let data = unsafe { from_ffi_and_data_type(array, self.data_type.clone()) }?;
        if self.validate {
            data.validate_full().map_err(|error| self.blame(&error))?;
        }
        let (_, columns, _) = StructArray::from(data).into_parts();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?)
    }

    fn blame(&self, error: &ArrowError) -> Error {
        let names: Vec<&str> = self.schema.fields().iter().take(20).map(|field| field.name().as_str()).collect();
        Error::Arrow(ArrowError::InvalidArgumentError(format!(
            "a batch of columns {names:?} doesn't hold what its types say: {error}"
        )))
    }
}

/// arrow-rs panics where a text isn't UTF-8, and names no field where it refuses a type: so each column is looked at by itself.
fn import_schema(exported: &FFI_ArrowSchema) -> Result<Schema> {
    let raw: *const sys::ArrowSchema = std::ptr::from_ref(exported).cast();
    // SAFETY: the same struct under two names; the core has filled it in.
    let raw = unsafe { &*raw };
    check_texts(raw, "the schema")?;
    for child in children(raw) {
        // SAFETY: as above: children are complete schemas of their own.
        let child: &FFI_ArrowSchema = unsafe { &*(std::ptr::from_ref(child).cast()) };
        if let Err(error) = Field::try_from(child) {
            let (name, format) = (child.name().unwrap_or(""), child.format());
            return Err(Error::UnsupportedType(format!(
                "column '{name}', format '{format}': Arrow's Rust library can't carry it: {error}"
            )));
        }
    }
    Schema::try_from(exported)
        .map_err(|error| Error::UnsupportedType(format!("Arrow's Rust library can't carry the schema: {error}")))
}

fn children(schema: &sys::ArrowSchema) -> impl Iterator<Item = &sys::ArrowSchema> {
    let count = usize::try_from(schema.n_children).unwrap_or(0);
    // SAFETY: a schema of the core has as many children as it says.
    (0..count).map(move |index| unsafe { &**schema.children.add(index) })
}

fn check_texts(schema: &sys::ArrowSchema, parent: &str) -> Result<()> {
    if !schema.name.is_null() {
        // SAFETY: a text of the schema, which lives as long.
        let name = unsafe { CStr::from_ptr(schema.name) };
        if name.to_str().is_err() {
            let shown = name.to_bytes().escape_ascii();
            return Err(Error::UnsupportedType(format!("{parent}: the field name '{shown}' isn't UTF-8")));
        }
    }
    // SAFETY: as above; a dictionary, where there is one, is a complete schema of its own.
    let (format, dictionary) = unsafe { (CStr::from_ptr(schema.format), schema.dictionary.as_ref()) };
    if format.to_str().is_err() {
        let shown = format.to_bytes().escape_ascii();
        return Err(Error::UnsupportedType(format!("{parent}: the format '{shown}' isn't UTF-8")));
    }
    children(schema).chain(dictionary).try_for_each(|child| check_texts(child, parent))
}
