#!/usr/bin/env bash
# Builds what the benchmarks need beyond scripts/build_all.sh, all of it below build: histograms and pictures (build/venv),
# and the rivals: Ray (build/venv), Plasma (build/plasma), iceoryx2 (build/cargo), Aeron and Chronicle Queue (build/rivals/jvm).
# A rival that can't be had here is skipped, and said so: the benchmarks do without it.
#
# usage: scripts/lib/build_rivals.sh [--help]
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
source "$ROOT/scripts/lib/setup.sh"

case ${1:-} in
  '') ;;
  --help)
    show_help
    exit
    ;;
  *) die_usage "unknown option $1" ;;
esac

# install_python PYTHON FILE: the pinned packages of a file, if that environment hasn't got them.
install_python() {
  local requirements=$ROOT/scripts/requirements/$2 mark
  mark=$(dirname -- "$(dirname -- "$1")")/$2
  cmp -s "$requirements" "$mark" && return
  say "installing $(grep -v '^#' "$requirements" | tr '\n' ' ')"
  "$1" -m pip install --quiet --disable-pip-version-check -r "$requirements" && cp "$requirements" "$mark"
}

build_plasma() {
  [[ -x $ROOT/build/plasma/bin/python ]] || python3 -m venv "$ROOT/build/plasma"
  install_python "$ROOT/build/plasma/bin/python" plasma.txt
}

# Looked at by clippy here and not in scripts/lint.sh, which would build all of iceoryx2 each time.
build_iceoryx2() {
  local cargo=(--locked --quiet --manifest-path "$ROOT/tests/performance/rivals/iceoryx2/Cargo.toml")
  cargo clippy "${cargo[@]}" --all-targets -- -D warnings && cargo build "${cargo[@]}" --release
}

build_jvm() {
  mvn --batch-mode --no-transfer-progress --quiet --file "$ROOT/tests/performance/rivals/jvm/pom.xml" compile
}

# try NAME COMMAND: a rival that can't be had is no failure.
try() { "$2" || say "skipped, it could not be built here: $1"; }

require 'command -v taskset' util-linux
need_libclang
setup_venv
setup_rust_lint
setup_java
install_python "$VENV/bin/python" performance.txt
say "building the rivals"
try Plasma build_plasma
try iceoryx2 build_iceoryx2
try "Aeron and Chronicle Queue" build_jvm
