#!/usr/bin/env bash
# Streams real trades from one process to four readers at once, in Java, C++, Python/polars and Rust/polars, through
# shared memory: first from Java, then from Python/polars, then from Rust/polars. Prints what each received, whether it
# is right, and at what rate. Installs and builds what it needs first, after saying so; that takes 10 to 20 minutes the
# first time, polars for Rust alone some minutes.
#
# usage: scripts/demo.sh [--help]
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/lib/common.sh"
source "$ROOT/scripts/lib/setup.sh"

case ${1-} in
  '') ;;
  --help)
    show_help
    exit
    ;;
  *) die_usage "unknown option $1" ;;
esac
"$ROOT/scripts/build_all.sh"
setup_java
setup_rust
say "building the examples with polars for Rust (build/cargo)"
cargo build --locked --quiet --manifest-path "$ROOT/rust/Cargo.toml" \
  -p qadataswap --features polars --example polars_reader --example polars_writer
PYTHONPATH=$ROOT/scripts/lib exec "$VENV/bin/python" -m demo
