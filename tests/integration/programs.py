"""Where the programs of each language are, and how a user starts them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.agents.harness import PROGRAMS, ROOT

CARGO = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "build/cargo")) / "release"
"""Where scripts/build_all.sh puts the Rust programs."""


def java(main_class: str, *words: str) -> list[str]:
    """`java -cp`, without any flag, of a class in java/src/test/java."""
    target = ROOT / "target"
    libraries = (target / "test-classpath.txt").read_text(encoding="utf-8").strip()
    return ["java", "-cp", f"{target}/classes:{target}/test-classes:{libraries}", main_class, *words]


def python(script: str, *words: str) -> list[str]:
    """A script of this repository, run by the Python that runs the tests."""
    return [sys.executable, str(ROOT / script), *words]


def cpp(program: str, *words: str) -> list[str]:
    """A program of build/release/bin."""
    return [str(PROGRAMS / program), *words]


def rust(program: str, *words: str) -> list[str]:
    """A program of build/cargo/release."""
    return [str(CARGO / program), *words]
