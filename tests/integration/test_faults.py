"""Each fault is the same error in all four languages. build/report/faults.md has them side by side, and so has
docs/errors.md, which must be the same.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.agents.harness import Limit, Segments
from tests.agents.sources import Sources
from tests.integration.errors_page import (
    INTRODUCTION,
    PAGE,
    REPORT,
    Shown,
    page_sections,
    section,
    without_chance,
    write_report,
)
from tests.integration.fault_table import FAULTS, NAME, NOT_PROVOKED, Fault, with_header
from tests.integration.kinds import kinds
from tests.integration.programs import cpp, java, python, rust

SHOWN, NO_FAULT = 0, 4

COMMANDS = {
    "cpp": cpp("faults"),
    "java": java("io.qadataswap.faults.Faults"),
    "python": python("tests/integration/faults/faults.py"),
    "rust": rust("faults"),
}

EACH = pytest.mark.parametrize("fault", FAULTS, ids=[fault.title for fault in FAULTS])


@pytest.fixture(scope="session")
def sections() -> Iterator[dict[str, str]]:
    """What the faults of this run look like, by title; the report is written from it at the end."""
    found: dict[str, str] = {}
    yield found
    write_report([found[fault.title] for fault in FAULTS if fault.title in found])


def _run(segments: Segments, language: str, step: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMANDS[language], step, NAME],
        env={**os.environ, "QADS_DIR": str(segments.directory)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def _clear(segments: Segments) -> None:
    """Whoever failed may have left what nobody reads."""
    for name in segments.left():
        (segments.directory / name).unlink()


def _provoke(segments: Segments, sources: Sources, language: str, fault: Fault) -> Shown:
    if fault.prepare:
        fault.prepare(segments, sources, language)
    ended = _run(segments, language, fault.step)
    assert ended.returncode == SHOWN, f"{language}: {ended}"
    kind, cls, message = ended.stdout.removesuffix("\n").split("|", 2)
    return Shown(kind, cls, without_chance(message, str(segments.directory)))


@EACH
def test_a_fault_is_the_same_error_in_all_languages(
    segments: Segments, sources: Sources, limit: Limit, sections: dict[str, str], fault: Fault
) -> None:
    if fault.space:
        limit(fault.space)
    shown = {}
    for language in COMMANDS:
        shown[language] = _provoke(segments, sources, language, fault)
        _clear(segments)
    kind = kinds()[fault.status]
    assert {language: one.kind for language, one in shown.items()} == dict.fromkeys(COMMANDS, kind.words)
    # arrow::Status writes the names of its codes with blanks in them.
    classes = {language: one.cls.casefold().replace(" ", "") for language, one in shown.items()}
    assert classes == {language: cls.casefold() for language, cls in kind.classes.items()}
    for language, one in shown.items():
        assert "\n" not in one.message, f"{language}: one line"
        for part in (NAME, *fault.says):
            assert part in one.message, f"{language}: {one.message}"
    core = {one.message for language, one in shown.items() if language not in fault.own_words}
    assert len(core) <= 1, "the core's message, unchanged"
    assert not core & {shown[language].message for language in fault.own_words}, "in its own words"
    sections[fault.title] = section(fault, shown)
    assert sections[fault.title] in page_sections(), f"{PAGE} is out of date: copy {REPORT} there"


def test_every_kind_of_error_is_provoked_or_is_said_not_to_be() -> None:
    provoked = {fault.status for fault in FAULTS}
    assert provoked | set(NOT_PROVOKED) == set(kinds())
    assert not provoked & set(NOT_PROVOKED)


# arrow::Status has fewer codes; the detail that it carries says which kind it is.
@pytest.mark.parametrize("language", ["java", "python", "rust"])
def test_every_kind_of_error_has_a_class_of_its_own(language: str) -> None:
    assert len({kind.classes[language] for kind in kinds().values()}) == len(kinds())


def test_the_page_shows_every_fault_once_in_this_order() -> None:
    introduction, *faults = page_sections()
    assert introduction == INTRODUCTION
    assert [text.partition("\n")[0] for text in faults] == [f"## {fault.title}" for fault in FAULTS]


@pytest.mark.parametrize("language", COMMANDS)
def test_a_later_minor_version_of_the_layout_is_no_fault(segments: Segments, sources: Sources, language: str) -> None:
    with_header("minor", 7)(segments, sources, language)
    ended = _run(segments, language, "read")
    assert ended.returncode == NO_FAULT, ended
    assert segments.left() == [], "read to its end"
