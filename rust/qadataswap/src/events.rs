//! What the core tells of segments, handed on to the `log` crate.

use std::ffi::{CStr, c_void};
use std::panic::catch_unwind;
use std::ptr::null_mut;
use std::sync::Once;

use log::Level;
use qadataswap_sys as sys;

const TARGET: &str = "qadataswap";

/// Called before anything that the core could tell of.
pub(crate) fn forward() {
    static ONCE: Once = Once::new();
    // SAFETY: the function needs no context and lives as long as the process. The core refuses only for want of memory.
    ONCE.call_once(|| _ = unsafe { sys::qads_set_observer(Some(observe), null_mut()) });
}

unsafe extern "C" fn observe(_context: *mut c_void, event: *const sys::qads_event) {
    // A logger is the program's own code, and may panic; the core must not be unwound.
    _ = catch_unwind(|| {
        // SAFETY: the core hands out an event that lives during the call.
        let event = unsafe { &*event };
        let level = if event.level == sys::QADS_LEVEL_INFO { Level::Info } else { Level::Warn };
        if log::log_enabled!(target: TARGET, level) {
            // SAFETY: a text that lives as long as the event.
            let message = unsafe { CStr::from_ptr(event.message) }.to_string_lossy();
            log::log!(target: TARGET, level, "{message}");
        }
    });
}
