"""Runs the project's test suites and reports on them; scripts/test_all.sh is the way in."""
