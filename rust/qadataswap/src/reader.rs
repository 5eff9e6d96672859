//! A reader of a segment.

use std::os::fd::BorrowedFd;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, Schema, SchemaRef};
use qadataswap_sys as sys;

use crate::closer::Closer;
use crate::error::{Error, Result, check};
use crate::handle::ReaderHandle;
use crate::import::Importer;
use crate::info::{ReaderStatistics, reader_statistics};
use crate::lease::FlatBatch;
use crate::message::{BatchInfo, Message, batches_of};
use crate::reader_builder::ReaderBuilder;
use crate::timeout::Timeout;

/// One reader of a segment. Batches lie in the segment, read-only and without a copy; each keeps its slot until its last buffer is let go, from
/// any thread, also when the reader is gone. A slot that is held isn't free for the writer.
///
/// Every method may be called from any thread; calls that read wait for one another, and [`close`](Self::close) may come in between. As an
/// [`Iterator`] and [`RecordBatchReader`] it yields the batches one by one, waiting up to the reader's timeout for each.
#[derive(Debug)]
pub struct Reader {
    handle: Arc<ReaderHandle>,
    name: String,
    importer: OnceLock<Importer>,
    timeout: Timeout,
    validate: bool,
    refused: Mutex<Option<Error>>,
    ended: bool,
}

impl Reader {
    /// Options, and then [`open`](ReaderBuilder::open).
    pub fn builder(name: impl Into<String>) -> ReaderBuilder {
        ReaderBuilder::new(name.into())
    }

    pub(crate) fn new(reader: ReaderHandle, name: String, timeout: Timeout, validate: bool) -> Self {
        Self {
            handle: Arc::new(reader),
            name,
            importer: OnceLock::new(),
            timeout,
            validate,
            refused: Mutex::new(None),
            ended: false,
        }
    }

    /// The schema, waiting until the writer has set it.
    ///
    /// # Errors
    /// [`Timeout`](Error::Timeout); [`EndOfStream`](Error::EndOfStream) or [`WriterDied`](Error::WriterDied) if it ended without one;
    /// [`UnsupportedType`](Error::UnsupportedType) for a column that arrow-rs can't carry; [`Corrupt`](Error::Corrupt),
    /// [`Closed`](Error::Closed).
    pub fn wait_schema(&self, timeout: impl Into<Timeout>) -> Result<SchemaRef> {
        Ok(self.importer(timeout.into())?.schema().clone())
    }

    fn importer(&self, timeout: Timeout) -> Result<&Importer> {
        if let Some(importer) = self.importer.get() {
            return Ok(importer);
        }
        let mut schema = FFI_ArrowSchema::empty();
        self.export_schema((&raw mut schema).cast(), timeout)?;
        let importer = Importer::new(&schema, self.validate).map_err(|error| error.in_segment(&self.name))?;
        Ok(self.importer.get_or_init(|| importer))
    }

    /// Fills in a schema that the caller owns.
    pub(crate) fn export_schema(&self, out: *mut sys::ArrowSchema, timeout: Timeout) -> Result<()> {
        // SAFETY: the handle is alive; the struct is filled in only if that works.
        check(unsafe { sys::qads_reader_get_schema(self.handle.as_ptr(), timeout.millis(), out) })
    }

    /// The next batch, without a copy.
    ///
    /// # Errors
    /// [`Timeout`](Error::Timeout); [`EndOfStream`](Error::EndOfStream) after the last batch; [`WriterDied`](Error::WriterDied) after the last
    /// one that a writer published that then died; [`Overrun`](Error::Overrun), after which the next call goes on;
    /// [`Evicted`](Error::Evicted), [`Corrupt`](Error::Corrupt), [`UnsupportedType`](Error::UnsupportedType), [`Closed`](Error::Closed), and
    /// [`Arrow`](Error::Arrow) for a batch that doesn't hold what its schema says.
    pub fn next_batch(&self, timeout: impl Into<Timeout>) -> Result<RecordBatch> {
        Ok(self.next_with_info(timeout)?.0)
    }

    /// The same, and where the batch stands in the stream.
    ///
    /// # Errors
    /// As [`next_batch`](Self::next_batch).
    pub fn next_with_info(&self, timeout: impl Into<Timeout>) -> Result<(RecordBatch, BatchInfo)> {
        let (reader, millis) = (self.handle.as_ptr(), timeout.into().millis());
        let mut info = BatchInfo::empty();
        // SAFETY: the handle is alive; the outputs are ours, and filled in only if that works.
        let batch = unsafe {
            FlatBatch::taken(|tables| check(sys::qads_reader_next_flat(reader, millis, tables, &raw mut info)))
        }?;
        // Where there is a batch there is a schema.
        let batch = self.importer(Timeout::POLL)?.import_flat(&batch)?;
        Ok((batch, BatchInfo::new(&info)))
    }

    /// The next whole message: everything that one write published. `None` when the time is over; the next call goes on. Never a part of
    /// a message. One that takes half of the segment's slots or of its capacity is copied out, so that the writer has room for the next one
    /// while this one is held; smaller ones lie in the segment.
    ///
    /// ```
    /// # let folder = tempfile::tempdir_in("/dev/shm")?;
    /// # use qadataswap::{Error, Reader, Writer};
    /// # let writer = Writer::builder("doc").directory(folder.path()).create()?;
    /// # let reader = Reader::builder("doc").directory(folder.path()).open()?;
    /// # writer.write_arrow(&arrow_array::record_batch!(("number", Int32, [1, 2, 3]))?)?;
    /// # writer.finish()?;
    /// loop {
    ///     match reader.read_arrow(1000) {
    ///         Ok(Some(message)) => println!("{} rows", message.num_rows()),
    ///         Ok(None) => println!("nothing for a second"),
    ///         Err(Error::EndOfStream(_)) => break,
    ///         Err(error) => return Err(error.into()),
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`next_batch`](Self::next_batch), but for the timeout.
    pub fn read_arrow(&self, timeout: impl Into<Timeout>) -> Result<Option<Message>> {
        let Some((mut stream, info)) = self.next_message(timeout.into())? else { return Ok(None) };
        let importer = self.importer(Timeout::POLL)?;
        let batches = batches_of(&mut stream).map(|array| importer.import(array?)).collect::<Result<Vec<_>>>()?;
        Ok(Some(Message::new(importer.schema().clone(), batches, &info)))
    }

    pub(crate) fn next_message(
        &self,
        timeout: Timeout,
    ) -> Result<Option<(FFI_ArrowArrayStream, sys::qads_batch_info)>> {
        let mut stream = FFI_ArrowArrayStream::empty();
        let mut info = BatchInfo::empty();
        // SAFETY: the handle is alive; the outputs are ours, and filled in only if that works.
        let status = unsafe {
            sys::qads_reader_next_message(
                self.handle.as_ptr(),
                timeout.millis(),
                (&raw mut stream).cast(),
                &raw mut info,
            )
        };
        match check(status) {
            Ok(()) => Ok(Some((stream, info))),
            Err(Error::Timeout(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Waits until [`next_batch`](Self::next_batch) would not wait. Takes nothing.
    ///
    /// # Errors
    /// What `next_batch` would fail with.
    pub fn wait(&self, timeout: impl Into<Timeout>) -> Result<()> {
        // SAFETY: the handle is alive.
        check(unsafe { sys::qads_reader_wait(self.handle.as_ptr(), timeout.into().millis()) })
    }

    /// A descriptor for event loops (epoll, tokio's `AsyncFd`), readable while there is something to read: then call
    /// [`next_batch`](Self::next_batch) with a timeout of 0, up to the [`Timeout`](Error::Timeout) that makes it unreadable until there is
    /// more. Only to be waited on, never read or written. The first call starts a thread, which sleeps (with [`Wait::Poll`](crate::Wait::Poll):
    /// polls).
    ///
    /// # Errors
    /// [`Closed`](Error::Closed), [`Forked`](Error::Forked), [`System`](Error::System).
    pub fn descriptor(&self) -> Result<BorrowedFd<'_>> {
        let mut fd = -1;
        // SAFETY: the handle is alive, and writes one number.
        check(unsafe { sys::qads_reader_get_fd(self.handle.as_ptr(), &raw mut fd) })?;
        // SAFETY: the core keeps it open until the handle is freed, which this reader keeps alive.
        Ok(unsafe { BorrowedFd::borrow_raw(fd) })
    }

    /// What was read so far. Doesn't block, also while another thread waits in this reader.
    ///
    /// # Errors
    /// [`Closed`](Error::Closed).
    pub fn statistics(&self) -> Result<ReaderStatistics> {
        reader_statistics(&self.handle)
    }

    /// Gives up the reader's place, also while other threads are inside a call: they fail with [`Closed`](Error::Closed) soon. Batches stay
    /// valid. Twice is fine.
    ///
    /// # Errors
    /// [`Forked`](Error::Forked).
    pub fn close(&self) -> Result<()> {
        self.handle.close()
    }

    /// Something to close this reader with, wherever the reader itself may be.
    #[must_use]
    pub fn closer(&self) -> Closer {
        Closer::of_reader(self.handle.clone())
    }
}

impl Iterator for Reader {
    type Item = std::result::Result<RecordBatch, ArrowError>;

    /// The next batch; `None` at the end of the stream. After a timeout or an overrun it goes on, any other error is the last item.
    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let refused = self.refused.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let error = match refused.map_or_else(|| self.next_batch(self.timeout), Err) {
            Ok(batch) => return Some(Ok(batch)),
            Err(error @ (Error::Timeout(_) | Error::Overrun(_))) if self.importer.get().is_some() => error,
            Err(error) => {
                self.ended = true;
                error
            }
        };
        match error {
            Error::EndOfStream(_) => None,
            error => Some(Err(error.into())),
        }
    }
}

impl RecordBatchReader for Reader {
    /// The schema, waiting for it up to the reader's timeout. This interface has no way to fail: where there is no schema, an empty one is
    /// returned, and the next item is the error and the last. [`wait_schema`](Self::wait_schema) tells at once.
    fn schema(&self) -> SchemaRef {
        self.wait_schema(self.timeout).unwrap_or_else(|error| {
            self.refused.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            Arc::new(Schema::empty())
        })
    }
}
