"""python -m suites.benchmarks RESULTS.xml OUTPUT.txt: runs every benchmark, a test case each, and writes the page.

A case fails by exit status only. What is measured is for people to read, in OUTPUT.txt and on the page: no test asserts
a speed.
"""

from __future__ import annotations

import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

from suites.table import MINUTE, PYTHON, ROOT
from tests.performance.parts import TABLE

_ALL = (PYTHON, "tests/performance/benchmark_all.py")


def programs() -> dict[str, tuple[str, ...]]:
    """The ways beside their rivals, the parts, and at last the page that tells of both."""
    parts = {part.name: (*_ALL, "parts", "--part", part.name) for part in TABLE if not part.missing()}
    return {"tables": (*_ALL, "tables"), "latency": (*_ALL, "latency"), **parts, "page": (*_ALL, "page")}


def _run(command: tuple[str, ...]) -> tuple[str, str | None]:
    """What it said, and why it failed, if it did."""
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=15 * MINUTE,
        )
    except subprocess.TimeoutExpired as error:
        return str(error), "took too long"
    return done.stdout, None if done.returncode == 0 else f"exit status {done.returncode}"


def main() -> int:
    results, output = Path(sys.argv[1]), Path(sys.argv[2])
    suite = ET.Element("testsuite", name="benchmarks")
    failed = False
    with output.open("w") as file:
        for name, command in programs().items():
            start = time.monotonic()
            said, failure = _run(command)
            print(f"## {name}\n{said}", flush=True)
            file.write(f"## {name}\n{said}\n")
            case = ET.SubElement(suite, "testcase", name=name, time=f"{time.monotonic() - start:.3f}")
            if failure is not None:
                failed = True
                ET.SubElement(case, "failure", message=failure)
        for part in (part for part in TABLE if part.missing()):
            ET.SubElement(ET.SubElement(suite, "testcase", name=part.name), "skipped", message="not built")
    ET.ElementTree(suite).write(results)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
