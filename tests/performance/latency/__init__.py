"""How long a small batch takes, one way, between two processes that spin: see participants.py."""
