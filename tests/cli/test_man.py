"""The man page has the options that --help tells, with the same letters and arguments, and no others."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.agents.harness import ROOT
from tests.cli.command import Qads

PAGE = ROOT / "docs/man/qads.1"
COMMON = {("d", "directory", "DIR"), (None, "json", None), ("h", "help", None)}

Option = tuple[str | None, str, str | None]


def _commands(qads: Qads) -> list[str]:
    return re.findall(r"^  (\w+) ", qads("--help").out, re.MULTILINE)


def _told(qads: Qads, command: str) -> set[Option]:
    found = re.findall(r"^  (?:-(\w), |    )--([\w-]+)(?: ([A-Z]+))? ", qads(command, "--help").out, re.MULTILINE)
    return {(letter or None, name, argument or None) for letter, name, argument in found}


def _written(text: str) -> set[Option]:
    found = re.findall(r"^\.It (?:Fl (\w) , )?Fl -([\w-]+)(?: Ar (\w+))?$", text, re.MULTILINE)
    return {(letter or None, name, argument or None) for letter, name, argument in found}


def test_the_man_page_has_every_command_and_every_option(qads: Qads) -> None:
    page = PAGE.read_text(encoding="utf-8")
    common, *sections = re.split(r"^\.Ss ", page.partition(".Sh ENVIRONMENT")[0], flags=re.MULTILINE)
    written = {section.split()[0]: _written(section) for section in sections}
    assert _written(common) == COMMON
    assert list(written) == _commands(qads)
    for command, options in written.items():
        assert options | COMMON == _told(qads, command), command


@pytest.mark.skipif(shutil.which("groff") is None, reason="no groff")
def test_the_man_page_is_well_formed() -> None:
    command = ["groff", "-mdoc", "-Tutf8", "-ww", "-z", str(PAGE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
