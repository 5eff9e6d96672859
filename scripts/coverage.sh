#!/usr/bin/env bash
# Measures how much of each language's code its own tests reach, lines and branches, and what of the core the fuzzers'
# inputs reach. Prints a table, which also goes to build/report/coverage.{md,json}. Builds all of it anew, instrumented,
# into build/coverage: half an hour. What processes reach that the tests kill isn't counted.
#
# usage: scripts/coverage.sh [cpp] [fuzz] [java] [python] [rust]
#
#   cpp     native/src and native/cli by the C++ tests and tests/cli (clang's instrumentation, llvm-cov)
#   fuzz    native/src by the seeds and the corpus of the fuzzers, nothing fuzzed (the same)
#   java    the Java classes (JaCoCo) and their native part by the Java tests
#   python  the Python modules (coverage.py) and the extension module by the Python tests
#   rust    the Rust crates by their tests, those of the feature polars too (rustc's instrumentation, llvm-cov)
#   --help  this text
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/lib/common.sh"
source "$ROOT/scripts/lib/setup.sh"

languages=()
while [[ $# -gt 0 ]]; do
  case $1 in
    cpp | fuzz | java | python | rust) languages+=("$1") ;;
    --help)
      show_help
      exit
      ;;
    *) die_usage "unknown option $1" ;;
  esac
  shift
done
[[ ${#languages[@]} -gt 0 ]] || languages=(cpp fuzz java python rust)

BUILD=$ROOT/build/coverage
JACOCO=0.8.14
COVERAGE_PY=7.13.1
readonly INSTRUMENT='-fprofile-instr-generate -fcoverage-mapping'

setup_cpp
setup_fuzz
readonly LLVM=${QADS_FUZZ_CC#clang}
require "command -v llvm-profdata$LLVM && command -v llvm-cov$LLVM" "llvm$LLVM"
install_missing
export PATH=$VENV/bin:$PATH CC=$QADS_FUZZ_CC CXX=$QADS_FUZZ_CXX
cd "$ROOT"

# profiles PART: a fresh folder for what its processes count, one file a program.
profiles() {
  local folder=$BUILD/profiles/$1
  rm -rf "$folder"
  mkdir -p "$folder"
  export LLVM_PROFILE_FILE=$folder/%4m.profraw
}

# llvm_summary PART SOURCES PROGRAM…: what of the folder SOURCES was reached, into PART.llvm.json.
llvm_summary() {
  local part=$1 sources=$2 first=$3 program others=()
  shift 3
  for program in "$@"; do others+=(-object "$program"); done
  "llvm-profdata$LLVM" merge --failure-mode=all -o "$BUILD/$part.profdata" "$BUILD/profiles/${part%%.*}"/*.profraw
  "llvm-cov$LLVM" export -summary-only -instr-profile="$BUILD/$part.profdata" "$first" "${others[@]}" \
    "$ROOT/$sources" >"$BUILD/$part.unfinished"
  mv "$BUILD/$part.unfinished" "$BUILD/$part.llvm.json"
}

# configure FOLDER PRESET OPTION…
configure() {
  local folder=$1 preset=$2
  shift 2
  cmake --preset "$preset" -B "$folder" -DQADS_UNITY=OFF -DQADS_WERROR=OFF -DQADS_SANITIZE= \
    -DCMAKE_C_FLAGS="$INSTRUMENT" -DCMAKE_CXX_FLAGS="$INSTRUMENT" "$@" >/dev/null
}

cover_cpp() {
  local build=$BUILD/cpp
  scripts/build_all.sh --python-only # for tests/cli
  configure "$build" release -DQADS_BUILD_EXAMPLES=OFF -DQADS_BUILD_BENCH=OFF
  cmake --build "$build"
  profiles cpp
  ctest --test-dir "$build" --label-exclude '^package$' --output-on-failure
  # A file a process: some run as another user, who can't write to those of this one.
  chmod 1777 "$BUILD/profiles/cpp"
  LLVM_PROFILE_FILE=$BUILD/profiles/cpp/%m-%p.profraw QADS_AGENT_CPP=$build/bin/qadataswap_agent \
    python -m pytest --quiet tests/cli
  llvm_summary cpp.core native/src "$build"/bin/*
  llvm_summary cpp.command native/cli "$build/bin/qads"
}

cover_fuzz() {
  local build=$BUILD/fuzz target
  configure "$build" fuzz
  cmake --build "$build" --target fuzzers
  profiles fuzz
  for target in "$build"/bin/fuzz_*; do
    local kept=${target##*/fuzz_} inputs=()
    for folder in {native/fuzz/{seeds,regressions},build/fuzz-corpus}/"$kept"; do
      if [[ -d $folder ]]; then inputs+=("$folder"); fi
    done
    "$target" -runs=0 -max_len=600 "${inputs[@]}" 2>"$BUILD/fuzz-$kept.log"
  done
  llvm_summary fuzz.core native/src "$build"/bin/fuzz_*
}

cover_java() {
  local build=$BUILD/java artifact
  setup_java
  mkdir -p "$build"
  rm -f "$build/jacoco.exec"
  for artifact in agent:"$JACOCO":jar:runtime cli:"$JACOCO":jar:nodeps; do
    mvn --batch-mode --quiet dependency:copy -Dartifact=org.jacoco:org.jacoco."$artifact" -DoutputDirectory="$build"
  done
  profiles java
  CXXFLAGS=$INSTRUMENT mvn --batch-mode --quiet -Dqads.native.build="$build/native" \
    -Dqads.jdk.flags="-javaagent:$build/org.jacoco.agent-$JACOCO-runtime.jar=destfile=$build/jacoco.exec,includes=io.qadataswap.*" verify
  "$JAVA_HOME/bin/java" -jar "$build/org.jacoco.cli-$JACOCO-nodeps.jar" report "$build/jacoco.exec" --quiet \
    --classfiles target/classes --csv "$BUILD/java.jacoco.csv"
  llvm_summary java.native java/src/main/cpp "$build"/native/lib/libqadataswap_jni.so
}

cover_python() {
  local build=$BUILD/python
  setup_python
  python -m pip install --quiet --disable-pip-version-check --target "$build/tool" "coverage==$COVERAGE_PY"
  rm -rf "$build/package"
  CXXFLAGS=$INSTRUMENT CMAKE_GENERATOR=Ninja python -m pip install --quiet --disable-pip-version-check \
    --no-build-isolation --no-deps --config-settings=build-dir="$build/build" \
    --config-settings=cmake.build-type=RelWithDebInfo --config-settings=install.strip=false --target "$build/package" "$ROOT/python"
  profiles python
  PYTHONPATH=$build/package:$build/tool python -m coverage run --branch --data-file="$build/data" \
    --source="$build/package/qadataswap" -m pytest --quiet python/tests
  PYTHONPATH=$build/tool python -m coverage json --quiet --data-file="$build/data" -o "$BUILD/python.modules.json"
  llvm_summary python.extension python/src/_core "$build"/package/qadataswap/_core*.so
}

cover_rust() {
  local build=$BUILD/rust
  setup_rust
  # Counting branches is behind a switch of the compiler that only its nightly builds, or those told so, have.
  export RUSTC_BOOTSTRAP=1 RUSTFLAGS='-Cinstrument-coverage -Zcoverage-options=branch' CARGO_TARGET_DIR=$build
  profiles rust
  env -u CC -u CXX cargo test --quiet --locked --manifest-path rust/Cargo.toml --workspace
  env -u CC -u CXX cargo test --quiet --locked --manifest-path rust/Cargo.toml -p qadataswap --features polars --test polars
  mapfile -t programs < <(find "$build/debug/deps" -maxdepth 1 -type f -executable ! -name '*.so' ! -name '*.d')
  llvm_summary rust.crates rust "${programs[@]}"
}

for language in "${languages[@]}"; do
  say "coverage: $language"
  (cover_"$language")
done
python scripts/lib/coverage_report.py "$BUILD" build/report
