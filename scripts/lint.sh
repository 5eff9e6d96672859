#!/usr/bin/env bash
# Checks the form of everything: formatting (clang-format, spotless, ruff, rustfmt), static analysis (clang-tidy, mypy,
# ruff, clippy and shellcheck), the direction of includes, the length of files, and that all places agree on the
# version. Runs all checks, then says which failed. clang-tidy takes minutes the first time; later it checks only what
# has changed.
#
# usage: scripts/lint.sh [--fix]
#
#   --fix   format in place what can be formatted, then check
#   --help  this text
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/lib/common.sh"
source "$ROOT/scripts/lib/setup.sh"

fix=false
while [[ $# -gt 0 ]]; do
  case $1 in
    --fix) fix=true ;;
    --help)
      show_help
      exit
      ;;
    *) die_usage "unknown option $1" ;;
  esac
  shift
done

require 'command -v git' git
setup_cpp
cd "$ROOT"
export PATH=$VENV/bin:$PATH

# Files that git knows or would add, NUL-separated.
list_files() {
  git ls-files -z --cached --others --exclude-standard --deduplicate -- "$@" |
    while IFS= read -r -d '' file; do
      if [[ -f $file ]]; then printf '%s\0' "$file"; fi
    done
}

failed=()
# check NAME COMMAND…
check() {
  local name=$1
  shift
  say "$name"
  "$@" || failed+=("$name")
}

format_cpp() {
  local mode=(--dry-run -Werror)
  if $fix; then mode=(-i); fi
  list_files '*.c' '*.h' '*.cpp' '*.hpp' | xargs -0 -r clang-format "${mode[@]}"
}

format_python() {
  if $fix; then ruff check --quiet --fix-only . && ruff format --quiet .; fi
  ruff format --check --quiet .
}

lint_shell() { list_files '*.sh' .ci/run tests/agents/agent | xargs -0 -r shellcheck; }

lint_types() { list_files '*.py' '*.pyi' | xargs -0 -r mypy --cache-dir build/mypy_cache; }

lint_java() {
  setup_java
  local goal=spotless:check
  if $fix; then goal=spotless:apply; fi
  mvn --batch-mode --no-transfer-progress --quiet "$goal"
}

lint_cpp() {
  cmake --preset dev -DQADS_BUILD_JNI=ON >/dev/null || return
  setup_python
  cmake -S python -B build/python/lint -DPython_EXECUTABLE="$VENV/bin/python" \
    -Dpybind11_DIR="$(python -m pybind11 --cmakedir)" >/dev/null || return
  python scripts/lib/tidy.py
}

lint_rust() {
  setup_rust_lint
  local cargo=(--manifest-path rust/Cargo.toml) rival=(--manifest-path tests/performance/rivals/iceoryx2/Cargo.toml)
  if $fix; then
    cargo fmt "${cargo[@]}" --all
    cargo fmt "${rival[@]}"
  fi
  cargo fmt "${cargo[@]}" --all --check && cargo fmt "${rival[@]}" --check &&
    cargo clippy "${cargo[@]}" --locked --workspace --all-targets --all-features --quiet -- -D warnings
}

check "clang-format" format_cpp
check "include direction, file length" python scripts/lib/check_includes.py
check "versions" python scripts/lib/check_versions.py
check "ruff format" format_python
check "ruff" ruff check --quiet .
check "mypy" lint_types
check "shellcheck" lint_shell
check "spotless" lint_java
check "rustfmt, clippy" lint_rust
check "clang-tidy" lint_cpp

[[ ${#failed[@]} -eq 0 ]] || die "failed: $(printf '%s; ' "${failed[@]}")"
say "lint passed"
