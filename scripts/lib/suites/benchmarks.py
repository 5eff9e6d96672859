"""python -m suites.benchmarks RESULTS.xml OUTPUT.txt: runs every program of native/bench once, a test case each.

A case fails by exit status only. What is measured is for people to read, in OUTPUT.txt: no test asserts a speed.
"""

from __future__ import annotations

import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

from suites.table import MINUTE, ROOT


def main() -> int:
    results, output = Path(sys.argv[1]), Path(sys.argv[2])
    suite = ET.Element("testsuite", name="benchmarks")
    failed = False
    with output.open("w") as file:
        for source in sorted((ROOT / "native/bench").glob("*.cpp")):
            program = ROOT / "build/release/bin" / source.stem
            start = time.monotonic()
            done = subprocess.run(
                [str(program)],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=10 * MINUTE,
            )
            print(f"## {source.stem}\n{done.stdout}", flush=True)
            file.write(f"## {source.stem}\n{done.stdout}\n")
            case = ET.SubElement(suite, "testcase", name=source.stem, time=f"{time.monotonic() - start:.3f}")
            if done.returncode != 0:
                failed = True
                ET.SubElement(case, "failure", message=f"exit status {done.returncode}")
    ET.ElementTree(suite).write(results)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
