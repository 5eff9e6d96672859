//! Arrow IPC stream files.

use std::fs::File;
use std::io::{BufWriter, Cursor};
use std::panic::catch_unwind;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::{IpcWriteOptions, StreamWriter};
use arrow_schema::{Schema, SchemaRef};

use crate::blame::blame;
use crate::outcome::Failure;

/// All batches of a file.
pub fn load(path: &Path) -> Result<(SchemaRef, Vec<RecordBatch>), Failure> {
    let content = std::fs::read(path).map_err(|error| Failure::File(format!("{}: {error}", path.display())))?;
    // Some types make it panic.
    let opened = catch_unwind(|| StreamReader::try_new(Cursor::new(&content), None));
    let reader = match opened {
        Ok(Ok(reader)) => reader,
        Ok(Err(error)) => return Err(blame(&content).map_or_else(|| error.into(), Failure::Type)),
        Err(_) => {
            let type_unknown = || "the file's schema: Arrow's Rust library can't carry it".to_owned();
            return Err(Failure::Type(blame(&content).unwrap_or_else(type_unknown)));
        }
    };
    let schema = reader.schema();
    let batches = reader.collect::<Result<Vec<_>, _>>()?;
    Ok((schema, batches))
}

pub type Output = StreamWriter<BufWriter<File>>;

pub fn create(path: &Path, schema: &Schema) -> Result<Output, Failure> {
    let file = File::create(path).map_err(|error| Failure::File(format!("{}: {error}", path.display())))?;
    Ok(StreamWriter::try_new_buffered(file, schema)?)
}

/// The batch as a whole IPC stream, dictionaries included: what two looks at one batch are compared by.
pub fn serialized(batch: &RecordBatch) -> Result<Vec<u8>, Failure> {
    let mut stream = StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), IpcWriteOptions::default())?;
    stream.write(batch)?;
    Ok(stream.into_inner()?)
}
