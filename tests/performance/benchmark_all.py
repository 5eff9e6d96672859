"""How long a table takes from one process to another: QADataSwap beside shared_memory, Arrow IPC files and Flight.

Run by build/venv/bin/python, from any folder, after scripts/build_all.sh. It measures and checks that what arrives is
what was sent; no speed makes it fail. Every way gets the same table and the same definition of done: report.py says
which. 1 GB needs 8 GB of memory, most of it in /dev/shm.
"""

from __future__ import annotations

import argparse
import re
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.performance import measure, report, small
from tests.performance.processes import SHARED_MEMORY, PeerError

_UNITS = {"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
_COPIES = 6
"""So many tables are in shared memory at once."""


def _size(text: str) -> tuple[str, int]:
    match = re.fullmatch(r"(\d+)([KMG]B)", text.strip())
    if match is None or int(match[1]) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no size like 64MB")
    nbytes = int(match[1]) * _UNITS[match[2]]
    if nbytes > _UNITS["GB"]:
        raise argparse.ArgumentTypeError(f"'{text}' is too much: texts of one batch have 32-bit offsets; up to 1GB")
    return text.strip(), nbytes


def _sizes(text: str) -> list[tuple[str, int]]:
    return [_size(part) for part in text.split(",")]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="1 MB and 64 MB, few rounds: about a minute")
    parser.add_argument("--size", type=_sizes, metavar="1MB,64MB,1GB", help="sizes of the table")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every single number there")
    arguments = parser.parse_args()
    arguments.size = arguments.size or _sizes("1MB,64MB" if arguments.quick else "1MB,64MB,1GB")
    return arguments


def _require_room(sizes: list[tuple[str, int]]) -> None:
    needed = _COPIES * max(nbytes for _, nbytes in sizes)
    free = shutil.disk_usage(SHARED_MEMORY).free
    if free < needed:
        raise PeerError(
            f"{SHARED_MEMORY} has {free >> 20} MB free, {needed >> 20} MB are needed; choose smaller sizes with --size"
        )


def _leave(number: int, frame: FrameType | None) -> None:
    # As an exception, so that processes and files are seen to on the way out.
    raise SystemExit(128 + number)


def main() -> int:
    """Exit status 1: something didn't work, or a consumer got something else than the table."""
    arguments = _arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    try:
        _require_room(arguments.size)
        print(report.introduction(), flush=True)
        costs = small.read_costs(50 if arguments.quick else 200)
        print(report.read_costs(costs), flush=True)
        results = []
        for result in measure.compare(arguments.size, arguments.quick):
            results.append(result)
            print(report.comparison(result), flush=True)
    except (PeerError, measure.WrongTableError) as error:
        print(f"benchmark_all.py: {error}", file=sys.stderr)
        return 1
    print(report.behind(results), end="")
    if arguments.json is not None:
        report.save(arguments.json, results, costs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
