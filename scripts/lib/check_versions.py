"""Checks that every place that has to repeat the project's version says what CMakeLists.txt says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SOURCE = (Path("CMakeLists.txt"), re.compile(r"^project\(QADataSwap VERSION ([0-9.]+)", re.MULTILINE))

# The first version in each file; a file that isn't there (yet) has nothing to repeat.
COPIES = [
    (Path("pom.xml"), re.compile(r"<artifactId>qadataswap[^<]*</artifactId>\s*<version>([^<]+)</version>")),
    (Path("python/pyproject.toml"), re.compile(r'^version = "([^"]+)"', re.MULTILINE)),
    (Path("rust/Cargo.toml"), re.compile(r'^version = "([^"]+)"', re.MULTILINE)),
]


def version(path: Path, pattern: re.Pattern[str]) -> str | None:
    match = pattern.search((ROOT / path).read_text(encoding="utf-8"))
    return match[1] if match else None


def main() -> int:
    expected = version(*SOURCE)
    status = 0
    for path, pattern in COPIES:
        if (ROOT / path).is_file() and (found := version(path, pattern)) != expected:
            print(f"{path}: version {found}, but {SOURCE[0]} says {expected}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
