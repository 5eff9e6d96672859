"""The demo that scripts/demo.sh runs."""
