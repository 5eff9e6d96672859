//! The handles: known by their address only.

use std::marker::{PhantomData, PhantomPinned};

macro_rules! handle {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[repr(C)]
        #[derive(Debug)]
        pub struct $name {
            _private: [u8; 0],
            _marker: PhantomData<(*mut u8, PhantomPinned)>,
        }
    )*};
}

handle! {
    /// One segment, created or attached to.
    qads_arena;
    /// The writer of an arena.
    qads_writer;
    /// A reader of an arena.
    qads_reader;
    /// Memory in the data area that was given to a user.
    qads_allocation;
    /// A reader's hold on one batch.
    qads_lease;
}
