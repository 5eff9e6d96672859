//! Raw declarations of `QADataSwap`'s C interface, `qadataswap.h`, and its core, built from source.
//!
//! Everything has the header's name; the header says what it does, who owns what, and from which thread it may be called. The
//! crate `qadataswap` is the safe way to use it.
#![deny(missing_docs)]
#![allow(non_camel_case_types, reason = "the header's names")]

mod arrow;
mod constants;
mod functions;
mod handles;
mod structs;

pub use arrow::{ArrowArray, ArrowArrayStream, ArrowSchema};
pub use constants::*;
pub use functions::*;
pub use handles::{qads_allocation, qads_arena, qads_lease, qads_reader, qads_writer};
pub use structs::*;

/// The result of every call that can fail: `QADS_OK` or one negative code.
pub type qads_status = i32;
