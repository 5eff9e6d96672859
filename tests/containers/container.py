"""Containers, as far as a segment can tell.

Each has its own processes and its own mounts; all they share is the segment directory, and not even in the same place.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

AT_DEV_SHM = 'mount --bind "$0" /dev/shm; unset QADS_DIR; exec "$@"'
ELSEWHERE = """
mount -t tmpfs none /mnt; mkdir /mnt/segments; mount --bind "$0" /mnt/segments
export QADS_DIR=/mnt/segments; exec "$@"
"""


def container(directory: Path, script: str) -> tuple[str, ...]:
    """The command that runs others in a new one, as its process 1."""
    own = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
    words = (*own, "sh", "-ec", script, str(directory))
    tried = subprocess.run([*words, "sh", "-c", "echo $$"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"this machine doesn't let us make namespaces: {tried.stderr.strip()}")
    assert tried.stdout == "1\n"
    return words
