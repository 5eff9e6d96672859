"""python -m suites.benchmarks RESULTS.xml OUTPUT.txt: runs every benchmark once, a test case each.

A case fails by exit status only. What is measured is for people to read, in OUTPUT.txt: no test asserts a speed.
"""

from __future__ import annotations

import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

from suites.table import MINUTE, PYTHON, ROOT


def programs() -> dict[str, list[str]]:
    """All of native/bench, and the way of whole tables between processes beside its rivals; the longer run of that is
    for people to start.
    """
    native = {source.stem: [f"build/release/bin/{source.stem}"] for source in sorted(ROOT.glob("native/bench/*.cpp"))}
    return native | {"benchmark_all": [PYTHON, "tests/performance/benchmark_all.py", "--quick"]}


def main() -> int:
    results, output = Path(sys.argv[1]), Path(sys.argv[2])
    suite = ET.Element("testsuite", name="benchmarks")
    failed = False
    with output.open("w") as file:
        for name, command in programs().items():
            start = time.monotonic()
            done = subprocess.run(
                command,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=10 * MINUTE,
            )
            print(f"## {name}\n{done.stdout}", flush=True)
            file.write(f"## {name}\n{done.stdout}\n")
            case = ET.SubElement(suite, "testcase", name=name, time=f"{time.monotonic() - start:.3f}")
            if done.returncode != 0:
                failed = True
                ET.SubElement(case, "failure", message=f"exit status {done.returncode}")
    ET.ElementTree(suite).write(results)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
