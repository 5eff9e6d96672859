//! The core's handles, owned: each is freed when its last owner lets go, so nobody can be inside a call then.

use std::ffi::CString;
use std::path::Path;
use std::ptr::{NonNull, null};

use qadataswap_sys as sys;

use crate::error::{Error, Result, check};

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident, $raw:ident, $close:ident, $free:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name(NonNull<sys::$raw>);

        // SAFETY: the header: all calls may come from any thread.
        unsafe impl Send for $name {}
        // SAFETY: the header: calls on one handle wait for one another, and close may come at any time.
        unsafe impl Sync for $name {}

        impl $name {
            /// Takes over what `make` hands out.
            pub(crate) fn create(make: impl FnOnce(*mut *mut sys::$raw) -> sys::qads_status) -> Result<Self> {
                let mut made = std::ptr::null_mut();
                check(make(&raw mut made))?;
                NonNull::new(made).map(Self).ok_or_else(|| Error::Internal("the core handed out no handle".to_owned()))
            }

            pub(crate) fn as_ptr(&self) -> *mut sys::$raw {
                self.0.as_ptr()
            }

            pub(crate) fn close(&self) -> Result<()> {
                // SAFETY: the handle lives until the last owner drops it.
                check(unsafe { sys::$close(self.as_ptr()) })
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                // SAFETY: this is the last owner.
                unsafe { sys::$free(self.as_ptr()) }
            }
        }
    };
}

handle! {
    /// An arena, created or attached to.
    ArenaHandle, qads_arena, qads_arena_close, qads_arena_free
}
handle! {
    /// The writer of an arena.
    WriterHandle, qads_writer, qads_writer_close, qads_writer_free
}
handle! {
    /// A reader.
    ReaderHandle, qads_reader, qads_reader_close, qads_reader_free
}

/// A text for the core. One with a zero byte in it is nothing that the core could refuse by itself.
pub(crate) fn c_text(what: &str, text: impl Into<Vec<u8>>) -> Result<CString> {
    CString::new(text).map_err(|error| {
        let position = error.nul_position();
        let bytes = error.into_vec();
        Error::Invalid(format!("{what} '{}' has a zero byte at {position}", bytes.escape_ascii()))
    })
}

/// A segment directory for the core; none is the default one.
pub(crate) struct Directory(Option<CString>);

impl Directory {
    pub(crate) fn new(path: Option<&Path>) -> Result<Self> {
        use std::os::unix::ffi::OsStrExt;
        path.map(|path| c_text("the directory", path.as_os_str().as_bytes())).transpose().map(Self)
    }

    pub(crate) fn as_ptr(&self) -> *const std::ffi::c_char {
        self.0.as_ref().map_or(null(), |text| text.as_ptr())
    }
}
