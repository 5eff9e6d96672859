"""Writes the page, its pictures and its figures into a folder."""

from __future__ import annotations

import json
from pathlib import Path

from tests.performance.page import markdown, plots
from tests.performance.page.compact import compact


def page(folder: Path) -> None:
    """benchmarks.md, and what it refers to in benchmarks/."""
    results = compact()
    pictures = folder / "benchmarks"
    pictures.mkdir(parents=True, exist_ok=True)
    for stale in pictures.glob("*.svg"):
        stale.unlink()
    (pictures / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    plots.draw(results, pictures)
    (folder / "benchmarks.md").write_text(markdown.page(results), encoding="utf-8")
