"""The completion script: well-formed, and it completes commands, options and names."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.cli.command import OK, USAGE, Qads


def _complete(qads: Qads, *words: str) -> set[str]:
    """What bash offers for the last of the words."""
    line = " ".join(f"'{word}'" for word in words)
    script = f"{qads('completion', 'bash').out}\nCOMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _qads; "
    script += 'printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        env=qads.environment,
        cwd=qads.directory,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return set(done.stdout.split())


def test_bash_completes_commands_options_and_names(qads: Qads) -> None:
    qads.leave("trades")
    qads.leave("ticks")
    assert {"ls", "stat", "tail", "gc", "doctor"} <= _complete(qads, "qads", "")
    assert _complete(qads, "qads", "wa") == {"watch"}
    assert _complete(qads, "qads", "gc", "--") == {"--dry-run", "--unread", "--directory", "--json", "--help"}
    assert _complete(qads, "qads", "stat", "t") == {"trades", "ticks"}
    assert _complete(qads, "qads", "rm", "--unread", "tr") == {"trades"}
    assert _complete(qads, "qads", "gc", "t") == set()
    assert _complete(qads, "qads", "help", "doc") == {"doctor"}
    assert qads("rm", "-u", "trades", "ticks").code == OK


@pytest.mark.parametrize("option", [("-d", "{}"), ("--directory", "{}"), ("--directory", "=", "{}"), ("-d{}",)])
def test_names_are_those_of_the_directory_that_the_line_names(qads: Qads, option: tuple[str, ...]) -> None:
    qads.leave("here")
    there = qads.directory / "with a blank"
    there.mkdir()
    Qads(there).leave("there")
    words = [word.format(there) for word in option]
    assert _complete(qads, "qads", "stat", *words, "") == {"there"}
    assert _complete(qads, "qads", "stat", "") == {"here"}
    Qads(there)("rm", "-u", "there")
    there.rmdir()
    qads("rm", "-u", "here")


def test_what_can_be_no_segment_is_no_name_and_nothing_in_it_is_run(qads: Qads) -> None:
    qads.leave("good.name_1-2")
    made = qads.directory / "made"
    odd = [qads.file("a$(touch made)"), qads.file("b c"), qads.file("d`touch made`"), qads.file("é")]
    for path in odd:
        path.touch()
    qads.file("link").symlink_to("qads_good.name_1-2")
    qads.file("folder").mkdir()
    assert _complete(qads, "qads", "rm", "") == {"good.name_1-2"}
    assert not made.exists()
    qads.file("folder").rmdir()
    for path in [*odd, qads.file("link")]:
        path.unlink()
    qads("rm", "-u", "good.name_1-2")


@pytest.mark.parametrize("option", [("-d",), ("--directory",), ("--directory", "=")])
def test_a_directory_is_completed_with_folders(qads: Qads, option: tuple[str, ...]) -> None:
    (qads.directory / "folder").mkdir()
    (qads.directory / "file").touch()
    assert _complete(qads, "qads", "ls", *option, f"{qads.directory}/") == {f"{qads.directory}/folder"}
    (qads.directory / "folder").rmdir()
    (qads.directory / "file").unlink()


def test_the_shells_are_completed(qads: Qads) -> None:
    assert _complete(qads, "qads", "completion", "") == {"bash", "zsh"}


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_script_is_well_formed(qads: Qads, shell: str) -> None:
    done = qads("completion", shell)
    assert done.code == OK
    checker = shutil.which(shell) or "bash"
    subprocess.run([checker, "-n"], input=done.out, text=True, timeout=60, check=True)
    assert qads("completion", "tcsh").code == USAGE
