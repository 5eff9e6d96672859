//! What the tests share: a segment directory of their own, and the streams of `tests/data`.
#![allow(dead_code, reason = "no test uses all of it")]

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

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
        Writer::builder(name).directory(self.path()).timeout(60_000)
    }

    pub fn reader(&self, name: &str) -> ReaderBuilder {
        Reader::builder(name).directory(self.path()).timeout(60_000)
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

/// A file system of its own size over a directory, gone when this is dropped. What was mapped from it stays until then.
pub struct SmallFileSystem(PathBuf);

impl SmallFileSystem {
    pub fn mount(directory: &Path, size: &str) -> Self {
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &format!("size={size}"), "none"]).arg(directory);
        assert!(command.status().expect("mount").success(), "this process may not mount");
        Self(directory.to_owned())
    }
}

impl Drop for SmallFileSystem {
    fn drop(&mut self) {
        // Lazily: writers and readers that were made later are dropped before, but not those of a test that fails.
        let status = Command::new("umount").arg("--lazy").arg(&self.0).status().expect("umount");
        assert!(status.success() || std::thread::panicking());
    }
}

/// Cargo builds the examples before it runs tests, beside the folder in which the tests are.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this program");
    test.ancestors().nth(2).expect("its folder's parent").join("examples").join(name)
}

/// An example, at work on these segments.
pub fn start(segments: &Segments, name: &str, words: &[&str]) -> Child {
    let mut command = Command::new(program(name));
    command.args(words).env("QADS_DIR", segments.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("a program")
}

/// What it printed before it ended well.
pub fn output(child: Child) -> String {
    let output = child.wait_with_output().expect("its end");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// A file of the project's test data.
pub fn data_file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data").join(path)
}

/// Every stream file of the project's test data.
pub fn data_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = ["golden", "real"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(data_file(folder)).expect("the test data"))
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
