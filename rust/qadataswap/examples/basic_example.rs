//! A table through shared memory and back, in one process: the shortest whole use of the crate.

use arrow_array::record_batch;
use qadataswap::{create_reader, create_writer};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = format!("rust_basic_example_{}", std::process::id());
    let planets = record_batch!(
        ("name", Utf8, ["Mercury", "Venus", "Earth", "Mars"]),
        ("radius", Float64, [2439.7, 6051.8, 6371.0, 3389.5])
    )?;

    let writer = create_writer(&name, 8)?;
    writer.write_arrow(&planets)?;
    writer.finish()?;

    // Usually in another process. The batches lie in shared memory.
    let reader = create_reader(&name)?;
    for batch in reader {
        let batch = batch?;
        println!("{} rows of {} columns", batch.num_rows(), batch.num_columns());
        if batch != planets {
            return Err("the batch has changed".into());
        }
    }
    Ok(())
}
