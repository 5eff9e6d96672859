//! The examples run, alone and together.
#![allow(missing_docs, reason = "tests")]

mod common;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use common::Segments;

/// Cargo builds the examples before it runs tests, beside the folder in which the tests are.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this program");
    test.ancestors().nth(2).expect("its folder's parent").join("examples").join(name)
}

fn start(segments: &Segments, name: &str, words: &[&str]) -> Child {
    let mut command = Command::new(program(name));
    command.args(words).env("QADS_DIR", segments.path()).stdout(Stdio::piped());
    command.spawn().expect("a program")
}

fn output(child: Child) -> String {
    let output = child.wait_with_output().expect("its end");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_basic_example_gets_back_what_it_wrote() {
    let segments = Segments::new();
    assert_eq!(output(start(&segments, "basic_example", &[])), "4 rows of 2 columns\n");
    assert!(segments.files().is_empty());
}

#[test]
fn the_writer_and_the_reader_meet() {
    let segments = Segments::new();
    let reader = start(&segments, "rust_reader", &["meeting"]);
    let written = output(start(&segments, "rust_writer", &["meeting", "25"]));
    let read = output(reader);
    assert!(written.contains("wrote 25000 rows, 0 bytes copied"), "{written}");
    assert!(read.contains("column step: Int64\n"), "{read}");
    assert!(read.contains("read 25000 rows in 25 batches, 0 lost"), "{read}");
    assert!(segments.files().is_empty());
}

#[test]
fn an_example_that_is_alone_says_so_and_leaves_nothing() {
    let segments = Segments::new();
    let (writer, reader) = (start(&segments, "rust_writer", &["w"]), start(&segments, "rust_reader", &["r"]));
    assert!(output(writer).contains("nobody reads yet"));
    assert!(output(reader).contains("nobody writes"));
    assert!(segments.files().is_empty());
}
