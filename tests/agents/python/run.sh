#!/usr/bin/env bash
# Starts the Python agent (qads_agent beside this file) in build/venv, into which build_all.sh has installed the binding.
# QADS_AGENT_PYTHON: the python to use instead.
set -euo pipefail

self=${BASH_SOURCE[0]}
[[ $self == /* ]] || self=$PWD/$self
root=${self%/tests/agents/python/run.sh}
python=${QADS_AGENT_PYTHON:-$root/build/venv/bin/python}

if [[ ! -x $python ]]; then
  echo "usage: the python agent isn't built: run scripts/build_all.sh --python-only" >&2
  exit 2
fi
# -P: what lies in the current folder is none of the agent's modules.
PYTHONPATH=${self%/run.sh} exec "$python" -P -m qads_agent "$@"
