"""`python -m qadataswap` is the same program as `qads`."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from tests.cli.command import PYTHON, Qads

INSTALLED = (str(Path(sysconfig.get_path("scripts")) / "qads"),)


@pytest.mark.parametrize("program", [PYTHON, INSTALLED], ids=["module", "script"])
@pytest.mark.parametrize(
    "words",
    [
        ("ls", "--json"),
        ("tail", "left"),
        ("stat", "left", "--interval", 0, "--json"),
        ("tail", "left", "--json"),
        ("gc", "--dry-run", "--json"),
        ("--help",),
        ("--version",),
        ("completion", "bash"),
        ("stat", "nowhere"),
        ("nonsense",),
    ],
    ids=lambda words: "-".join(map(str, words)),
)
def test_it_says_and_does_the_same(qads: Qads, program: tuple[str, ...], words: tuple[object, ...]) -> None:
    qads.leave("left", 2)
    assert Qads(qads.directory, program)(*words) == qads(*words)
    qads("rm", "left", "--unread")
