"""Writes a stream file into a segment, or reads one from it."""

from __future__ import annotations

import os
import sys

from .arguments import ReadArguments, UsageError, parse
from .outcome import DONE, LOST, USAGE, Tally, report


def main() -> int:
    """What the process ends with."""
    try:
        arguments = parse(sys.argv[1:])
    except UsageError as error:
        print(f"usage: {error}", file=sys.stderr)
        return USAGE
    try:
        # Only now: a wrong command line is answered at once, and a missing module is an error like any other.
        from .read import read
        from .write import write

        tally = Tally()
        if isinstance(arguments, ReadArguments):
            lost = read(arguments, tally)
            if lost:
                print(f"overrun: batches were dropped before this reader came to them, lost={lost}", file=sys.stderr)
                return LOST
        else:
            write(arguments, tally)
    except BaseException as error:
        return report(error)
    print(tally.line(), flush=True)
    if not isinstance(arguments, ReadArguments):
        arguments.linger()
    return DONE


code = main()
sys.stdout.flush()
sys.stderr.flush()
# Nothing is left to do, and taking the interpreter down costs as much as what was done.
os._exit(code)
