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

/// Of those that this process may use.
fn first_core() -> String {
    let status = std::fs::read_to_string("/proc/self/status").expect("the status");
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).expect("the list of cores");
    list.trim().split(['-', ',']).next().expect("a core").to_owned()
}

#[test]
fn the_participants_of_a_latency_measurement_play_and_check_their_rounds() {
    let segments = Segments::new();
    let samples = segments.path().join("samples");
    let core = first_core();
    let words = ["x", "--bytes", "1024", "--rounds", "20", "--warmup", "5", "--core", &core, "--samples"];
    let play = |role| {
        let words: Vec<&str> = [role].into_iter().chain(words).chain(samples.to_str()).collect();
        start(&segments, "latency_participant", &words)
    };
    let both = [play("ping"), play("pong")];
    assert_eq!(both.map(output), ["", ""]);
    let bytes = std::fs::read(samples).expect("the samples");
    assert_eq!(bytes.len(), 20 * 8);
    assert!(bytes.chunks(8).all(|sample| sample.iter().any(|byte| *byte != 0)));
    assert_eq!(segments.files(), ["samples"]);
}
