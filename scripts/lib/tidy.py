"""Runs clang-tidy over the project's C++ files, two at a time; what hasn't changed since it last passed is skipped.

Whether a file is unchanged is told by a hash over all of the project's headers, the checks, the file itself and its
compile command: coarse, but never wrong. The compile commands are those of the dev build.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/dev"
PYTHON_BUILD = ROOT / "build/python/lint"
PASSED = ROOT / "build/tidy"
FOLDERS = (
    "native/src",
    "native/bench",
    "native/examples",
    "native/tools",
    "java/src/main/cpp",
    "python/src/_core",
    "tests/agents/cpp",
)
"""Not native/tests: GoogleTest's macros and libarrow's headers take most of the time there and find little."""


def shared_hash() -> str:
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for folder in ("native/include", *FOLDERS):
        for header in sorted((ROOT / folder).rglob("*.h*")):
            digest.update(str(header).encode() + header.read_bytes())
    return digest.hexdigest()


def check(entry: dict[str, str], shared: str) -> bool:
    """Whether the file of one compile command passes; prints what it doesn't pass on."""
    path = Path(entry["file"])
    key = hashlib.sha256(f"{shared} {entry['command']} {path.read_text()}".encode()).hexdigest()
    if (PASSED / key).exists():
        return True
    done = subprocess.run(
        # Compile commands are g++'s: clang needn't know all of its warnings.
        ["clang-tidy", "--quiet", "-p", entry["build"], "--extra-arg=-Wno-unknown-warning-option", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        (PASSED / key).touch()
    else:
        print(done.stdout, *(line for line in done.stderr.splitlines() if "error:" in line), sep="\n", flush=True)
    return done.returncode == 0


def main() -> int:
    if shutil.which("clang-tidy") is None or not (BUILD / "compile_commands.json").exists():
        sys.exit("scripts/lint.sh is the way in: it installs clang-tidy and configures the dev build")
    PASSED.mkdir(parents=True, exist_ok=True)
    commands = [
        {**entry, "build": str(build)}
        for build in (PYTHON_BUILD, BUILD)  # of a file that both have, the last one counts
        if (build / "compile_commands.json").exists()
        for entry in json.loads((build / "compile_commands.json").read_text())
    ]
    wanted = tuple(f"{ROOT / folder}/" for folder in FOLDERS)
    # A file compiled for several targets is checked once.
    entries = {entry["file"]: entry for entry in commands if entry["file"].startswith(wanted)}
    shared = shared_hash()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        passed = list(pool.map(lambda entry: check(entry, shared), entries.values()))
    print(f"clang-tidy: {sum(passed)} of {len(passed)} files pass")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
