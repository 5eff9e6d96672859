"""QADataSwap beside its rivals: whole tables, latency, single parts, and the page that tells of them.

Run by build/venv/bin/python, from any folder, after scripts/build_all.sh and scripts/lib/build_rivals.sh. It measures
and checks that what arrives is what was sent; no speed makes it fail. Raw numbers go to build/report/benchmarks.
Without a step it does all of them. 1 GB needs 16 GB of memory, 6 of it in /dev/shm.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.performance import machine, measure, parts, report, small
from tests.performance.latency import run as latency
from tests.performance.paths import DOCS, RESULTS
from tests.performance.processes import SHARED_MEMORY, PeerError

_UNITS = {"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
_COPIES = 6
"""So many tables are in shared memory at once."""
_IN_ALL = 16
"""So many in all memory, where all ways have their own at one moment."""


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
    parser.add_argument(
        "steps", nargs="*", metavar="STEP", help=f"{', '.join(_STEPS)}; with --quick, parts only if named"
    )
    parser.add_argument("--quick", action="store_true", help="1 MB and 64 MB, few rounds: about a minute and a half")
    parser.add_argument("--size", type=_sizes, metavar="1MB,64MB,1GB", help="sizes of the table")
    parser.add_argument("--part", choices=[part.name for part in parts.TABLE], help="only this one of the parts")
    parser.add_argument("--page", type=Path, metavar="FOLDER", help="where the page goes: docs, of a quick run aside")
    arguments = parser.parse_args()
    if unknown := set(arguments.steps) - set(_STEPS):
        parser.error(f"no step {', '.join(sorted(unknown))}")
    arguments.size = arguments.size or _sizes("1MB,64MB" if arguments.quick else "1MB,64MB,1GB")
    arguments.page = arguments.page or (RESULTS / "page" if arguments.quick else DOCS)
    return arguments


def _memory() -> int:
    found = re.search(r"^MemAvailable:\s*(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return int(found[1]) << 10 if found else 0


def _require_room(sizes: list[tuple[str, int]]) -> None:
    largest = max(nbytes for _, nbytes in sizes)
    rooms = ((SHARED_MEMORY, shutil.disk_usage(SHARED_MEMORY).free, _COPIES), ("memory", _memory(), _IN_ALL))
    for what, free, copies in rooms:
        needed = copies * largest
        if free < needed:
            there = f"{what} has {free >> 20} MB free, {needed >> 20} MB are needed"
            raise PeerError(f"{there}; choose smaller sizes with --size")


def _save(name: str, quick: bool, **what: Any) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps({"unit": "ns", "quick": quick, **what}) + "\n")
    (RESULTS / "machine.json").write_text(json.dumps(machine.describe(), indent=1) + "\n")


def _tables(arguments: argparse.Namespace) -> int:
    _require_room(arguments.size)
    print(report.INTRODUCTION, flush=True)
    costs = small.read_costs(50 if arguments.quick else 200)
    print(report.read_costs(costs), flush=True)
    tables = measure.Tables()
    for result in measure.compare(tables, arguments.size, arguments.quick):
        print(report.comparison(result), flush=True)
    print(*(f"failed: {what}" for what in tables.failed), report.skipped(tables.skipped), sep="\n", flush=True)
    _save("tables", arguments.quick, **{**_plain(tables), "read costs": costs})
    return 1 if tables.failed else 0


def _latency(arguments: argparse.Namespace) -> int:
    measured = latency.measure(arguments.quick)
    print(report.latencies(measured), flush=True)
    _save("latency", arguments.quick, **_plain(measured))
    return 1 if measured.failed else 0


def _plain(results: Any) -> dict[str, Any]:
    return asdict(results)


def _parts(arguments: argparse.Namespace) -> int:
    wanted = [part for part in parts.TABLE if arguments.part in (None, part.name)]
    missing = [part.name for part in wanted if part.missing()]
    failed = [part.name for part in wanted if not part.missing() and parts.run(part) != 0]
    print(report.skipped(missing), flush=True)
    return 1 if failed else 0


def _page(arguments: argparse.Namespace) -> int:
    from tests.performance.page import write  # matplotlib takes its time

    if not (RESULTS / "machine.json").is_file():
        raise PeerError("nothing was measured yet")
    write.page(arguments.page)
    print(f"written: {arguments.page / 'benchmarks.md'}", flush=True)
    return 0


_STEPS: dict[str, Callable[[argparse.Namespace], int]] = {
    "tables": _tables,
    "latency": _latency,
    "parts": _parts,
    "page": _page,
}


def _leave(number: int, frame: FrameType | None) -> None:
    # As an exception, so that processes and files are seen to on the way out.
    raise SystemExit(128 + number)


def main() -> int:
    """Exit status 1: something didn't work, or a consumer got something else than the table."""
    arguments = _arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    steps = arguments.steps or [step for step in _STEPS if not (arguments.quick and step == "parts")]
    try:
        return max(_STEPS[step](arguments) for step in steps)
    except (PeerError, measure.WrongTableError) as error:
        print(f"benchmark_all.py: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
