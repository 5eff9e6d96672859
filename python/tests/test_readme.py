"""The programs of python/README.md are taken from the page and run: each writer, then its reader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers import run_python

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("writer", "reader", "printed"), [(0, 1, "100.25"), (2, 3, "30 rows"), (2, 4, "all read")])
def test_a_pair_of_programs_does_what_the_page_says(writer: int, reader: int, printed: str) -> None:
    for program, expected in ((PROGRAMS[writer], ""), (PROGRAMS[reader], printed)):
        done = run_python(program)
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout


def test_the_page_has_no_other_programs() -> None:
    assert len(PROGRAMS) == 5
