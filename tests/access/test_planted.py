"""What somebody has planted under a segment's name, or where one is made: not followed, nor waited for."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.access.users import STRANGER
from tests.agents.harness import CPP, DONE, ERROR, LANGUAGES, Language, Segments
from tests.agents.sources import Sources
from tests.agents.streams import assert_same, load

EACH = pytest.mark.parametrize("language", [pytest.param(language, id=language.name) for language in LANGUAGES])
SOURCE = "real.planes"
REFUSED = ("foreign: ", "permission: ")


def _device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("this process can't make devices")


def _file(path: Path) -> None:
    path.write_bytes(b"PAR1" * 100)
    path.chmod(0o600)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))


def _link_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(path.parent / target)


PLANTED: dict[str, Callable[[Path], None]] = {
    "link to a segment": _link_to("qads_real"),
    "link to a file": _link_to("precious"),
    "link to nothing": _link_to("nothing"),
    "link to itself": _link_to("qads_planted"),
    "hard link to a segment": lambda path: path.hardlink_to(path.parent / "qads_real"),
    "hard link to a file": lambda path: path.hardlink_to(path.parent / "precious"),
    "pipe": os.mkfifo,
    "directory": Path.mkdir,
    "device": _device,
    "socket": _socket,
    "file": _file,
    "empty file": lambda path: path.touch(0o600),
}


@pytest.fixture
def real(segments: Segments, sources: Sources) -> Segments:
    """A directory with a segment and a file that links may lead to."""
    segments.write(CPP, "real", sources.path(SOURCE)).expect(DONE)
    precious = segments.directory / "precious"
    precious.write_bytes(b"precious")
    precious.chmod(0o600)
    return segments


def _plant(segments: Segments, what: str, entry: str = "qads_planted") -> Path:
    path = segments.directory / entry
    PLANTED[what](path)
    return path


def _check_and_clear(segments: Segments, sources: Sources, path: Path, before: os.stat_result) -> None:
    """The planted thing is as it was, the file is, and the segment can still be read."""
    after = path.lstat()
    assert (after.st_ino, after.st_mode, after.st_size) == (before.st_ino, before.st_mode, before.st_size)
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink()
    precious = segments.directory / "precious"
    assert precious.read_bytes() == b"precious"
    precious.unlink()
    segments.read(CPP, "real", "real.stream").expect(DONE)
    assert_same(load(segments.files / "real.stream"), sources.load(SOURCE))


@pytest.mark.parametrize("what", PLANTED)
def test_under_a_segments_name(real: Segments, sources: Sources, what: str) -> None:
    path = _plant(real, what)
    before = path.lstat()
    for refused in (
        real.read(CPP, "planted", "out.stream"),
        real.write(CPP, "planted", sources.path(SOURCE)),
    ):
        said = refused.expect(ERROR).err
        assert said.startswith(REFUSED), said
        assert str(path) in said
        assert "choose another name" in said
    _check_and_clear(real, sources, path, before)


@EACH
def test_a_link_is_refused_in_every_language(real: Segments, sources: Sources, language: Language) -> None:
    path = _plant(real, "link to a segment")
    before = path.lstat()
    assert real.read(language, "planted", "out.stream").expect(ERROR).err.startswith("foreign: ")
    assert real.write(language, "planted", sources.path(SOURCE)).expect(ERROR).err.startswith("foreign: ")
    _check_and_clear(real, sources, path, before)


@pytest.mark.parametrize("what", ["link to a file", "link to nothing", "hard link to a file", "pipe", "socket", "file"])
def test_where_a_takeover_makes_its_file(real: Segments, sources: Sources, what: str) -> None:
    """A new writer of the name needs that entry: what isn't a segment is either removed, unopened, or in the way."""
    path = _plant(real, what, ".qads_real.new")
    ended = real.write(CPP, "real", sources.path(SOURCE)).expect(DONE, ERROR)
    if ended.code == ERROR:
        assert str(path) in ended.err
        path.unlink()
    assert not os.path.lexists(path)
    (real.directory / "precious").unlink()
    real.read(CPP, "real", "out.stream").expect(DONE)
    assert_same(load(real.files / "out.stream"), sources.load(SOURCE))


def test_a_directory_where_a_takeover_makes_its_file(real: Segments, sources: Sources) -> None:
    path = _plant(real, "directory", ".qads_real.new")
    said = real.write(CPP, "real", sources.path(SOURCE)).expect(ERROR).err
    assert str(path) in said
    _check_and_clear(real, sources, path, path.lstat())


def test_another_users_file_where_a_takeover_makes_its_file(shared: Segments, sources: Sources) -> None:
    """In a directory like /dev/shm it can't be removed: the error names it, and the segment stays readable."""
    shared.write(CPP, "real", sources.path(SOURCE)).expect(DONE)
    path = shared.directory / ".qads_real.new"
    path.touch()
    os.chown(path, STRANGER.uid, STRANGER.gid)
    said = shared.write(CPP, "real", sources.path(SOURCE)).expect(ERROR).err
    assert said.startswith("permission: ")
    assert str(path) in said
    path.unlink()
    shared.read(CPP, "real", "out.stream").expect(DONE)
    assert_same(load(shared.files / "out.stream"), sources.load(SOURCE))


def test_another_users_segment_under_the_name(shared: Segments, sources: Sources) -> None:
    """It is whole and well, and still not ours: neither read nor replaced."""
    shared.write(CPP, "planted", sources.path(SOURCE), within=STRANGER.within).expect(DONE)
    for refused in (shared.read(CPP, "planted", "out.stream"), shared.write(CPP, "planted", sources.path(SOURCE))):
        said = refused.expect(ERROR).err
        assert said.startswith("permission: ")
        assert f"user {STRANGER.uid}" in said
    shared.forget("planted")
