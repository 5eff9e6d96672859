//! Arrow IPC stream files.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::{IpcWriteOptions, StreamWriter};
use arrow_schema::{Schema, SchemaRef};

use crate::outcome::Failure;

/// All batches of a file.
pub fn load(path: &Path) -> Result<(SchemaRef, Vec<RecordBatch>), Failure> {
    let file = File::open(path).map_err(|error| Failure::File(format!("{}: {error}", path.display())))?;
    let reader = StreamReader::try_new(BufReader::new(file), None)?;
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
