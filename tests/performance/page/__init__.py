"""docs/benchmarks.md, written from what was measured and nothing else."""
