//! The examples run, alone and together.
#![allow(missing_docs, reason = "tests")]

mod common;

use common::{Segments, output, start};

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
