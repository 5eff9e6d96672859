"""The Python agent of the cross-language tests: tests/agents/README.md has the contract."""
