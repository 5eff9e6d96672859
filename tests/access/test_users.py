"""One user, or one group: who may attach, and what the others are told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import qadataswap

from tests.access.users import GROUP, MEMBER, OWNER, STRANGER, User
from tests.agents.harness import CPP, DONE, ERROR, LANGUAGES, Language, Segments
from tests.agents.sources import Sources
from tests.agents.streams import assert_same, load

EACH = pytest.mark.parametrize("language", [pytest.param(language, id=language.name) for language in LANGUAGES])
SOURCE = "real.planes"


def _owners(shared: Segments, sources: Sources, mode: int) -> Path:
    """A segment of OWNER that GROUP may have, complete, its writer gone."""
    shared.write(CPP, "theirs", sources.path(SOURCE), within=OWNER.within).expect(DONE)
    path = shared.directory / "qads_theirs"
    assert path.stat().st_mode & 0o777 == 0o600, "the mode that nobody asked for"
    assert path.stat().st_uid == OWNER.uid
    os.chown(path, OWNER.uid, GROUP)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("mode", "user", "may"),
    [
        pytest.param(mode, user, may, id=f"{mode:03o} {who}")
        for mode, owner, member, stranger in (
            (0o600, True, False, False),
            (0o640, True, False, False),
            (0o660, True, True, False),
            (0o664, True, True, False),
            (0o666, False, False, False),
        )
        for who, user, may in (("owner", OWNER, owner), ("member", MEMBER, member), ("stranger", STRANGER, stranger))
    ],
)
def test_who_may_read(shared: Segments, sources: Sources, mode: int, user: User, may: bool) -> None:
    path = _owners(shared, sources, mode)
    inode = path.stat().st_ino
    reader = shared.read(CPP, "theirs", "out.stream", within=user.within)
    if may:
        reader.expect(DONE)
        assert_same(load(shared.files / "out.stream"), sources.load(SOURCE))
        # Only the owner can remove a name in a directory like /dev/shm: a member leaves it.
        assert path.exists() == (user != OWNER)
    else:
        said = reader.expect(ERROR).err
        assert said.startswith("permission: ")
        assert f"user {OWNER.uid}" in said
        assert f"mode {mode:#o}".replace("0o", "0") in said
        assert "0660" in said, "what to do"
        assert path.stat().st_ino == inode
    if path.exists():
        shared.forget("theirs")


@EACH
def test_members_of_the_group_read_in_every_language(shared: Segments, sources: Sources, language: Language) -> None:
    _owners(shared, sources, 0o660)
    shared.read(language, "theirs", "out.stream", within=MEMBER.within).expect(DONE)
    assert_same(load(shared.files / "out.stream"), sources.load(SOURCE))
    shared.forget("theirs")


@EACH
def test_another_user_is_refused_in_every_language(shared: Segments, sources: Sources, language: Language) -> None:
    path = _owners(shared, sources, 0o600)
    inode = path.stat().st_ino
    for refused in (
        shared.read(language, "theirs", "out.stream", within=STRANGER.within),
        shared.write(language, "theirs", sources.path(SOURCE), within=STRANGER.within),
    ):
        said = refused.expect(ERROR).err
        assert said.startswith("permission: ")
        for part in (
            str(path),
            f"user {OWNER.uid}",
            f"user {STRANGER.uid}",
            "mode 0600",
            "create the segment with mode",
        ):
            assert part in said
    assert path.stat().st_ino == inode
    shared.forget("theirs")


def test_root_is_another_user_too(shared: Segments, sources: Sources) -> None:
    _owners(shared, sources, 0o600)
    assert shared.read(CPP, "theirs", "out.stream").expect(ERROR).err.startswith("permission: ")
    shared.forget("theirs")


def test_a_member_can_neither_take_the_name_over_nor_remove_it(shared: Segments, sources: Sources) -> None:
    path = _owners(shared, sources, 0o660)
    inode = path.stat().st_ino
    said = shared.write(CPP, "theirs", sources.path(SOURCE), within=MEMBER.within).expect(ERROR).err
    assert said.startswith("permission: ")
    assert str(path) in said
    assert path.stat().st_ino == inode
    assert shared.left() == ["qads_theirs"]
    shared.read(CPP, "theirs", "out.stream", within=OWNER.within).expect(DONE)


def test_members_read_while_their_writer_writes(shared: Segments, sources: Sources) -> None:
    os.chown(shared.directory, 0, GROUP)
    shared.directory.chmod(0o3777)
    wait = ("--timeout-ms", 100_000)
    readers = [shared.read(CPP, "live", f"{number}.stream", *wait, within=MEMBER.within) for number in range(2)]
    with qadataswap.create_writer("live", 8, directory=shared.directory, mode=0o660) as writer:
        status = (shared.directory / "qads_live").stat()
        assert (status.st_mode & 0o777, status.st_gid) == (0o660, GROUP), "the group of a directory with the setgid bit"
        writer.wait_readers(2, timeout_ms=60_000)
        for batch in sources.load("numbered.500").batches:
            writer.write_arrow(batch, timeout_ms=60_000)
    for number, reader in enumerate(readers):
        reader.expect(DONE)
        assert_same(load(shared.files / f"{number}.stream"), sources.load("numbered.500"))
    if shared.left():  # whether the writer's own process has removed it depends on who was last
        shared.forget("live")


@pytest.mark.parametrize("mode", [0o400, 0o640, 0o644, 0o666, 0o777])
def test_a_segment_is_never_opened_to_others(segments: Segments, mode: int) -> None:
    with pytest.raises(qadataswap.QadsInvalidError, match=r"0600 .* and 0660"):
        qadataswap.create_writer("open", directory=segments.directory, mode=mode)


def test_the_umask_takes_nothing_from_the_mode(segments: Segments) -> None:
    before = os.umask(0o777)
    try:
        with qadataswap.create_writer("open", directory=segments.directory, mode=0o660):
            assert (segments.directory / "qads_open").stat().st_mode & 0o777 == 0o660
    finally:
        os.umask(before)
