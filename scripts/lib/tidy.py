"""Runs clang-tidy over the project's C++ files, one a processor; what hasn't changed since it last passed is skipped.

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
    "native/cli",
    "native/bench",
    "native/examples",
    "java/src/main/cpp",
    "python/src/_core",
    "tests/agents/cpp",
    "tests/integration/faults",
)
"""Not native/tests: GoogleTest's macros and libarrow's headers take most of the time there and find little."""


def shared_hash() -> str:
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for folder in ("native/include", *FOLDERS):
        for header in sorted((ROOT / folder).rglob("*.h*")):
            digest.update(str(header).encode() + header.read_bytes())
    return digest.hexdigest()


def mark(entry: dict[str, str], shared: str) -> Path:
    """The file that is there once this compile command's file has passed as it is."""
    text = Path(entry["file"]).read_text()
    return PASSED / hashlib.sha256(f"{shared} {entry['command']} {text}".encode()).hexdigest()


def check(entry: dict[str, str], passed: Path) -> bool:
    """Whether the file of one compile command passes; prints what it doesn't pass on."""
    path = Path(entry["file"])
    done = subprocess.run(
        # Compile commands are g++'s: clang needn't know all of its warnings.
        ["clang-tidy", "--quiet", "-p", entry["build"], "--extra-arg=-Wno-unknown-warning-option", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        passed.touch()
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
    marks = {file: mark(entry, shared) for file, entry in entries.items()}
    changed = [file for file in entries if not marks[file].exists()]
    if changed:
        print(f"clang-tidy: {len(changed)} of {len(entries)} files to check, some seconds each", flush=True)
    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda file: check(entries[file], marks[file]), changed)
        for number, (file, passed) in enumerate(zip(changed, results, strict=True), 1):
            print(f"clang-tidy: {number}/{len(changed)} {Path(file).relative_to(ROOT)}", flush=True)
            failed += not passed
    print(f"clang-tidy: {len(entries) - failed} of {len(entries)} files pass")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
