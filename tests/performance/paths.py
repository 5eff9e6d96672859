"""Where results lie."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "build/report/benchmarks"
"""Every raw number, as JSON."""
PARTS = RESULTS / "parts"
"""What other benchmarks leave: {"name", "unit": "ns", "rows": [{"what", "median", "low", "high", "goal", "ratio"}]}."""
DOCS = ROOT / "docs"
"""benchmarks.md, and the folder of its pictures and figures."""
