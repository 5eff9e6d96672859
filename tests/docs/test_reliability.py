"""Every claim of docs/reliability.md stands beside a test that exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/reliability.md"
CODE = re.compile(r"`([^`]+)`")
COLUMNS = 3


class Claim(NamedTuple):
    """One row of a table: what is claimed, and the tests that prove it, as FILE or FILE::NAME."""

    text: str
    tests: list[str]


def claims() -> Iterator[Claim]:
    """The rows of all tables whose first column is headed `claim`."""
    inside = False
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == "claim":
            inside = True
        elif inside and set(cells[0]) != {"-"}:
            assert len(cells) == COLUMNS, line
            yield Claim(cells[0], CODE.findall(cells[1]))


CLAIMS = list(claims())


def declaration(file: Path, name: str) -> str:
    """How a test of that name begins in a file of this language."""
    if file.suffix == ".py":
        return rf"^def {name}\("
    suite, test = name.split(".")
    return rf"^TEST(_F|_P)?\({suite}, {test}\)"


def test_there_are_claims() -> None:
    assert len(CLAIMS) > 30


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: re.sub(r"\W+", "-", claim.text)[:60])
def test_a_claim_has_a_test_that_exists(claim: Claim) -> None:
    assert claim.tests, "no test beside this claim"
    for test in claim.tests:
        path, _, name = test.partition("::")
        file = ROOT / path
        assert file.exists(), f"{path} doesn't exist"
        if name:
            source = file.read_text(encoding="utf-8")
            assert re.search(declaration(file, name), source, re.MULTILINE), f"{path} has no test {name}"
