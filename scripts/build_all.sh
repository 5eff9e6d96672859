#!/usr/bin/env bash
# Builds everything: the C++ core with its tests, examples, benchmarks and agent (build/release), the Java jar with its natives,
# and the Rust crates with their agent and examples (build/cargo).
# Installs what is missing first, after saying so.
#
# usage: scripts/build_all.sh [--clean] [--cpp-only | --java-only | --python-only | --rust-only] [--wheel]
#
#   --clean        remove all earlier build results first (not build/venv, the tools installed there)
#   --cpp-only     the C++ core only
#   --java-only    the Java binding only
#   --python-only  the Python binding only
#   --rust-only    the Rust binding only
#   --wheel        build a Python wheel into build/wheel as well
#   --help         this text
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/lib/common.sh"
source "$ROOT/scripts/lib/setup.sh"

clean=false
wheel=false
only=
while [[ $# -gt 0 ]]; do
  case $1 in
    --clean) clean=true ;;
    --wheel) wheel=true ;;
    --cpp-only | --java-only | --python-only | --rust-only)
      [[ -z $only ]] || die_usage "$1 and --$only-only exclude each other"
      only=${1#--}
      only=${only%-only}
      ;;
    --help)
      show_help
      exit
      ;;
    *) die_usage "unknown option $1" ;;
  esac
  shift
done

if [[ $only == python || $wheel == true ]] && ! has_python; then die_absent Python; fi
if [[ $only == rust ]] && ! has_rust; then die_absent Rust; fi

build_cpp() {
  setup_cpp
  say "building C++ (build/release)"
  cmake --preset release -S "$ROOT" >/dev/null
  cmake --build "$ROOT/build/release" --parallel 2
}

build_java() {
  setup_cpp
  setup_java
  say "building Java"
  mvn --batch-mode --no-transfer-progress --quiet --file "$ROOT/pom.xml" -DskipTests package
}

build_rust() {
  setup_rust
  say "building Rust (build/cargo)"
  cargo build --locked --quiet --release --manifest-path "$ROOT/rust/Cargo.toml" -p qadataswap -p qadataswap-agent --lib --bins --examples
}

if $clean; then
  say "removing build results"
  find "$ROOT/build" -mindepth 1 -maxdepth 1 ! -name venv -exec rm -rf {} + 2>/dev/null || true
  rm -rf "$ROOT"/{,java/,rust/,tests/agents/*/}target
fi
case $only in
  '')
    build_cpp
    if has_java; then build_java; fi
    if has_rust; then build_rust; fi
    ;;
  *) "build_$only" ;;
esac
say "built"
