//! Options of a reader.

use std::path::{Path, PathBuf};

use qadataswap_sys as sys;

use crate::error::Result;
use crate::events::forward;
use crate::handle::{ArenaHandle, Directory, ReaderHandle, c_text};
use crate::options::{Loss, Start, Wait};
use crate::reader::Reader;
use crate::timeout::Timeout;

/// Options of a [`Reader`], from [`Reader::builder`]. What isn't said keeps its default.
#[derive(Debug, Clone)]
#[must_use = "nothing happens before open()"]
pub struct ReaderBuilder {
    name: String,
    directory: Option<PathBuf>,
    attach_timeout: Timeout,
    timeout: Timeout,
    start: Start,
    wait: Wait,
    loss: Loss,
    offline: bool,
    trust: bool,
}

impl ReaderBuilder {
    pub(crate) fn new(name: String) -> Self {
        Self {
            name,
            directory: None,
            attach_timeout: Timeout::POLL,
            timeout: Timeout::DEFAULT,
            start: Start::default(),
            wait: Wait::default(),
            loss: Loss::default(),
            offline: false,
            trust: false,
        }
    }

    /// Where the segment's file lies; else where `QADS_DIR` says, else `/dev/shm`.
    pub fn directory(mut self, directory: impl AsRef<Path>) -> Self {
        self.directory = Some(directory.as_ref().to_owned());
        self
    }

    /// How long to wait for the name to appear; not at all, unless said otherwise.
    pub fn attach_timeout(mut self, timeout: impl Into<Timeout>) -> Self {
        self.attach_timeout = timeout.into();
        self
    }

    /// Bounds each wait of the iterator: 30 seconds unless said otherwise.
    pub fn timeout(mut self, timeout: impl Into<Timeout>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// Where to begin.
    pub fn start(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    /// How to wait.
    pub fn wait(mut self, wait: Wait) -> Self {
        self.wait = wait;
        self
    }

    /// What an overrun does.
    pub fn loss(mut self, loss: Loss) -> Self {
        self.loss = loss;
        self
    }

    /// The segment is a copy of a file: its identity isn't checked, and reading changes nothing in it.
    pub fn offline(mut self) -> Self {
        self.offline = true;
        self
    }

    /// Takes the writer's word for what the buffers hold. Otherwise each batch is looked through once as it comes: texts must be UTF-8,
    /// offsets and dictionary keys must point into what they mean (numbers, times and decimals need no look). A writer of this project
    /// has checked offsets and keys itself, but Java, Python and C++ carry texts that aren't UTF-8, which Rust code may not meet.
    /// That buffers lie in the segment and are long enough is checked in any case.
    pub fn trust_writer(mut self) -> Self {
        self.trust = true;
        self
    }

    /// Attaches to the segment.
    ///
    /// # Errors
    /// [`NotFound`](crate::Error::NotFound), also after the attach timeout; [`Foreign`](crate::Error::Foreign),
    /// [`Version`](crate::Error::Version), [`Corrupt`](crate::Error::Corrupt), [`Permission`](crate::Error::Permission),
    /// [`TooManyReaders`](crate::Error::TooManyReaders), [`Invalid`](crate::Error::Invalid).
    pub fn open(&self) -> Result<Reader> {
        let arena = attach(&self.name, self.directory.as_deref(), self.attach_timeout, self.offline)?;
        // SAFETY: a plain struct, which the core fills in.
        let mut options = unsafe {
            let mut options: sys::qads_reader_options = std::mem::zeroed();
            sys::qads_reader_options_init(&raw mut options);
            options
        };
        options.start = self.start.code();
        options.wait = self.wait.code();
        options.loss = self.loss.code();
        // SAFETY: the arena is alive, and may go afterwards.
        let reader =
            ReaderHandle::create(|out| unsafe { sys::qads_attach_reader(arena.as_ptr(), &raw const options, out) })?;
        Ok(Reader::new(reader, self.name.clone(), self.timeout, !self.trust))
    }
}

pub(crate) fn attach(name: &str, directory: Option<&Path>, timeout: Timeout, offline: bool) -> Result<ArenaHandle> {
    let name = c_text("the segment name", name)?;
    let directory = Directory::new(directory)?;
    // SAFETY: a plain struct, which the core fills in.
    let mut options = unsafe {
        let mut options: sys::qads_attach_options = std::mem::zeroed();
        sys::qads_attach_options_init(&raw mut options);
        options
    };
    options.directory = directory.as_ptr();
    options.timeout_ms = timeout.millis();
    if offline {
        options.flags |= sys::QADS_ATTACH_OFFLINE;
    }
    forward();
    // SAFETY: texts and options live until the call returns.
    ArenaHandle::create(|out| unsafe { sys::qads_attach_arena(name.as_ptr(), &raw const options, out) })
}
