//! From the core's batches to arrow-rs's, for reading. Nothing is copied or moved: the core's buffers are aligned as arrow-rs wants them.
//! Single batches come as tables of addresses, whole messages through the C Data interface.

use std::ffi::CStr;
use std::sync::Arc;

use arrow_array::ffi::from_ffi_and_data_type;
use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{
    ArrayRef, PrimitiveArray, RecordBatch, RecordBatchOptions, StructArray, downcast_primitive, make_array,
};
use arrow_buffer::ScalarBuffer;
use arrow_data::ffi::FFI_ArrowArray;
use arrow_data::{ArrayData, layout};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use qadataswap_sys as sys;

use crate::error::{Error, Result};
use crate::lease::{FlatBatch, Walk};

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

    /// The same from tables. What a user gets is made directly: the C Data interface's way there takes several times as long.
    pub(crate) fn import_flat(&self, batch: &FlatBatch) -> Result<RecordBatch> {
        let mut walk = batch.walk(self.validate);
        let mut root = walk.node()?;
        walk.nulls(&mut root)?;
        let columns = self.schema.fields().iter().map(|field| match self.column(&mut walk, field.data_type()) {
            Err(Error::Arrow(error)) => Err(self.blame(&error)),
            other => other,
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(root.rows));
        Ok(RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?)
    }

    fn column(&self, walk: &mut Walk, data_type: &DataType) -> Result<ArrayRef> {
        macro_rules! primitive_column {
            ($type:ty) => {
                primitive::<$type>(walk, data_type)
            };
        }
        downcast_primitive! {
            data_type => (primitive_column),
            _ => {
                let data = array_data(walk, data_type)?;
                if self.validate {
                    data.validate_full()?;
                }
                Ok(make_array(data))
            }
        }
    }

    fn blame(&self, error: &ArrowError) -> Error {
        let names: Vec<&str> = self.schema.fields().iter().take(20).map(|field| field.name().as_str()).collect();
        Error::Arrow(ArrowError::InvalidArgumentError(format!(
            "a batch of columns {names:?} doesn't hold what its types say: {error}"
        )))
    }
}

/// A column of numbers: what most columns are, and nothing in it can be wrong.
fn primitive<T: ArrowPrimitiveType>(walk: &mut Walk, data_type: &DataType) -> Result<ArrayRef> {
    let mut node = walk.node()?;
    let nulls = walk.nulls(&mut node)?;
    let values = ScalarBuffer::<T::Native>::from(walk.buffer(node.rows * size_of::<T::Native>())?);
    Ok(Arc::new(PrimitiveArray::<T>::try_new(values, nulls)?.with_data_type(data_type.clone())))
}

/// Any array, and what is in it.
fn array_data(walk: &mut Walk, data_type: &DataType) -> Result<ArrayData> {
    let mut node = walk.node()?;
    let nulls = if layout(data_type).can_contain_null_mask { walk.nulls(&mut node)? } else { None };
    let buffers = (0..node.buffers).map(|_| walk.buffer(usize::MAX)).collect::<Result<_>>()?;
    let mut child = |data_type| array_data(walk, data_type);
    let children = match data_type {
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::ListView(field)
        | DataType::LargeListView(field)
        | DataType::FixedSizeList(field, _)
        | DataType::Map(field, _) => vec![child(field.data_type())?],
        DataType::Struct(fields) => fields.iter().map(|field| child(field.data_type())).collect::<Result<_>>()?,
        DataType::Union(fields, _) => {
            fields.iter().map(|(_, field)| child(field.data_type())).collect::<Result<_>>()?
        }
        DataType::RunEndEncoded(ends, values) => vec![child(ends.data_type())?, child(values.data_type())?],
        DataType::Dictionary(_, values) => vec![child(values)?],
        _ => Vec::new(),
    };
    let builder =
        ArrayData::builder(data_type.clone()).len(node.rows).nulls(nulls).buffers(buffers).child_data(children);
    // SAFETY: the core has checked every buffer's place and size, and every length against its parent's.
    Ok(unsafe { builder.build_unchecked() })
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
