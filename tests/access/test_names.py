"""Names that lead elsewhere, and directories of other kinds and owners."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import qadataswap

from tests.access.users import OWNER, STRANGER
from tests.agents.harness import CPP, DONE, ERROR, LANGUAGES, Language, Segments
from tests.agents.sources import Sources
from tests.agents.streams import assert_same, load

EACH = pytest.mark.parametrize("language", [pytest.param(language, id=language.name) for language in LANGUAGES])
SOURCE = "real.planes"

ELSEWHERE = (
    "../above",
    "..",
    ".",
    ".hidden",
    "a/b",
    "a/../../above",
    "/etc/hostname",
    "a\\b",
    "a\nb",
    "ä",
    "a b",
    "a" * 201,
    "_a",
)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_name_that_leads_elsewhere_is_refused(segments: Segments, name: str) -> None:
    with pytest.raises(qadataswap.QadsInvalidError, match="can't be a segment's name"):
        qadataswap.create_writer(name, directory=segments.directory)
    with pytest.raises(qadataswap.QadsInvalidError, match="can't be a segment's name"):
        qadataswap.create_reader(name, directory=segments.directory, timeout_ms=0)
    with pytest.raises(qadataswap.QadsInvalidError, match="can't be a segment's name"):
        qadataswap.remove_segment(name, directory=segments.directory)
    with pytest.raises(qadataswap.QadsInvalidError, match="can't be a segment's name"):
        qadataswap.inspect_segment(name, directory=segments.directory)


@EACH
def test_so_it_is_in_every_language(segments: Segments, sources: Sources, language: Language) -> None:
    victim = segments.directory.parent / f"{segments.directory.name}-victim"
    victim.write_bytes(b"precious")
    try:
        name = f"/../../{victim.name}"
        for refused in (
            segments.write(language, name, sources.path(SOURCE)),
            segments.read(language, name, "out.stream"),
        ):
            said = refused.expect(ERROR).err
            assert said.startswith("invalid argument: ")
            assert "can't be a segment's name" in said
        assert victim.read_bytes() == b"precious"
    finally:
        victim.unlink()


def _round_trip(segments: Segments, sources: Sources, within: tuple[str, ...] = ()) -> None:
    segments.write(CPP, "x", sources.path(SOURCE), within=within).expect(DONE)
    segments.read(CPP, "x", "out.stream", within=within).expect(DONE)
    assert_same(load(segments.files / "out.stream"), sources.load(SOURCE))


def test_a_directory_may_be_a_link_that_its_user_names(segments: Segments, sources: Sources, tmp_path: Path) -> None:
    """The directory is the user's choice; what others may plant are the names in it."""
    link = tmp_path / "link"
    link.symlink_to(segments.directory)
    _round_trip(Segments(link, segments.files, segments.agents), sources)


def test_a_private_directory_of_ones_own(shared: Segments, sources: Sources) -> None:
    shared.directory.chmod(0o700)
    os.chown(shared.directory, OWNER.uid, OWNER.gid)
    _round_trip(shared, sources, OWNER.within)


def test_a_directory_that_one_may_not_write_to(shared: Segments, sources: Sources) -> None:
    shared.directory.chmod(0o755)
    said = shared.write(CPP, "x", sources.path(SOURCE), within=STRANGER.within).expect(ERROR).err
    assert said.startswith("permission: ")
    assert str(shared.directory) in said
    assert "check the owner and mode" in said


def test_in_another_users_directory_a_segment_is_still_ones_own(shared: Segments, sources: Sources) -> None:
    """The directory's owner may take the name away, but gets nothing to read, and can't pass off a segment of his."""
    shared.directory.chmod(0o777)
    os.chown(shared.directory, STRANGER.uid, STRANGER.gid)
    shared.write(CPP, "x", sources.path(SOURCE), within=OWNER.within).expect(DONE)
    assert shared.read(CPP, "x", "out.stream", within=STRANGER.within).expect(ERROR).err.startswith("permission: ")
    shared.forget("x")
    shared.write(CPP, "x", sources.path(SOURCE), within=STRANGER.within).expect(DONE)
    assert shared.read(CPP, "x", "out.stream", within=OWNER.within).expect(ERROR).err.startswith("permission: ")
    shared.forget("x")
    _round_trip(shared, sources, OWNER.within)
