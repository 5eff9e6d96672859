#!/usr/bin/env bash
# Builds what the tests need and runs every test suite: C++ (plain, under ASan+UBSan, under TSan, fuzzed), the installed
# package, Java on JDK 17 and on JDK 25, Python, Rust, the cross-language matrix, the crash tests and the examples of
# the docs. Ends with one table, which also goes to build/report/test_report.{md,json}, and with the line "N passed, N
# failed, N skipped". Exit status: 0 only if nothing failed and nothing leaked; 2 for a wrong command line.
#
# usage: scripts/test_all.sh [--cpp-only | --java-only | --python-only | --rust-only | --cross-lang-only]
#                            [--with-performance] [--long] [--no-report]
#
#   --cpp-only          the C++ suites and the package test only
#   --java-only         the Java suites only
#   --python-only       the Python suites only
#   --rust-only         the Rust suites only
#   --cross-lang-only   the cross-language and crash suites only
#   --with-performance  run the benchmarks as well, beside rivals that are installed below build: a quarter of an hour
#                       on a machine that does nothing else. Writes docs/benchmarks.md; no speed makes it fail
#   --long              hours instead of minutes, where a test has a long form: soaks, kills, fuzzing (the environment
#                       variable QADS_LONG=1 says the same). QADS_SOAK_SECONDS says how long the soak takes (1800),
#                       QADS_KILL_ROUNDS how many times as many processes are killed (10)
#   --no-report         don't write the report files
#   --help              this text
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/lib/common.sh"
source "$ROOT/scripts/lib/setup.sh"

only=
arguments=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --cpp-only | --java-only | --python-only | --rust-only | --cross-lang-only)
      [[ -z $only ]] || die_usage "$1 and --$only-only exclude each other"
      only=${1#--}
      only=${only%-only}
      ;;
    --long) export QADS_LONG=1 ;;
    --with-performance | --no-report) arguments+=("$1") ;;
    --help)
      show_help
      exit
      ;;
    *) die_usage "unknown option $1" ;;
  esac
  shift
done
[[ -z $only ]] || arguments+=(--only "$only")

if [[ $only != cpp ]]; then need_java; fi
setup_cpp
if [[ -z $only || $only == cpp ]]; then setup_fuzz; fi
if [[ $only != cpp && $only != java && $only != python ]]; then setup_rust; fi
if [[ $only != cpp && $only != python && $only != rust ]]; then
  setup_java
  setup_java25
fi
cd "$ROOT"
PYTHONPATH=$ROOT/scripts/lib exec "$VENV/bin/python" -m suites "${arguments[@]}"
