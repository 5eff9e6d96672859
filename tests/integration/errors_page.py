"""docs/errors.md: the errors of the four languages side by side, as text. Every run of test_faults.py makes it anew as
build/report/faults.md and compares the two: where a message was changed on purpose, copy that file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.agents.harness import ROOT
from tests.integration.fault_table import NAME, NOT_PROVOKED, Fault
from tests.integration.kinds import Kind, kinds

PAGE = ROOT / "docs/errors.md"
REPORT = ROOT / "build/report/faults.md"
TITLES = {"cpp": "C++", "java": "Java", "python": "Python", "rust": "Rust"}

_NOT_SHOWN = "\n".join(f"- **{kinds()[name].words}**: {why}" for name, why in NOT_PROVOKED.items())

INTRODUCTION = f"""# Errors

Made by `tests/integration/test_faults.py` from what programs in the four languages really got; not edited by hand, and
every test run compares it with new results. Each program uses its language's public interface only. The segment is
`{NAME}`; paths and process numbers are examples.

A message without a language before it is the core's own, the same in all of them. C programs get the status and, from
`qads_last_error`, the message.

Kinds that are not shown here:

{_NOT_SHOWN}
"""


@dataclass(frozen=True)
class Shown:
    """How a fault showed in one language."""

    kind: str
    cls: str
    message: str


def without_chance(message: str, directory: str) -> str:
    """The message without what differs from run to run."""
    message = re.sub(r"process \d+", "process 4711", message.replace(directory, "/dev/shm"))
    return re.sub(r"has \d+ bytes free", "has 3108864 bytes free", message)  # kernels count differently


def _class(language: str, kind: Kind) -> str:
    prefix = {"cpp": "arrow::StatusCode::", "rust": "Error::"}.get(language, "")
    return f"`{prefix}{kind.classes[language]}`"


def section(fault: Fault, shown: dict[str, Shown]) -> str:
    """The part of the page about one fault."""
    kind = kinds()[fault.status]
    lines = [f"## {fault.title}", "", f"{fault.story} Status {kind.code}, **{kind.words}**.", ""]
    lines += [f"| {' | '.join(TITLES.values())} |", "|---" * len(TITLES) + "|"]
    lines += [f"| {' | '.join(_class(language, kind) for language in TITLES)} |", "", "```text"]
    core = {one.message: None for language, one in shown.items() if language not in fault.own_words}
    lines += [
        *core,
        *(f"{TITLES[language]}: {shown[language].message}" for language in TITLES if language in fault.own_words),
    ]
    return "\n".join([*lines, "```", ""])


def page_sections() -> list[str]:
    """The introduction, and then what the page says of each fault."""
    return re.split(r"\n(?=## )", PAGE.read_text(encoding="utf-8")) if PAGE.exists() else []


def write_report(sections: list[str]) -> None:
    """The same page from new results."""
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text("\n".join([INTRODUCTION, *sections]), encoding="utf-8")
