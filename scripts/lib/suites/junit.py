"""Reads JUnit XML as ctest, surefire and pytest write it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Counts:
    """How the tests of a suite ended; failures by name."""

    passed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def executed(self) -> int:
        return self.passed + len(self.failures)


def _name(case: ET.Element) -> str:
    """Class and name, once if they are the same (as in ctest's), without what GoogleTest says about the parameter."""
    parts = dict.fromkeys(part.split("  # GetParam")[0] for part in (case.get("classname"), case.get("name")) if part)
    return ".".join(parts)


def read(paths: list[Path]) -> Counts:
    """Adds up the test cases of all files. One that can't be parsed counts as a failure: its run was cut short."""
    counts = Counts()
    for path in paths:
        try:
            cases = list(ET.parse(path).iter("testcase"))
        except ET.ParseError as error:
            counts.failures.append(f"{path.name}: unreadable result file ({error})")
            continue
        for case in cases:
            outcomes = {child.tag for child in case}
            if outcomes & {"failure", "error"}:
                counts.failures.append(_name(case))
            elif "skipped" in outcomes:
                counts.skipped += 1
            else:
                counts.passed += 1
    return counts
