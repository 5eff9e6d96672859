//! What the tests share: a segment directory of their own, and the streams of `tests/data`.
#![allow(dead_code, reason = "no test uses all of it")]

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_schema::SchemaRef;
use qadataswap::{Reader, ReaderBuilder, Writer, WriterBuilder};

/// A segment directory that goes with everything in it.
pub struct Segments(tempfile::TempDir);

impl Segments {
    /// In the directory that `QADS_DIR` names, else in the default one.
    pub fn new() -> Self {
        let parent = std::env::var_os("QADS_DIR").unwrap_or_else(|| "/dev/shm".into());
        Self(tempfile::Builder::new().prefix("qads-test-rust-").tempdir_in(parent).expect("a directory"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn writer(&self, name: &str) -> WriterBuilder {
        Writer::builder(name).directory(self.path()).timeout(5000)
    }

    pub fn reader(&self, name: &str) -> ReaderBuilder {
        Reader::builder(name).directory(self.path()).timeout(5000)
    }

    /// What is left in it.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path()).expect("the directory");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(format!("qads_{name}"))
    }
}

/// Every stream file of the project's test data.
pub fn data_files() -> Vec<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data");
    let mut files: Vec<PathBuf> = ["golden", "real"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(data.join(folder)).expect("the test data"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "stream"))
        .collect();
    files.sort();
    assert_eq!(files.len(), 14, "the files of the manifest");
    files
}

pub fn load(path: &Path) -> (SchemaRef, Vec<RecordBatch>) {
    let file = BufReader::new(File::open(path).expect("a file"));
    let reader = StreamReader::try_new(file, None).expect("a stream");
    let schema = reader.schema();
    (schema, reader.collect::<Result<_, _>>().expect("its batches"))
}

/// The addresses at which this process maps the segment's file.
pub fn mappings(file: &Path) -> Vec<std::ops::Range<usize>> {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("the kernel's list");
    let hex = |text: &str| usize::from_str_radix(text, 16).expect("an address");
    let of_file = maps.lines().filter(|line| line.ends_with(&*file.to_string_lossy()));
    let ranges = of_file.filter_map(|line| line.split_whitespace().next()?.split_once('-'));
    ranges.map(|(from, to)| hex(from)..hex(to)).collect()
}

/// Every buffer of the columns, children, dictionaries and bitmaps included.
pub fn buffers(batch: &RecordBatch) -> Vec<(usize, usize)> {
    fn collect(data: &arrow_data::ArrayData, found: &mut Vec<(usize, usize)>) {
        let own = data.buffers().iter().chain(data.nulls().map(arrow_buffer::NullBuffer::buffer));
        found.extend(own.filter(|buffer| !buffer.is_empty()).map(|buffer| (buffer.as_ptr() as usize, buffer.len())));
        data.child_data().iter().for_each(|child| collect(child, found));
    }
    let mut found = Vec::new();
    for column in batch.columns() {
        collect(&arrow_array::Array::to_data(column), &mut found);
    }
    found
}

/// Equal in every bit that means something: names, metadata, types, values, floating-point numbers by their bits.
pub fn assert_same(got: &RecordBatch, wanted: &RecordBatch) {
    assert_eq!(got.schema(), wanted.schema());
    assert_eq!(got.num_rows(), wanted.num_rows());
    for (number, (one, other)) in got.columns().iter().zip(wanted.columns()).enumerate() {
        assert!(one.to_data() == other.to_data() || bits(one) == bits(other), "column {number}: {one:?}\n{other:?}");
    }
}

/// What makes NaN equal to itself.
fn bits(column: &arrow_array::ArrayRef) -> String {
    format!("{column:?}")
}
