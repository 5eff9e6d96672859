//! Closing from elsewhere.

use std::sync::Arc;

use crate::error::Result;
use crate::handle::{ArenaHandle, ReaderHandle, WriterHandle};

/// Closes a [`Writer`](crate::Writer) or [`Reader`](crate::Reader) that is somewhere else, such as inside a query engine, or waiting in
/// another thread. It may outlive what it closes.
#[derive(Debug, Clone)]
pub struct Closer(Target);

#[derive(Debug, Clone)]
enum Target {
    Writer(Arc<WriterHandle>, Arc<ArenaHandle>),
    Reader(Arc<ReaderHandle>),
}

impl Closer {
    pub(crate) fn of_writer(writer: Arc<WriterHandle>, arena: Arc<ArenaHandle>) -> Self {
        Self(Target::Writer(writer, arena))
    }

    pub(crate) fn of_reader(reader: Arc<ReaderHandle>) -> Self {
        Self(Target::Reader(reader))
    }

    /// Closes it; whoever waits in it gets [`Error::Closed`](crate::Error::Closed). Twice is fine.
    ///
    /// # Errors
    /// [`Forked`](crate::Error::Forked).
    pub fn close(&self) -> Result<()> {
        match &self.0 {
            Target::Writer(writer, arena) => {
                writer.close()?;
                arena.close()
            }
            Target::Reader(reader) => reader.close(),
        }
    }
}
