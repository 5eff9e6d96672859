"""python -m suites.cargo RESULTS.xml cargo test ...: runs it, and writes what it printed about its tests as JUnit XML.

Cargo's own machine-readable output isn't in its stable releases. What is read here is the text for people, which has
been the same for ten years: `Running PATH (PROGRAM)` or `Doc-tests CRATE`, then a line a test, then what failed tests
printed.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

PROGRAM = re.compile(r"^\s+Running (?:unittests )?(\S+) \((.*?)(?:-[0-9a-f]+)?\)$|^\s+Doc-tests (\S+)$")
TEST = re.compile(r"^test (.+?)(?: - should panic| - compile)? \.\.\. (ok|FAILED|ignored)(?:, (.*))?$")
SUMMARY = re.compile(r"^test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored")
OUTPUT = re.compile(r"^---- (.+) stdout ----$")


@dataclass
class Case:
    """One test."""

    program: str
    name: str
    outcome: str
    text: str = ""


@dataclass
class Run:
    """What a whole run of cargo printed."""

    cases: list[Case] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Why the cases may not be all."""


def understand(lines: Iterable[str]) -> Run:
    """Reads the output of `cargo test`."""
    run = Run()
    program, counted, failed = "cargo", 0, ""
    by_name: dict[str, Case] = {}
    for line in lines:
        if match := PROGRAM.match(line):
            path, binary, crate = match.groups()
            program = f"{crate} doc" if crate else f"{Path(binary).name}.{Path(path).stem}"
            counted, failed, by_name = 0, "", {}
        elif match := TEST.match(line):
            case = Case(program, match[1], match[2], match[3] or "")
            by_name[case.name] = case
            run.cases.append(case)
            counted += 1
        elif match := SUMMARY.match(line):
            if (promised := sum(int(number) for number in match.groups())) != counted:
                run.problems.append(f"{program}: {promised} tests, but {counted} lines about them")
            failed = ""
        elif match := OUTPUT.match(line):
            failed = match[1]
        elif failed in by_name:
            by_name[failed].text += f"{line}\n"
    return run


def junit(run: Run, status: int) -> ET.Element:
    """The same as JUnit XML."""
    suite = ET.Element("testsuite", name="cargo")
    for case in run.cases:
        element = ET.SubElement(suite, "testcase", classname=case.program, name=case.name)
        if case.outcome == "FAILED":
            # Control characters can't be in XML.
            text = re.sub(r"[^\t\n\x20-\ud7ff\ue000-\ufffd]", "?", case.text)
            ET.SubElement(element, "failure", message="failed").text = text
        elif case.outcome == "ignored":
            ET.SubElement(element, "skipped", message=case.text)
    problems = list(run.problems)
    if status != 0 and not problems and all(case.outcome != "FAILED" for case in run.cases):
        problems.append(f"no test failed, but cargo ended with status {status}")
    for problem in problems:
        ET.SubElement(ET.SubElement(suite, "testcase", classname="cargo", name=problem), "error", message=problem)
    return suite


def _echoed(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        print(line, end="", flush=True)
        yield line.rstrip("\n")


def main() -> int:
    results, command = Path(sys.argv[1]), sys.argv[2:]
    start = time.monotonic()
    # One pipe for both, so that the headings (standard error) stand before their tests (standard output).
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    )
    assert process.stdout is not None
    run = understand(_echoed(process.stdout))
    status = process.wait()
    suite = junit(run, status)
    suite.set("time", f"{time.monotonic() - start:.3f}")
    ET.ElementTree(suite).write(results)
    return status


if __name__ == "__main__":
    sys.exit(main())
