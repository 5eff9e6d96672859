#!/usr/bin/env bash
# Starts the Rust agent (tests/agents/rust/src), which scripts/build_all.sh has built.
# QADS_AGENT_RUST: another program than the one in build/cargo/release, such as a debug build.
set -euo pipefail

self=${BASH_SOURCE[0]}
[[ $self == /* ]] || self=$PWD/$self
root=${self%/tests/agents/rust/run.sh}
program=${QADS_AGENT_RUST:-${CARGO_TARGET_DIR:-$root/build/cargo}/release/qadataswap_agent_rust}

if [[ ! -x $program ]]; then
  echo "usage: the rust agent isn't built: run scripts/build_all.sh --rust-only" >&2
  exit 2
fi
exec "$program" "$@"
