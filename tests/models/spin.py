"""Which sizes of the spin models are searched through to the end, and what each must fail at."""

from __future__ import annotations

from dataclasses import dataclass

ONE_SLOT = "NS=1 M=1"


@dataclass(frozen=True)
class Search:
    """A model with the sizes it is compiled with, as its own head explains them."""

    model: str
    sizes: str = ""
    megabytes: int = 1000


HOLD = [
    Search("core", f"{ONE_SLOT} NB=2 RC=1"),
    Search("core", f"{ONE_SLOT} NB=3 DROP RC=1"),
    Search("core", f"{ONE_SLOT} NB=2 NR=2"),
    Search("core", f"{ONE_SLOT} NB=4 ML=2"),
    Search("core", "NS=3 M=4 NB=4 ML=2 DROP"),
    Search("core", f"{ONE_SLOT} NB=2 FORK RC=1"),
    Search("core", f"{ONE_SLOT} NB=2 EVICT SPUR"),
    Search("core", "NB=3 HELD=2 HOLDS_ASLEEP"),
    Search("core", "NB=2 LATEST"),
    Search("core", "NB=1 WC=1 SPUR"),
    Search("core", "NB=0 SCHEMA WC=1 SPUR"),
    Search("name"),
    Search("last", "NR=3"),
]

HOLD_LONG = [
    Search("core", "NE=2 NR=2 NB=3", 8000),
    Search("core", f"{ONE_SLOT} NE=2 NR=2 NB=2 RC=1", 8000),
    Search("core", f"{ONE_SLOT} NR=2 NB=2 EVICT SPUR", 8000),
    Search("core", f"{ONE_SLOT} NE=2 NR=2 NB=2 EVICT", 8000),
    Search("core", "NE=2 NR=2 NB=3 DROP", 8000),
    Search("core", "NR=2 NB=3 RC=1 SPUR", 8000),
    Search("core", "NR=2 NB=3 DROP RC=1", 8000),
    Search("core", "NB=4 WC=1 RC=1 SPUR", 8000),
    Search("core", "NS=3 M=4 NB=6 ML=2 NR=2 DROP", 8000),
    Search("core", "NB=4 ML=2 NR=2", 8000),
    Search("core", "NR=2 NB=3 FORK RC=1", 8000),
    Search("name", "NC=3 DEATHS=2", 8000),
]

FAILS = [
    ("core", "BOOLEAN_WORD", "NE=2 NR=2 NB=2"),
    ("core", "NO_ANNOUNCE", f"{ONE_SLOT} NR=2 NB=2"),
    ("core", "NO_SECOND_LOOK", f"{ONE_SLOT} NR=2 NB=2"),
    ("core", "NO_INVALIDATION", f"{ONE_SLOT} NB=2 DROP"),
    ("core", "HALF_MESSAGES", "NB=4 ML=2 DROP"),
    ("core", "TAIL_LAST", "NB=3 DROP"),
    ("core", "NO_WAKE", f"{ONE_SLOT} NB=2"),
    ("core", "ASK_ONLY", f"{ONE_SLOT} NR=2 NB=2 RC=1 SPUR"),
    ("core", "KEEP_BITS", "NR=2 NB=2 RC=1"),
    ("core", "TAIL_FIRST", f"{ONE_SLOT} NR=2 NB=2"),
    ("core", "NO_ZERO", "NR=2 NB=3"),
    ("core", "CURSOR_FIRST", "NB=3"),
    ("core", "NO_SKIP", f"{ONE_SLOT} NR=2 NB=4 ML=2"),
    ("core", "NO_LOOK_AT_END", "NB=0 SCHEMA"),
    ("core", "NO_LOOK_AT_DEATH", "NB=1 WC=1 SPUR"),
    ("core", "LOOK_THEN_ARM", "NB=2"),
    ("core", "NO_RELEASE_WAKE", f"{ONE_SLOT} NB=2"),
    ("core", "UNLOCK_AT_CLOSE", f"{ONE_SLOT} NR=2 NB=2"),
    ("core", "NO_WAKE_AFTER_UNDO", f"{ONE_SLOT} NB=3 DROP"),
    ("core", "CHILD_KEEPS_LOCK", f"{ONE_SLOT} NB=2 FORK RC=1"),
    ("core", "CHILD_RELEASES", f"{ONE_SLOT} NB=2 FORK"),
    ("name", "NO_OLD_LOCK", ""),
    ("name", "NO_INODE_CHECK", "NC=3"),
    ("name", "KEEPS_OLD_LOCK", ""),
    ("name", "LOCK_LET_GO_EARLY", ""),
    ("name", "REMOVE_WITHOUT_CHECK", ""),
    ("last", "END_STORED_LATE", ""),
]
"""Model, what is broken, and the sizes at which that shows."""
