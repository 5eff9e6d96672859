"""Every page's links and paths lead somewhere, and every page is found from another one."""

from __future__ import annotations

import re
import subprocess
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

BASES = ("", "native/src", "native/include", "java/src/main/java/io/qadataswap")
"""What a path in backticks may be relative to, besides its page's own folder."""

MADE_BY_BUILDS = ("build/", "target/")

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.*{},-]+(?:/[\w.*{},-]+)+/?")
BRACES = re.compile(r"\{([^{}]*)\}")
PLACEHOLDER = re.compile(r"\b[A-Z]{3,}\b(?=/|$)")
"""A folder that stands for any, as in tests/LAYER."""


def pages() -> list[Path]:
    """The Markdown files that git knows or would add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--", "*.md"]
    names = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    return [ROOT / name for name in sorted(names.split("\0")) if name and (ROOT / name).is_file()]


PAGES = pages()
EACH = pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """What a link into the page may name: its headings, as the usual renderers spell them."""
    titles = (re.sub(r"[`*]", "", title).strip().lower() for title in HEADING.findall(prose(page)))
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


def links(page: Path) -> list[tuple[Path, str]]:
    """The relative links: where to, and which heading there."""
    found = []
    for target in LINK.findall(prose(page)):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            found.append((((page.parent / path) if path else page).resolve(), anchor))
    return found


def spelled_out(path: str) -> list[str]:
    """`{a,b}.c` as two paths, a placeholder as a wildcard."""
    parts = BRACES.split(PLACEHOLDER.sub("*", path))
    choices = [part.split(",") if number % 2 else [part] for number, part in enumerate(parts)]
    return ["".join(choice) for choice in product(*choices)]


def exists(page: Path, path: str) -> bool:
    folders = [page.parent, *(ROOT / base for base in BASES)]
    return all(any(next(folder.glob(one), None) for folder in folders) for one in spelled_out(path.rstrip("/")))


@EACH
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target, anchor in links(page):
        assert target.exists(), f"{target} doesn't exist"
        assert target.is_relative_to(ROOT), f"{target} isn't in the project"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{target.name} has no heading #{anchor}"


@EACH
def test_every_path_exists(page: Path) -> None:
    paths = [text for text in CODE.findall(prose(page)) if PATH.fullmatch(text)]
    missing = [path for path in paths if not path.startswith(MADE_BY_BUILDS) and not exists(page, path)]
    assert not missing


@EACH
def test_every_member_that_a_page_names_is_in_the_code(page: Path) -> None:
    words = [text for text in CODE.findall(prose(page)) if re.fullmatch(r"\w+(::\w+)+", text)]
    files = [*(ROOT / "native").rglob("*.h*"), *(ROOT / "rust").rglob("*.rs")] if words else []
    sources = "".join(path.read_text(encoding="utf-8") for path in files)
    assert not [word for word in words if not re.search(rf"\b{word.rsplit('::', 1)[1]}\b", sources)]


def test_every_page_of_docs_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        waiting += [target for target, _ in links(page)]
    lost = {str(page.relative_to(ROOT)) for page in PAGES if page.is_relative_to(ROOT / "docs")} - {
        str(page.relative_to(ROOT)) for page in reached
    }
    assert not lost


def test_the_changelogs_newest_version_is_the_projects() -> None:
    version = re.search(r"^project\(QADataSwap VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(), re.MULTILINE)
    newest = re.search(r"^## \[([0-9.]+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert version
    assert newest
    assert newest[1] == version[1]
