"""Writes a stream file into a segment, or reads one from it."""

from __future__ import annotations

import os
import sys

from .arguments import ReadArguments, UsageError, parse
from .outcome import DONE, LOST, USAGE, Outcome, Tally, report


def run(words: list[str]) -> Outcome:
    """Obeys one command line."""
    try:
        arguments = parse(words)
    except UsageError as error:
        return USAGE, f"usage: {error}"
    try:
        # Only now: a wrong command line is answered at once, and a missing module is an error like any other.
        from .read import read
        from .write import write

        tally = Tally()
        if isinstance(arguments, ReadArguments):
            lost = read(arguments, tally)
            if lost:
                return LOST, f"overrun: batches were dropped before this reader came to them, lost={lost}"
        else:
            write(arguments, tally)
            arguments.linger()
    except BaseException as error:
        return report(error)
    return DONE, tally.line()


def main() -> int:
    """What the process ends with."""
    if sys.argv[1:] == ["serve"]:
        for line in sys.stdin:
            print(*run(line.rstrip("\n").split("\t")), sep="\t", flush=True)
        return DONE
    code, line = run(sys.argv[1:])
    print(line, file=sys.stdout if code == DONE else sys.stderr)
    return code


code = main()
sys.stdout.flush()
sys.stderr.flush()
# Nothing is left to do, and taking the interpreter down costs as much as what was done.
os._exit(code)
