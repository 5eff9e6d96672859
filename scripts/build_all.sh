#!/usr/bin/env bash
# Builds everything: the C++ core with its tests, examples, benchmarks and agent (build/release), the Java jar with its
# natives, the Python package (into build/venv), and the Rust crates with their agent and examples (build/cargo).
# Installs what is missing first, after saying so. The first run takes 10 to 15 minutes.
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

build_cpp() {
  setup_cpp
  say "building C++ (build/release)"
  cmake --preset release -S "$ROOT" >/dev/null
  cmake --build "$ROOT/build/release"
}

build_java() {
  need_java
  setup_cpp
  setup_java
  say "building Java"
  mvn --batch-mode --no-transfer-progress --quiet --file "$ROOT/pom.xml" -DskipTests package
}

# python_build COMMAND…: pip with the build tools of build/venv, so that nothing is downloaded, and a build folder that stays.
python_build() {
  CMAKE_GENERATOR=Ninja "$VENV/bin/python" -m pip "$@" --quiet --disable-pip-version-check --no-build-isolation --no-deps \
    --config-settings=build-dir="$ROOT/build/python/{cache_tag}" "$ROOT/python"
}

build_python() {
  setup_python
  say "building Python (into build/venv)"
  python_build install
}

# A wheel for any Linux of its day, tried out where there is nothing but Python.
build_wheel() {
  setup_python
  say "building the wheel (build/wheel)"
  local folder=$ROOT/build/wheel
  rm -rf "$folder" "$ROOT/build/wheel_check"
  python_build wheel --wheel-dir "$folder/unrepaired"
  PATH=$VENV/bin:$PATH "$VENV/bin/python" -m auditwheel --verbose repair --wheel-dir "$folder" "$folder"/unrepaired/*.whl \
    2>"$folder/auditwheel.log" || {
    cat "$folder/auditwheel.log" >&2
    die "auditwheel refused the wheel"
  }
  rm -r "$folder/unrepaired"
  say "checking $(basename "$folder"/*.whl) in a fresh environment"
  "$VENV/bin/python" -m venv "$ROOT/build/wheel_check"
  "$ROOT/build/wheel_check/bin/python" -m pip install --quiet --disable-pip-version-check --no-index "$folder"/*.whl
  env -i PATH=/nonexistent QADS_DIR="${QADS_DIR:-/dev/shm}" "$ROOT/build/wheel_check/bin/python" -I "$ROOT/scripts/lib/check_wheel.py"
}

build_rust() {
  setup_rust
  say "building Rust (build/cargo)"
  cargo build --locked --quiet --release --manifest-path "$ROOT/rust/Cargo.toml" \
    -p qadataswap -p qadataswap-agent --lib --bins --examples
}

if $clean; then
  say "removing build results"
  find "$ROOT/build" -mindepth 1 -maxdepth 1 ! -name venv -exec rm -rf {} + 2>/dev/null || true
  rm -rf "$ROOT"/{,java/,rust/,tests/agents/*/}target
fi
case $only in
  '')
    need_java
    build_cpp
    build_java
    build_python
    build_rust
    ;;
  *) "build_$only" ;;
esac
if $wheel; then build_wheel; fi
say "built"
