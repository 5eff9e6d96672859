//! Options of a writer and its segment.

use std::path::{Path, PathBuf};
use std::time::Duration;

use arrow_schema::SchemaRef;
use qadataswap_sys as sys;

use crate::directory::remove_from;
use crate::error::Result;
use crate::events::forward;
use crate::export::ExportedSchema;
use crate::handle::{ArenaHandle, Directory, WriterHandle, c_text};
use crate::options::{Lifetime, Overflow, Takeover, Wait};
use crate::timeout::Timeout;
use crate::writer::Writer;

/// Options of a [`Writer`] and its segment, from [`Writer::builder`]. What isn't said keeps its default. Numbers are signed, as in the C
/// interface, so that a wrong one is refused with its value.
#[derive(Debug, Clone)]
#[must_use = "nothing happens before create()"]
pub struct WriterBuilder {
    name: String,
    directory: Option<PathBuf>,
    capacity: Option<i64>,
    schema_capacity: Option<i64>,
    slots: Option<i32>,
    reader_capacity: Option<i32>,
    mode: Option<u32>,
    overflow: Overflow,
    lifetime: Lifetime,
    takeover: Takeover,
    wait: Wait,
    evict_after: Option<Duration>,
    flags: u32,
    schema: Option<SchemaRef>,
    timeout: Timeout,
}

impl WriterBuilder {
    pub(crate) fn new(name: String) -> Self {
        Self {
            name,
            directory: None,
            capacity: None,
            schema_capacity: None,
            slots: None,
            reader_capacity: None,
            mode: None,
            overflow: Overflow::default(),
            lifetime: Lifetime::default(),
            takeover: Takeover::default(),
            wait: Wait::default(),
            evict_after: None,
            flags: 0,
            schema: None,
            timeout: Timeout::DEFAULT,
        }
    }

    /// Where the segment's file lies; else where `QADS_DIR` says, else `/dev/shm`.
    pub fn directory(mut self, directory: impl AsRef<Path>) -> Self {
        self.directory = Some(directory.as_ref().to_owned());
        self
    }

    /// Bytes of the data area: 256 MiB unless said otherwise. Memory is taken only as it is used.
    pub fn capacity(mut self, bytes: i64) -> Self {
        self.capacity = Some(bytes);
        self
    }

    /// Bytes for the schema: 4 MiB unless said otherwise.
    pub fn schema_capacity(mut self, bytes: i64) -> Self {
        self.schema_capacity = Some(bytes);
        self
    }

    /// Batches that can be published and unread, or held, at once: from 1 to 65,535, and 256 unless said otherwise.
    pub fn slots(mut self, slots: i32) -> Self {
        self.slots = Some(slots);
        self
    }

    /// Readers that can be attached at once: from 1 to 64, and 64 unless said otherwise.
    pub fn reader_capacity(mut self, readers: i32) -> Self {
        self.reader_capacity = Some(readers);
        self
    }

    /// The file's mode: 0600 unless said otherwise; 0660 opens the segment to the file's group.
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }

    /// What happens when there is no room.
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// When the name goes away.
    pub fn lifetime(mut self, lifetime: Lifetime) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// What happens with the name of a writer that finished or died.
    pub fn takeover(mut self, takeover: Takeover) -> Self {
        self.takeover = takeover;
        self
    }

    /// How this writer waits.
    pub fn wait(mut self, wait: Wait) -> Self {
        self.wait = wait;
        self
    }

    /// A reader that keeps the writer waiting so long loses its place; never, unless said otherwise.
    pub fn evict_after(mut self, time: Duration) -> Self {
        self.evict_after = Some(time);
        self
    }

    /// Touches all of the data area now, instead of on first use.
    pub fn populate(mut self) -> Self {
        self.flags |= sys::QADS_ARENA_POPULATE;
        self
    }

    /// Asks the kernel for huge pages: a wish, granted where the system allows it.
    pub fn huge_pages(mut self) -> Self {
        self.flags |= sys::QADS_ARENA_HUGE_PAGES;
        self
    }

    /// The schema, for readers to see before the first batch comes; else the first batch brings it.
    pub fn schema(mut self, schema: SchemaRef) -> Self {
        self.schema = Some(schema);
        self
    }

    /// Bounds each wait for room, of writes and allocations: 30 seconds unless said otherwise.
    pub fn timeout(mut self, timeout: impl Into<Timeout>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// Creates the segment and its writer.
    ///
    /// # Errors
    /// [`Exists`](crate::Error::Exists): the name has a live writer, or taking it over is refused;
    /// [`Invalid`](crate::Error::Invalid): a name or a number that can't be; [`NoSpace`](crate::Error::NoSpace),
    /// [`Permission`](crate::Error::Permission), [`FileSystem`](crate::Error::FileSystem), [`System`](crate::Error::System).
    pub fn create(&self) -> Result<Writer> {
        let schema = self.schema.as_deref().map(ExportedSchema::new).transpose()?;
        let arena = self.create_arena()?;
        match self.create_writer(&arena, schema.as_ref()) {
            Ok(writer) => Ok(Writer::new(arena, writer, self.schema.as_ref(), self.timeout)),
            Err(error) => {
                drop(arena);
                // Nobody was to find it yet. Whether that works isn't what the caller must hear about.
                let _ = remove_from(&self.name, self.directory.as_deref(), false);
                Err(error)
            }
        }
    }

    fn create_arena(&self) -> Result<ArenaHandle> {
        let name = c_text("the segment name", self.name.as_str())?;
        let directory = Directory::new(self.directory.as_deref())?;
        // SAFETY: a plain struct, which the core fills in.
        let mut options = unsafe {
            let mut options: sys::qads_arena_options = std::mem::zeroed();
            sys::qads_arena_options_init(&raw mut options);
            options
        };
        options.flags = self.flags;
        options.directory = directory.as_ptr();
        options.capacity = self.capacity.unwrap_or(options.capacity);
        options.schema_capacity = self.schema_capacity.unwrap_or(options.schema_capacity);
        options.slots = self.slots.unwrap_or(options.slots);
        options.reader_capacity = self.reader_capacity.unwrap_or(options.reader_capacity);
        options.mode = self.mode.unwrap_or(options.mode);
        options.overflow = self.overflow.code();
        options.lifetime = self.lifetime.code();
        options.takeover = self.takeover.code();
        options.evict_after_ms = self.evict_after.map_or(0, |time| Timeout::from(time).millis());
        forward();
        // SAFETY: texts and options live until the call returns.
        ArenaHandle::create(|out| unsafe { sys::qads_create_arena(name.as_ptr(), &raw const options, out) })
    }

    fn create_writer(&self, arena: &ArenaHandle, schema: Option<&ExportedSchema>) -> Result<WriterHandle> {
        // SAFETY: a plain struct, which the core fills in.
        let mut options = unsafe {
            let mut options: sys::qads_writer_options = std::mem::zeroed();
            sys::qads_writer_options_init(&raw mut options);
            options
        };
        options.wait = self.wait.code();
        let schema = schema.map_or(std::ptr::null(), ExportedSchema::as_ptr);
        // SAFETY: the arena is alive; the schema is borrowed for the call.
        WriterHandle::create(|out| unsafe { sys::qads_create_writer(arena.as_ptr(), schema, &raw const options, out) })
    }
}
