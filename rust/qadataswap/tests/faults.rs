//! Each fault is an error of its kind, whose message names the segment and the numbers.
#![allow(missing_docs, reason = "tests")]

mod common;

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::{Int64Array, RecordBatch, RecordBatchIterator, StringArray, record_batch};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use common::{Segments, SmallFileSystem};
use qadataswap::{Error, Lifetime, Loss, Messages, Overflow, Takeover, Writer};

fn numbers(rows: i64) -> RecordBatch {
    let column = Int64Array::from_iter_values(0..rows);
    RecordBatch::try_from_iter([("number", Arc::new(column) as _)]).expect("a batch")
}

/// The error is of this kind, and its text has all of these parts.
macro_rules! assert_fault {
    ($result:expr, $kind:ident, $($part:expr),* $(,)?) => {{
        let error = $result.err().expect("an error");
        assert!(matches!(error, Error::$kind(_)), "{error:?}");
        let text = error.to_string();
        $(assert!(text.contains($part), "'{}' isn't in: {text}", $part);)*
        assert!(text.starts_with(error.kind()), "{text}");
    }};
}

#[test]
fn nothing_came_in_time() {
    let segments = Segments::new();
    let writer = segments.writer("idle").create().expect("a writer");
    let reader = segments.reader("idle").open().expect("a reader");
    assert_fault!(reader.wait_schema(20), Timeout, "idle", "20");
    writer.write_arrow(&numbers(1)).expect("a write");
    drop(reader.next_batch(0).expect("a batch"));
    assert_fault!(reader.next_batch(20), Timeout, "idle", "20");
    assert_fault!(reader.next_batch(0), Timeout, "no batch");
    assert!(reader.read_arrow(20).expect("no error").is_none());
}

#[test]
fn no_room_came_in_time() {
    let segments = Segments::new();
    let writer = segments.writer("full").slots(2).timeout(30).create().expect("a writer");
    let _reader = segments.reader("full").open().expect("a reader");
    writer.write_arrow(&numbers(1)).expect("a write");
    writer.write_arrow(&numbers(1)).expect("a write");
    assert_fault!(writer.write_arrow(&numbers(1)), Timeout, "full", "30", "2");
    assert_fault!(writer.wait_drained(30), Timeout, "full");
    assert_fault!(writer.wait_readers(2, 30), Timeout, "full", "1", "2");
}

#[test]
fn the_stream_ended() {
    let segments = Segments::new();
    let writer = segments.writer("over").create().expect("a writer");
    let mut reader = segments.reader("over").open().expect("a reader");
    writer.write_arrow(&numbers(1)).expect("a write");
    writer.finish().expect("an end");
    writer.finish().expect("twice is fine");
    assert_fault!(writer.write_arrow(&numbers(1)), Closed, "over");
    drop(reader.next_batch(0).expect("a batch"));
    assert_fault!(reader.next_batch(0), EndOfStream, "over");
    assert_fault!(reader.read_arrow(0), EndOfStream, "over");
    assert!(reader.next().is_none());
}

#[test]
fn the_writer_left_without_finishing() {
    let segments = Segments::new();
    let writer = segments.writer("broken").create().expect("a writer");
    let mut reader = segments.reader("broken").open().expect("a reader");
    writer.write_arrow(&numbers(1)).expect("a write");
    drop(writer);
    drop(reader.next_batch(0).expect("what was published stays"));
    assert_fault!(reader.next_batch(0), WriterDied, "broken");
    let last = reader.next().expect("an item").expect_err("an error");
    assert!(last.to_string().contains("broken"));
    assert!(reader.next().is_none(), "it is the last item");
}

#[test]
fn one_row_is_larger_than_the_data_area() {
    let segments = Segments::new();
    let writer = segments.writer("small").capacity(4096).create().expect("a writer");
    let text = StringArray::from(vec!["x".repeat(100_000)]);
    let batch = RecordBatch::try_from_iter([("text", Arc::new(text) as _)]).expect("a batch");
    assert_fault!(writer.write_arrow(&batch), WouldNotFit, "small", "4096");
    assert_fault!(writer.allocate(1 << 40), WouldNotFit, "small", "1099511627776");
    assert_fault!(writer.allocate_values::<u64>(usize::MAX), WouldNotFit, "8");
}

#[test]
fn the_schema_is_larger_than_its_section() {
    let segments = Segments::new();
    let fields: Vec<Field> = (0..1000).map(|n| Field::new(format!("column {n}"), DataType::Int64, true)).collect();
    let builder = segments.writer("wide").schema_capacity(4096).schema(Arc::new(Schema::new(fields)));
    assert_fault!(builder.create(), WouldNotFit, "wide", "48048", "8176");
    assert!(segments.files().is_empty(), "nothing is left of it");
}

#[test]
fn a_file_is_no_segment_or_a_damaged_one() {
    let segments = Segments::new();
    std::fs::write(segments.file("text"), "not a segment ".repeat(1000)).expect("a file");
    std::fs::set_permissions(segments.file("text"), std::fs::Permissions::from_mode(0o600)).expect("a mode");
    assert_fault!(segments.reader("text").open(), Foreign, "text");

    let writer = segments.writer("cut").create().expect("a writer");
    writer.write_arrow(&numbers(10)).expect("a write");
    drop(writer);
    let file = std::fs::OpenOptions::new().write(true).open(segments.file("cut")).expect("a file");
    file.set_len(12_288).expect("a shorter one");
    assert_fault!(segments.reader("cut").open(), Corrupt, "cut", "12288");
}

#[test]
fn a_segment_has_a_newer_layout() {
    let segments = Segments::new();
    drop(segments.writer("new").lifetime(Lifetime::Keep).create().expect("a writer"));
    let mut bytes = std::fs::read(segments.file("new")).expect("a file");
    // Any layout begins with its magic, then its version, major and minor: docs/layout.md.
    bytes[8..16].copy_from_slice(&[2, 0, 0, 0, 7, 0, 0, 0]);
    std::fs::write(segments.file("new"), bytes).expect("a file");
    assert_fault!(segments.reader("new").open(), Version, "new", "2.7", "1.0");
    assert_fault!(qadataswap::Segment::attach_in(segments.path(), "new"), Version, "new", "2.7", "1.0");
}

#[test]
#[ignore = "mounts a tmpfs: the suite rust-mount runs it where that is allowed"]
fn the_file_system_is_full() {
    let segments = Segments::new();
    let _full = SmallFileSystem::mount(segments.path(), "3m");
    // A write waits for readers to give memory back.
    let writer = segments.writer("tight").capacity(1 << 26).timeout(50).create().expect("a writer");
    let written = (0..).map_while(|_| writer.write_arrow(&numbers(10_000)).ok()).count();
    assert!(written > 10, "{written} batches of 80,000 bytes");
    assert_fault!(writer.write_arrow(&numbers(10_000)), NoSpace, "tight", "bytes");
    assert_fault!(writer.allocate(1 << 25), NoSpace, "tight", "33554432");
    assert_fault!(segments.writer("another").slots(65_535).create(), NoSpace, "another");
    assert_eq!(segments.files(), ["qads_tight"]);
    writer.finish().expect("an end");
    let got: Vec<_> = segments.reader("tight").open().expect("a reader").map(|batch| batch.expect("a batch")).collect();
    assert_eq!(got.len(), written, "what was published is all there");
    assert!(got.iter().all(|batch| batch == &numbers(10_000)));
}

#[test]
fn a_batch_has_another_schema() {
    let segments = Segments::new();
    let writer = segments.writer("schema").create().expect("a writer");
    writer.write_arrow(&numbers(1)).expect("a write");
    let other = record_batch!(("number", Float64, [1.0])).expect("a batch");
    assert_fault!(writer.write_arrow(&other), SchemaMismatch, "number");
    assert_fault!(writer.set_schema(&other.schema()), SchemaMismatch, "number");
    writer.write_arrow(&numbers(1)).expect("it goes on");
}

#[test]
fn batches_were_lost() {
    let segments = Segments::new();
    let writer = segments.writer("lossy").slots(2).overflow(Overflow::DropOldest).create().expect("a writer");
    let mut strict = segments.reader("lossy").open().expect("a reader");
    let lax = segments.reader("lossy").loss(Loss::Count).open().expect("a reader");
    for rows in 0..10 {
        writer.write_arrow(&numbers(rows)).expect("it never waits");
    }
    assert_fault!(strict.next_batch(0), Overrun, "lossy", "8");
    assert_eq!(strict.next().expect("an item").expect("it goes on").num_rows(), 8);
    let (batch, info) = lax.next_with_info(0).expect("a batch");
    assert_eq!((batch.num_rows(), info.lost_before, info.sequence), (8, 8, 8));
    assert_eq!(lax.statistics().expect("figures").lost, 8);
}

#[test]
fn a_name_is_taken() {
    let segments = Segments::new();
    let writer = segments.writer("mine").lifetime(Lifetime::Keep).create().expect("a writer");
    assert_fault!(segments.writer("mine").create(), Exists, "mine");
    assert_fault!(qadataswap::remove_in(segments.path(), "mine", true), Exists, "mine");
    writer.finish().expect("an end");
    drop(writer);
    assert_fault!(segments.writer("mine").takeover(Takeover::Refuse).create(), Exists, "mine");
    assert_eq!(qadataswap::list_in(segments.path()).expect("a list"), ["mine"]);
    qadataswap::remove_in(segments.path(), "mine", true).expect("nobody is there");
    assert_fault!(qadataswap::remove_in(segments.path(), "mine", true), NotFound, "mine");
}

#[test]
fn a_name_is_nowhere() {
    let segments = Segments::new();
    assert_fault!(segments.reader("nowhere").open(), NotFound, "nowhere");
    assert_fault!(segments.reader("nowhere").attach_timeout(20).open(), NotFound, "nowhere", "20");
    assert_fault!(qadataswap::Segment::attach_in(segments.path(), "nowhere"), NotFound, "nowhere");
}

#[test]
fn a_name_or_a_number_cannot_be() {
    let segments = Segments::new();
    for name in ["", "../escape", "a/b", "-x", &"x".repeat(201)] {
        assert_fault!(segments.writer(name).create(), Invalid, "name");
    }
    assert_fault!(segments.writer("zero\0byte").create(), Invalid, "zero", "4");
    assert_fault!(segments.writer("slots").slots(0).create(), Invalid, "slots", "0", "65535");
    assert_fault!(segments.writer("slots").slots(65_536).create(), Invalid, "slots", "65536", "65535");
    for bytes in [-1, 0, 1 << 60, i64::MAX] {
        assert_fault!(segments.writer("capacity").capacity(bytes).create(), Invalid, "capacity", &bytes.to_string());
    }
    assert_fault!(segments.writer("schema").schema_capacity(-1).create(), Invalid, "schema_capacity", "-1");
    assert_fault!(segments.writer("readers").reader_capacity(65).create(), Invalid, "65", "64");
    assert_fault!(Writer::builder("x").directory("/proc/nowhere").create(), Invalid, "/proc/nowhere");
    assert!(segments.files().is_empty());
}

#[test]
fn a_segment_is_another_users() {
    let segments = Segments::new();
    let writer = segments.writer("theirs").lifetime(Lifetime::Keep).create().expect("a writer");
    drop(writer);
    if std::os::unix::fs::chown(segments.file("theirs"), Some(12_345), None).is_err() {
        return; // only root can give files away
    }
    assert_fault!(segments.reader("theirs").open(), Permission, "theirs", "12345");
}

#[test]
fn there_are_too_many_readers() {
    let segments = Segments::new();
    let writer = segments.writer("few").reader_capacity(1).create().expect("a writer");
    let _one = segments.reader("few").open().expect("a reader");
    assert_fault!(segments.reader("few").open(), TooManyReaders, "few", "only reader entry");
    assert_eq!(writer.readers().expect("states").len(), 1);
}

#[test]
fn a_reader_was_left_behind() {
    let segments = Segments::new();
    let builder = segments.writer("slow").slots(1).evict_after(Duration::from_millis(30));
    let writer = builder.create().expect("a writer");
    let reader = segments.reader("slow").open().expect("a reader");
    let fast = segments.reader("slow").open().expect("a reader");
    writer.write_arrow(&numbers(1)).expect("a write");
    drop(fast.next_batch(0).expect("a batch"));
    writer.write_arrow(&numbers(2)).expect("a write that evicts");
    assert_fault!(reader.next_batch(0), Evicted, "slow", "30");
    assert_eq!(writer.info().expect("figures").evicted_readers, 1);
}

#[test]
fn a_type_cannot_be_exported_or_a_name_cannot_travel() {
    let segments = Segments::new();
    let writer = segments.writer("type").create().expect("a writer");
    let field = Field::new("zero\0byte", DataType::Int64, true);
    let batch = RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![Arc::new(Int64Array::from(vec![1]))]);
    assert_fault!(writer.write_arrow(&batch.expect("a batch")), UnsupportedType, "zero");
}

#[test]
fn every_call_of_a_closed_reader_says_so() {
    let segments = Segments::new();
    let writer = segments.writer("closed").create().expect("a writer");
    writer.write_arrow(&numbers(1)).expect("a write");
    let mut reader = segments.reader("closed").open().expect("a reader");
    let held = reader.next_batch(0).expect("a batch");
    reader.close().expect("a close");
    reader.close().expect("twice is fine");
    reader.closer().close().expect("and from elsewhere");
    let fresh = segments.reader("closed").open().expect("a reader");
    fresh.close().expect("a close");
    assert_fault!(fresh.wait_schema(-1), Closed, "closed");
    assert_fault!(reader.next_batch(-1), Closed, "closed");
    assert_fault!(reader.next_with_info(-1), Closed, "closed");
    assert_fault!(reader.read_arrow(-1), Closed, "closed");
    assert_fault!(reader.wait(-1), Closed, "closed");
    assert_fault!(reader.statistics(), Closed, "closed");
    let last = reader.next().expect("an item").expect_err("an error");
    assert!(last.to_string().contains("closed"), "{last}");
    assert!(reader.next().is_none());
    assert_eq!(held, numbers(1), "what was read stays");
}

#[test]
fn every_call_of_a_closed_writer_says_so() {
    let segments = Segments::new();
    let writer = segments.writer("closed").create().expect("a writer");
    writer.write_arrow(&numbers(1)).expect("a write");
    writer.close().expect("a close");
    writer.close().expect("twice is fine");
    writer.closer().close().expect("and from elsewhere");
    let one = numbers(1);
    let stream = || RecordBatchIterator::new([Ok(numbers(1))], numbers(1).schema());
    assert_fault!(writer.write_arrow(&one), Closed, "closed");
    assert_fault!(writer.write_message([&one, &one]), Closed, "closed");
    assert_fault!(writer.write_stream(stream(), Messages::One), Closed, "closed");
    assert_fault!(writer.set_schema(&one.schema()), Closed, "closed");
    assert_fault!(writer.allocate(64), Closed, "closed");
    assert_fault!(writer.allocate_values::<i64>(8), Closed, "closed");
    assert_fault!(writer.copy_to_arena(&one), Closed, "closed");
    assert_fault!(writer.wait_readers(1, -1), Closed, "closed");
    assert_fault!(writer.wait_drained(-1), Closed, "closed");
    assert_fault!(writer.finish(), Closed, "closed");
    assert_fault!(writer.info(), Closed, "closed");
    assert_fault!(writer.readers(), Closed, "closed");
    assert_fault!(writer.last_write(), Closed, "closed");
    assert_eq!(segments.reader("closed").open().expect("a reader").next_batch(0).expect("it stays"), one);
}

/// Two batches, of no row and of one row; then it fails, or panics.
fn broken(panics: bool) -> impl arrow_array::RecordBatchReader + Send + 'static {
    let batches = (0..).map(move |number| match number {
        0..2 => Ok(numbers(number)),
        _ if panics => panic!("out of ideas"),
        _ => Err(ArrowError::ComputeError("out of ideas".to_owned())),
    });
    RecordBatchIterator::new(batches, numbers(0).schema())
}

#[test]
fn a_stream_fails_in_the_middle_and_what_was_written_before_stays() {
    for panics in [false, true] {
        let segments = Segments::new();
        let writer = segments.writer("stream").create().expect("a writer");
        let reader = segments.reader("stream").open().expect("a reader");
        assert_fault!(writer.write_stream(broken(panics), Messages::PerBatch), Producer, "out of ideas");
        writer.write_arrow(&numbers(5)).expect("it goes on");
        for rows in [0, 1, 5] {
            assert_eq!(reader.read_arrow(0).expect("no error").expect("a message").batches(), [numbers(rows)]);
        }
        assert!(reader.read_arrow(0).expect("no error").is_none());
    }
}

#[test]
fn a_message_whose_stream_fails_in_the_middle_is_given_up() {
    for panics in [false, true] {
        let segments = Segments::new();
        let writer = segments.writer("message").create().expect("a writer");
        let whole = segments.reader("message").open().expect("a reader");
        let batches = segments.reader("message").open().expect("a reader");
        writer.write_arrow(&numbers(3)).expect("a write");
        assert_fault!(writer.write_stream(broken(panics), Messages::One), Producer, "out of ideas");
        writer.write_arrow(&numbers(5)).expect("it goes on");
        writer.finish().expect("an end");
        for rows in [3, 5] {
            assert_eq!(whole.read_arrow(0).expect("no error").expect("a message").batches(), [numbers(rows)]);
        }
        assert_fault!(whole.read_arrow(0), EndOfStream, "message");
        let rows: Vec<usize> = batches.map(|batch| batch.expect("a batch").num_rows()).collect();
        assert!(rows.starts_with(&[3]) && rows.ends_with(&[5]), "{rows:?}");
    }
}

#[test]
fn a_schema_that_never_comes_is_an_error_of_the_iterator() {
    use arrow_array::RecordBatchReader;
    let segments = Segments::new();
    let writer = segments.writer("empty").create().expect("a writer");
    let mut reader = segments.reader("empty").timeout(20).open().expect("a reader");
    assert_eq!(reader.schema().fields().len(), 0);
    writer.write_arrow(&numbers(1)).expect("a write");
    let error = reader.next().expect("an item").expect_err("no batch of another schema than was told");
    assert!(error.to_string().contains("empty"), "{error}");
    assert!(reader.next().is_none());
    assert_eq!(reader.next_batch(0).expect("the reader itself is fine").num_rows(), 1);
}

#[test]
fn an_arrow_error_carries_this_crates_error() {
    let error: ArrowError = Error::Closed("segment 'x'".to_owned()).into();
    let ArrowError::ExternalError(source) = &error else { panic!("{error:?}") };
    assert!(matches!(source.downcast_ref(), Some(Error::Closed(_))));
    assert_eq!(Error::from(ArrowError::DivideByZero).code(), None);
    assert_eq!(Error::Closed("why".to_owned()).code(), Some(-14));
    assert_eq!(Error::Closed("why".to_owned()).message(), "why");
}

#[test]
fn a_text_that_is_not_utf8_is_refused_unless_the_writer_is_trusted() {
    let segments = Segments::new();
    let writer = segments.writer("latin").create().expect("a writer");
    let reader = segments.reader("latin").open().expect("a reader");
    let trusting = segments.reader("latin").trust_writer().open().expect("a reader");
    // SAFETY: nobody looks at the text as a str.
    let text = unsafe {
        StringArray::new_unchecked(
            arrow_buffer::OffsetBuffer::from_lengths([1, 1]),
            arrow_buffer::Buffer::from(&[b'a', 0xff]),
            None,
        )
    };
    let batch = RecordBatch::try_from_iter([("text", Arc::new(text) as _)]).expect("a batch");
    writer.write_arrow(&batch).expect("the core carries it");
    let error = reader.next_batch(0).expect_err("no str");
    assert!(matches!(error, Error::Arrow(_)) && error.to_string().contains("text"), "{error}");
    assert_eq!(trusting.next_batch(0).expect("as it is").num_rows(), 2);
}
