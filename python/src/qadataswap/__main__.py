"""python -m qadataswap: the command `qads`, which shows and mends what is in the segment directory."""

from __future__ import annotations

import os
import sys

from qadataswap import _core


def main() -> int:
    """Runs it with this process's arguments; returns the exit status that `qads --help` explains."""
    return _core.run_command([b"qads", *map(os.fsencode, sys.argv[1:])])


if __name__ == "__main__":
    sys.exit(main())
