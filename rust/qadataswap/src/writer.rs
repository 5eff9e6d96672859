//! The one writer of a segment.

use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_buffer::ArrowNativeType;
use arrow_schema::SchemaRef;
use qadataswap_sys as sys;

use crate::arena_buffer::{ArenaBuffer, ArenaValues, copy_batch};
use crate::closer::Closer;
use crate::describe::Described;
use crate::error::{Result, check};
use crate::export::{ExportedBatch, ExportedSchema, KnownSchema};
use crate::handle::{ArenaHandle, WriterHandle};
use crate::info::{ColumnReport, ReaderState, SegmentInfo, last_write, reader_states, segment_info};
use crate::producer::Guarded;
use crate::timeout::Timeout;
use crate::writer_builder::WriterBuilder;

/// How a stream is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Messages {
    /// All of it as one message: a reader of whole messages gets everything at once.
    #[default]
    One,
    /// Every batch as a message of its own.
    PerBatch,
}

/// The one writer of a new segment. Every method may be called from any thread; calls that write wait for one another, and
/// [`close`](Self::close) may come in between. Dropping closes; without [`finish`](Self::finish) before, readers are told that the stream
/// broke off. In a fork's child every call fails with [`Error::Forked`](crate::Error::Forked).
///
/// ```
/// # let folder = tempfile::tempdir_in("/dev/shm")?;
/// use arrow_array::{RecordBatch, record_batch};
/// use qadataswap::{Reader, Writer};
///
/// let writer = Writer::builder("numbers").slots(4).directory(folder.path()).create()?;
/// writer.write_arrow(&record_batch!(("number", Int32, [1, 2, 3]))?)?;
/// writer.finish()?;
///
/// let reader = Reader::builder("numbers").directory(folder.path()).open()?;
/// let rows: usize = reader.map(|batch| batch.map_or(0, |batch| batch.num_rows())).sum();
/// assert_eq!(rows, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Writer {
    // The writer goes before its arena: it ends the stream.
    handle: Arc<WriterHandle>,
    arena: Arc<ArenaHandle>,
    known: KnownSchema,
    timeout: Timeout,
}

impl Writer {
    /// Options, and then [`create`](WriterBuilder::create).
    pub fn builder(name: impl Into<String>) -> WriterBuilder {
        WriterBuilder::new(name.into())
    }

    pub(crate) fn new(arena: ArenaHandle, writer: WriterHandle, schema: Option<&SchemaRef>, timeout: Timeout) -> Self {
        let known = KnownSchema::default();
        if let Some(schema) = schema {
            known.remember(schema);
        }
        Self { handle: Arc::new(writer), arena: Arc::new(arena), known, timeout }
    }

    /// Publishes one batch as one message: copies it into the segment, but for buffers that lie there already. Waits for room up to the
    /// writer's timeout. A batch larger than the data area is cut by rows into several batches of one message.
    ///
    /// # Errors
    /// [`Timeout`](crate::Error::Timeout), which names the slowest readers; [`WouldNotFit`](crate::Error::WouldNotFit),
    /// [`NoSpace`](crate::Error::NoSpace), [`SchemaMismatch`](crate::Error::SchemaMismatch),
    /// [`UnsupportedType`](crate::Error::UnsupportedType), [`Closed`](crate::Error::Closed).
    pub fn write_arrow(&self, batch: &RecordBatch) -> Result<()> {
        let schema = batch.schema_ref();
        let known = self.known.is(schema);
        if let (true, Some(described)) = (known, Described::new(batch)) {
            let (writer, tables) = (self.handle.as_ptr(), described.tables());
            // SAFETY: the handle is alive; the tables point into the batch, which outlives the call.
            return check(unsafe { sys::qads_writer_write_flat(writer, &raw const tables, 0, self.timeout.millis()) });
        }
        let exported = if known { None } else { Some(ExportedSchema::new(schema)?) };
        let given = exported.as_ref().map_or(std::ptr::null(), ExportedSchema::as_ptr);
        let array = ExportedBatch::new(batch);
        // SAFETY: the handle is alive; both structs are complete, and the core only borrows them.
        check(unsafe {
            sys::qads_writer_write(self.handle.as_ptr(), array.as_ptr(), given, 0, self.timeout.millis())
        })?;
        if exported.is_some() {
            self.known.remember(schema);
        }
        Ok(())
    }

    /// Publishes several batches as one message. If one fails, the message is given up: no reader of whole messages sees any of it.
    ///
    /// # Errors
    /// As [`write_arrow`](Self::write_arrow). Schemas are compared before anything is published.
    pub fn write_message<'a>(&self, batches: impl IntoIterator<Item = &'a RecordBatch>) -> Result<()> {
        let batches: Vec<RecordBatch> = batches.into_iter().cloned().collect();
        let Some(first) = batches.first().map(RecordBatch::schema) else { return Ok(()) };
        for batch in &batches {
            if !self.known.is(batch.schema_ref()) {
                self.set_schema(batch.schema_ref())?;
            }
        }
        // One call, so that no other thread's batch comes in between, and the core gives up what fails.
        self.write_stream(RecordBatchIterator::new(batches.into_iter().map(Ok), first), Messages::One)
    }

    /// Publishes everything that `reader` still has. The timeout bounds each batch's wait for room. A stream without batches sends a batch
    /// of no rows, so that its schema arrives.
    ///
    /// # Errors
    /// As [`write_arrow`](Self::write_arrow), and [`Producer`](crate::Error::Producer) with the reader's own message, if it fails; what was
    /// written before stays.
    pub fn write_stream<R>(&self, reader: R, messages: Messages) -> Result<()>
    where
        R: RecordBatchReader + Send + 'static,
    {
        let mut stream = FFI_ArrowArrayStream::new(Box::new(Guarded::new(reader)));
        let flags = match messages {
            Messages::One => 0,
            Messages::PerBatch => sys::QADS_WRITE_MESSAGE_PER_BATCH,
        };
        // SAFETY: a complete stream of arrow-rs's making.
        unsafe { self.write_exported((&raw mut stream).cast(), flags) }
    }

    /// The stream is taken over and released in any case, which marks it as released.
    ///
    /// # Safety
    /// It must be a complete stream of the C Stream interface.
    pub(crate) unsafe fn write_exported(&self, stream: *mut sys::ArrowArrayStream, flags: u32) -> Result<()> {
        // SAFETY: the handle is alive, and the caller answers for the stream.
        check(unsafe { sys::qads_writer_write_stream(self.handle.as_ptr(), stream, flags, self.timeout.millis()) })
    }

    /// Sets the schema before the first batch, so that readers can see it.
    ///
    /// # Errors
    /// [`SchemaMismatch`](crate::Error::SchemaMismatch) once it is set to another one,
    /// [`UnsupportedType`](crate::Error::UnsupportedType), [`WouldNotFit`](crate::Error::WouldNotFit).
    pub fn set_schema(&self, schema: &SchemaRef) -> Result<()> {
        let exported = ExportedSchema::new(schema)?;
        // SAFETY: the handle is alive; the schema is complete, and the core only borrows it.
        check(unsafe { sys::qads_writer_set_schema(self.handle.as_ptr(), exported.as_ptr()) })?;
        self.known.remember(schema);
        Ok(())
    }

    /// Memory in the segment to build a batch in. Waits for room as a write does.
    ///
    /// # Errors
    /// [`Timeout`](crate::Error::Timeout), [`WouldNotFit`](crate::Error::WouldNotFit), [`NoSpace`](crate::Error::NoSpace),
    /// [`Closed`](crate::Error::Closed).
    pub fn allocate(&self, bytes: usize) -> Result<ArenaBuffer> {
        ArenaBuffer::allocate(&self.arena, bytes, self.timeout)
    }

    /// The same for so many values of one type, zeros at first.
    ///
    /// # Errors
    /// As [`allocate`](Self::allocate).
    pub fn allocate_values<T: ArrowNativeType>(&self, count: usize) -> Result<ArenaValues<T>> {
        ArenaValues::allocate(&self.arena, count, self.timeout)
    }

    /// The batch with its buffers copied into the segment: slices of it are then published without another copy, as often as wanted.
    ///
    /// # Errors
    /// As [`allocate`](Self::allocate).
    pub fn copy_to_arena(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        copy_batch(&self.arena, batch, self.timeout)
    }

    /// Waits until so many readers are attached.
    ///
    /// # Errors
    /// [`Timeout`](crate::Error::Timeout), which says how many are; [`Closed`](crate::Error::Closed).
    pub fn wait_readers(&self, readers: i32, timeout: impl Into<Timeout>) -> Result<()> {
        // SAFETY: the handle is alive.
        check(unsafe { sys::qads_writer_wait_readers(self.handle.as_ptr(), readers, timeout.into().millis()) })
    }

    /// Waits until every attached reader has read everything that was published; with no reader it returns at once.
    ///
    /// # Errors
    /// [`Timeout`](crate::Error::Timeout), which says who hasn't; [`Closed`](crate::Error::Closed).
    pub fn wait_drained(&self, timeout: impl Into<Timeout>) -> Result<()> {
        // SAFETY: the handle is alive.
        check(unsafe { sys::qads_writer_wait_drained(self.handle.as_ptr(), timeout.into().millis()) })
    }

    /// Marks the end of the stream: readers come to it after the last batch. Waits for nobody; twice is fine.
    ///
    /// # Errors
    /// [`Closed`](crate::Error::Closed).
    pub fn finish(&self) -> Result<()> {
        // SAFETY: the handle is alive.
        check(unsafe { sys::qads_writer_finish(self.handle.as_ptr()) })
    }

    /// Lets go of the segment, also while other threads are inside a call: they fail with [`Closed`](crate::Error::Closed) soon. What is in the
    /// segment stays readable. Twice is fine.
    ///
    /// # Errors
    /// [`Forked`](crate::Error::Forked).
    pub fn close(&self) -> Result<()> {
        self.handle.close()?;
        self.arena.close()
    }

    /// Something to close this writer with, wherever the writer itself may be.
    #[must_use]
    pub fn closer(&self) -> Closer {
        Closer::of_writer(self.handle.clone(), self.arena.clone())
    }

    /// The segment and what has passed through it. Doesn't block.
    ///
    /// # Errors
    /// [`Closed`](crate::Error::Closed).
    pub fn info(&self) -> Result<SegmentInfo> {
        segment_info(&self.arena)
    }

    /// The readers that are attached. Doesn't block.
    ///
    /// # Errors
    /// [`Closed`](crate::Error::Closed).
    pub fn readers(&self) -> Result<Vec<ReaderState>> {
        reader_states(&self.arena)
    }

    /// What the last successful write did with each column: what was copied, and why.
    ///
    /// # Errors
    /// [`Closed`](crate::Error::Closed).
    pub fn last_write(&self) -> Result<Vec<ColumnReport>> {
        last_write(&self.handle)
    }
}
