//! The segment directory: what is there, and removing it.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::Path;

use qadataswap_sys as sys;

use crate::error::{Result, check};
use crate::events::forward;
use crate::handle::{Directory, c_text};

/// The names of all segments, alive or not, in the default directory, in order.
///
/// # Errors
/// [`System`](crate::Error::System) if the directory can't be read.
pub fn list() -> Result<Vec<String>> {
    list_directory(None)
}

/// The names of all segments in a directory.
///
/// # Errors
/// As [`list`].
pub fn list_in(directory: impl AsRef<Path>) -> Result<Vec<String>> {
    list_directory(Some(directory.as_ref()))
}

fn list_directory(directory: Option<&Path>) -> Result<Vec<String>> {
    unsafe extern "C" fn visit(context: *mut c_void, name: *const c_char) -> c_int {
        // SAFETY: the context is the list below, which nobody else uses during the call; the name is a text.
        let (names, name) = unsafe { (&mut *context.cast::<Vec<String>>(), CStr::from_ptr(name)) };
        names.push(name.to_string_lossy().into_owned());
        0
    }
    let directory = Directory::new(directory)?;
    let mut names: Vec<String> = Vec::new();
    // SAFETY: the list outlives the call, and `visit` is only called during it.
    check(unsafe { sys::qads_list(directory.as_ptr(), Some(visit), (&raw mut names).cast()) })?;
    names.sort();
    Ok(names)
}

/// Removes the name of a segment that has no live writer, from the default directory. Attached readers keep what they have.
///
/// # Errors
/// [`NotFound`](crate::Error::NotFound); [`Exists`](crate::Error::Exists): a live writer, or batches that nobody has read or readers that are
/// attached, see [`remove_unread`]; [`Corrupt`](crate::Error::Corrupt) and [`Version`](crate::Error::Version): nobody can tell what is
/// unread there; [`Permission`](crate::Error::Permission).
pub fn remove(name: &str) -> Result<()> {
    remove_from(name, None, false)
}

/// The same, also if batches are unread or readers are attached, or the segment is damaged.
///
/// # Errors
/// As [`remove`].
pub fn remove_unread(name: &str) -> Result<()> {
    remove_from(name, None, true)
}

/// The same from any directory; `unread`: also if batches are unread or readers are attached.
///
/// # Errors
/// As [`remove`].
pub fn remove_in(directory: impl AsRef<Path>, name: &str, unread: bool) -> Result<()> {
    remove_from(name, Some(directory.as_ref()), unread)
}

pub(crate) fn remove_from(name: &str, directory: Option<&Path>, unread: bool) -> Result<()> {
    let name = c_text("the segment name", name)?;
    let directory = Directory::new(directory)?;
    forward();
    let flags = if unread { sys::QADS_REMOVE_UNREAD } else { 0 };
    // SAFETY: texts that live until the call returns.
    check(unsafe { sys::qads_remove(name.as_ptr(), directory.as_ptr(), flags) })
}
