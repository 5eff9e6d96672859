"""How long a table takes from one process to another, beside other ways: see benchmark_all.py."""
