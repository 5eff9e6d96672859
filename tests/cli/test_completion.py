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
        ["bash", "--norc", "-c", script], env=qads.environment, capture_output=True, text=True, timeout=60, check=True
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


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_script_is_well_formed(qads: Qads, shell: str) -> None:
    done = qads("completion", shell)
    assert done.code == OK
    checker = shutil.which(shell) or "bash"
    subprocess.run([checker, "-n"], input=done.out, text=True, timeout=60, check=True)
    assert qads("completion", "tcsh").code == USAGE
