//! The choices that a writer's or a reader's builder offers.

use qadataswap_sys as sys;

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:ident,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            #[allow(dead_code, reason = "not all are read back")]
            pub(crate) fn from_code(code: i32) -> Self {
                match code {
                    $(sys::$code => Self::$variant,)*
                    _ => Self::default(),
                }
            }

            pub(crate) fn code(self) -> i32 {
                match self {
                    $(Self::$variant => sys::$code,)*
                }
            }
        }
    )*};
}

choices! {
    /// What a writer does when all slots, or all of the data area, hold batches that somebody hasn't read.
    Overflow {
        /// It waits for the slowest reader; with no reader yet it waits too, so nothing is lost.
        #[default]
        Block = QADS_OVERFLOW_BLOCK,
        /// It drops the oldest message; a reader that was overrun is told how many batches it lost.
        DropOldest = QADS_OVERFLOW_DROP_OLDEST,
    }

    /// When the name of a segment goes away. A live writer's name always stays.
    Lifetime {
        /// [`UntilDrained`](Self::UntilDrained) for [`Overflow::Block`], else [`UntilClosed`](Self::UntilClosed).
        #[default]
        Default = QADS_LIFETIME_DEFAULT,
        /// The last reader that has read to the end removes it.
        UntilDrained = QADS_LIFETIME_UNTIL_DRAINED,
        /// It goes when the writer is closed.
        UntilClosed = QADS_LIFETIME_UNTIL_CLOSED,
        /// It stays until it is removed, or until a new writer takes it over.
        Keep = QADS_LIFETIME_KEEP,
    }

    /// What a new writer does with the name of one that finished or died.
    Takeover {
        /// It takes the name over; what was unread there is counted.
        #[default]
        Replace = QADS_TAKEOVER_REPLACE,
        /// It fails with [`Error::Exists`](crate::Error::Exists).
        Refuse = QADS_TAKEOVER_REFUSE,
    }

    /// How to wait.
    Wait {
        /// Spin for a short while, then sleep.
        #[default]
        Adaptive = QADS_WAIT_ADAPTIVE,
        /// Spin all the time: lowest latency, a whole core.
        Busy = QADS_WAIT_BUSY,
        /// Sleep at once.
        Sleep = QADS_WAIT_SLEEP,
        /// Spin for a short while, then look again after naps of up to 1 ms: a writer never pays for waking such a reader.
        Poll = QADS_WAIT_POLL,
    }

    /// Where a reader begins.
    Start {
        /// At the oldest message that is retained.
        #[default]
        Earliest = QADS_START_EARLIEST,
        /// At the next message that is published.
        Latest = QADS_START_LATEST,
    }

    /// What a reader that was overrun gets ([`Overflow::DropOldest`]).
    Loss {
        /// [`Error::Overrun`](crate::Error::Overrun) once, which says how many batches; then the next batch.
        #[default]
        Error = QADS_LOSS_ERROR,
        /// The next batch at once; [`BatchInfo::lost_before`](crate::BatchInfo::lost_before) and the statistics count.
        Count = QADS_LOSS_COUNT,
    }
}
