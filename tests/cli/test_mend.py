"""`qads rm` and `qads gc`: what goes, what stays, and why."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
import qadataswap

from tests.cli.command import BATCH, DAMAGED, NO, NOT_FOUND, OK, QADS, Qads, kill


def _verdicts(qads: Qads, *words: str) -> dict[str, tuple[str, bool]]:
    told = qads("gc", "--json", *words).json()
    assert told["removed"] == sum(file["removed"] for file in told["files"])
    assert told["bytes"] == sum(file["bytes"] for file in told["files"] if file["removed"])
    return {file["file"]: (file["verdict"], file["removed"]) for file in told["files"]}


def _die(qads: Qads, name: str, **options: Any) -> None:
    """A writer that is killed after its first batch."""
    writer = qads.script(
        "import pyarrow as pa, qadataswap, time\n"
        f"writer = qadataswap.create_writer({name!r}, capacity=1 << 16, **{options!r})\n"
        "writer.write_arrow(pa.record_batch({'a': [1]}))\n"
        "print('ready', flush=True); time.sleep(600)"
    )
    kill(writer)


def test_rm_removes_what_was_read_and_refuses_the_rest(qads: Qads) -> None:
    qads.leave("read", 2, read=True)
    qads.leave("unread", 2)
    with qads.writer("live") as writer:
        writer.write_arrow(BATCH)
        done = qads("rm", "unread", "read", "live")
        assert done.code == NO
        assert done.out == "removed read\n"
        assert "2 unread batches" in done.err
        assert "live writer" in done.err
        assert [line.endswith("(--unread removes it)") for line in done.err.splitlines()] == [True, False]
        assert qads("rm", "--unread", "live").code == NO
        assert qads("rm", "absent", "live").code == NOT_FOUND
        told = qads("rm", "--json", "-u", "unread", "live").json()
        assert [(one["name"], one["removed"]) for one in told] == [("unread", True), ("live", False)]
        assert qads.file("live").exists()
    qads.file("live").unlink()


def test_rm_refuses_what_it_cant_read_unless_told(qads: Qads) -> None:
    qads.leave("short")
    os.truncate(qads.file("short"), 4000)
    qads.leave("original")
    shutil.copy(qads.file("original"), qads.file("copy"))
    for name in ("short", "copy"):
        done = qads("rm", name)
        assert (done.code, done.out) == (DAMAGED, "")
        assert "option unread" in done.err
        assert done.err.endswith("(--unread removes it)\n")
        assert qads.file(name).exists()
    assert qads("rm", "--unread", "short", "copy", "original").code == OK


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be somebody else")
def test_a_dry_run_knows_what_the_directory_forbids() -> None:
    nobody = 65534
    with tempfile.TemporaryDirectory() as outer:
        os.chmod(outer, 0o755)
        program = shutil.copy(QADS[0], outer)
        theirs = Path(outer, "theirs")
        theirs.mkdir()
        Qads(theirs).leave("read", read=True)
        os.chown(theirs / "qads_read", nobody, nobody)

        def told(*words: str) -> str:
            command = [program, *words, "-d", str(theirs)]
            return subprocess.run(
                command, user=nobody, group=nobody, extra_groups=[], stdout=subprocess.PIPE, text=True, timeout=60
            ).stdout

        for said in (told("gc", "--dry-run"), told("gc")):
            assert "keeps read (" in said
            assert "Permission denied" in said
        assert re.search("^read +finished ", told("ls"), re.MULTILINE), "it can be looked at all the same"


def test_gc_says_of_each_file_why_it_goes_or_stays(qads: Qads) -> None:
    qads.leave("read", 3, read=True)
    qads.leave("unread", 3)
    qads.leave("kept", 1, read=True, lifetime="keep")
    _die(qads, "ended", overflow="drop_oldest")
    _die(qads, "died")
    qads.leave("damaged")
    os.truncate(qads.file("damaged"), 4000)
    qads.file("foreign").write_bytes(b"")
    qads.file("link").symlink_to("qads_read")
    qads.file("folder").mkdir()
    qads.leave("takeover", 1)
    qads.file("takeover").rename(qads.directory / ".qads_read.new")
    qads.leave("held", 1)
    (qads.directory / "unrelated").write_bytes(b"x")
    with qads.writer("live"), qads.reader("held"):
        expected = {
            "qads_read": ("read", True),
            "qads_unread": ("unread", False),
            "qads_kept": ("kept", False),
            "qads_ended": ("ended", True),
            "qads_died": ("unread", False),
            "qads_damaged": ("damaged", False),
            "qads_foreign": ("foreign", False),
            "qads_link": ("foreign", False),
            "qads_folder": ("foreign", False),
            ".qads_read.new": ("takeover", True),
            "qads_held": ("readers", False),
            "qads_live": ("live", False),
        }
        before = sorted(qads.directory.iterdir())
        assert _verdicts(qads, "--dry-run") == expected
        text = qads("gc", "-n").out
        assert "would remove read (" in text
        assert "keeps unread (" in text
        assert ": its writer is gone and nobody is attached, but 3 batches are unread (--unread removes it)\n" in text
        assert re.search(r"^keeps damaged \(.*\(--unread removes it\)$", text, re.MULTILINE)
        assert "would remove .qads_read.new (" in text, "that has no segment's name"
        assert not re.search(r"^(keeps|would remove) qads_", text, re.MULTILINE), "names, as ls tells them"
        assert text.splitlines()[-1].startswith("would free ")
        assert sorted(qads.directory.iterdir()) == before, "a dry run removes nothing"
        assert _verdicts(qads) == expected
        gone = {file for file, (_, removed) in expected.items() if removed}
        assert {path.name for path in qads.directory.iterdir()} == {*expected, "unrelated"} - gone
        dry = _verdicts(qads, "--unread", "--dry-run")
        assert {file for file, (_, removed) in dry.items() if removed} == {"qads_unread", "qads_died", "qads_damaged"}
        assert _verdicts(qads, "--unread") == dry
        left = {"qads_kept", "qads_foreign", "qads_link", "qads_folder", "qads_held", "qads_live", "unrelated"}
        assert {path.name for path in qads.directory.iterdir()} == left
        qads.file("folder").rmdir()
    for path in qads.directory.iterdir():
        path.unlink()


def test_gc_says_why_a_copy_goes(qads: Qads) -> None:
    qads.leave("original")
    shutil.copy(qads.file("original"), qads.file("copy"))
    text = qads("gc", "--unread", "--dry-run").out
    assert re.search(r"^would remove copy \(.*\): nobody uses it, nor knows what is unread in it: ", text, re.MULTILINE)
    assert qads("gc", "--unread").code == OK


def test_gc_frees_the_bytes_that_it_says(qads: Qads) -> None:
    qads.leave("large", 3, read=True)
    wanted = qads.file("large").stat().st_blocks * 512
    assert wanted > 1 << 20
    told = qads("gc", "--json").json()
    assert (told["removed"], told["bytes"]) == (1, wanted)
    assert qads("gc").out == "freed 0 B in 0 files\n"


def test_gc_again_and_again_disturbs_nobody(qads: Qads) -> None:
    with qads.writer("stream", buffer_count=4) as writer, qads.reader("stream") as reader:
        for number in range(20):
            writer.write_arrow(BATCH)
            assert _verdicts(qads, "--unread")["qads_stream"] == ("live", False), number
            batch = reader.read_batch()
            assert batch is not None
        writer.finish()
        assert _verdicts(qads, "--unread")["qads_stream"] == ("readers", False)
        with pytest.raises(qadataswap.QadsEndOfStreamError):
            reader.read_batch()
    assert not qads.file("stream").exists(), "the last reader took it along"


def test_what_gc_removed_can_be_created_anew(qads: Qads) -> None:
    qads.leave("again", 1, read=True)
    assert qads("gc").code == OK
    qads.leave("again", 1)
    assert qadataswap.list_segments(qads.directory) == ["again"]
    assert qads("rm", "--unread", "again").code == OK
