"""Other users: agents that run as them."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

import pytest

GROUP = 54_300
"""The group that segments are opened to. Nothing on this machine has it, nor these users."""


@dataclass(frozen=True)
class User:
    """A user, in one group."""

    uid: int
    gid: int

    @property
    def within(self) -> tuple[str, ...]:
        """The command that runs others as this user. To find the agent, wherever it was built, it may look into folders
        that aren't its own; to write there, or to open for writing what isn't its own, it may not.
        """
        looking = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=+dac_read_search")
        return ("setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups", *looking)


OWNER = User(54_001, 54_001)
MEMBER = User(54_002, GROUP)
STRANGER = User(54_003, 54_003)


def need_users() -> None:
    """Skips the test where this process can't become somebody else."""
    tried = subprocess.run([*STRANGER.within, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"this process can't become another user: {tried.stderr.strip()}")
