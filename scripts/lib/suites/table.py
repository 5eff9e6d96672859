"""The one table of test suites: what each runs, where it leaves its results, and which option selects it.

A suite is some preparing commands (builds, whose time is counted apart) and one test command that writes JUnit
XML. To add a language, add its rows to all_suites(); nothing else knows them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PYTHON = str(ROOT / "build/venv/bin/python")
MINUTE = 60.0
LONG = os.environ.get("QADS_LONG") == "1"
"""Tests that have a long form run it (test_all.sh --long), and no suite is killed before a night has passed."""

Command = tuple[str, ...]

JUNIT: Command = ("--junitxml", "{results}/pytest.xml", "-o", "junit_family=xunit2")


@dataclass(frozen=True)
class Suite:
    """One row of the table that test_all.sh prints."""

    name: str
    group: str
    """The option that selects it: cpp for --cpp-only, and so on."""
    test: Command
    """`{results}` in it stands for the suite's own folder, where JUnit XML is expected."""
    results: tuple[str, ...]
    """Glob patterns of the JUnit XML files, below ROOT or absolute; emptied before the run."""
    prepare: tuple[Command, ...] = ()
    timeout: float = 15 * MINUTE
    """Of the test command."""
    prepare_timeout: float = 60 * MINUTE
    """Of each preparing command: a bare machine may have to fetch and compile much."""

    @property
    def limit(self) -> float:
        """How long the test command may take in this run."""
        return max(self.timeout, 720 * MINUTE) if LONG else self.timeout


def _fixed_addresses() -> Command:
    """ThreadSanitizer can't place its shadow where addresses vary too much: a prefix that fixes them, if allowed."""
    setarch = shutil.which("setarch")
    command = (setarch, os.uname().machine, "--addr-no-randomize") if setarch else ()
    allowed = command and subprocess.run((*command, "true"), capture_output=True, check=False).returncode == 0
    return command if allowed else ()


def _ctest(preset: str, *options: str) -> Command:
    prefix = _fixed_addresses() if preset == "tsan" else ()
    return (*prefix, "ctest", "--preset", preset, "--output-junit", "{results}/ctest.xml", *options)


def _cpp(name: str, preset: str, *options: str) -> Suite:
    return Suite(
        name=name,
        group="cpp",
        prepare=(("cmake", "--preset", preset), ("cmake", "--build", "--preset", preset)),
        test=_ctest(preset, *options),
        results=("{results}/ctest.xml",),
        timeout=20 * MINUTE,
    )


def _fuzz() -> Suite:
    """Built with the clang that setup_fuzz found."""
    compilers = tuple(
        f"{name}={os.environ[f'QADS_FUZZ_{name}']}" for name in ("CC", "CXX") if f"QADS_FUZZ_{name}" in os.environ
    )
    return Suite(
        name="fuzz",
        group="cpp",
        prepare=(("env", *compilers, "cmake", "--preset", "fuzz"), ("cmake", "--build", "--preset", "fuzz")),
        test=(PYTHON, "-m", "suites.fuzz", "{results}/fuzz.xml", "build/fuzz/bin"),
        results=("{results}/fuzz.xml",),
        timeout=20 * MINUTE,
    )


def _java(version: int) -> Suite:
    maven = ("mvn", "--batch-mode", "--no-transfer-progress")
    on_this_jdk = ("-Pjdk25",) if version == 25 else ()
    return Suite(
        name=f"java-{version}",
        group="java",
        prepare=((*maven, "--quiet", "test-compile"),),
        test=(*maven, *on_this_jdk, "verify"),
        results=("**/target/surefire-reports/TEST-*.xml", "**/target/failsafe-reports/TEST-*.xml"),
    )


def _cargo(name: str, *options: str, cargo: Command = ("cargo",), prepare: tuple[Command, ...] = ()) -> Suite:
    command = (*cargo, "test", "--manifest-path", "rust/Cargo.toml", "--locked", "--no-fail-fast")
    return Suite(
        name=name,
        group="rust",
        prepare=(*prepare, (*command, "--no-run", *options)),
        test=(PYTHON, "-m", "suites.cargo", "{results}/cargo.xml", *command, *options),
        results=("{results}/cargo.xml",),
        timeout=30 * MINUTE,
    )


def _may_mount() -> bool:
    if not shutil.which("mount"):
        return False
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        mount = ("mount", "-t", "tmpfs", "none", folder)
        allowed = subprocess.run(mount, capture_output=True, check=False).returncode == 0
        if allowed:
            subprocess.run(("umount", folder), check=True)
    return allowed


def _rust() -> list[Suite]:
    with_polars = ("-p", "qadataswap", "--features", "polars")
    examples = ("--example", "polars_reader", "--example", "polars_writer")
    build = ("cargo", "build", "--manifest-path", "rust/Cargo.toml", "--locked", *with_polars, *examples)
    return [
        _cargo("rust", "--workspace"),
        _cargo("rust-polars", *with_polars, "--test", "polars", "--test", "polars_examples", prepare=(build,)),
        _cargo("rust-asan", "-p", "qadataswap", "-p", "qadataswap-sys", cargo=("cargo", "--config", "rust/asan.toml")),
        _cargo("rust-package", "-p", "qadataswap", "--test", "package", "--", "--ignored"),
        # Where it isn't allowed, the test is among the skipped ones of the suite rust.
        *([_cargo("rust-mount", "-p", "qadataswap", "--test", "faults", "--", "--ignored")] if _may_mount() else []),
    ]


def _pytest(name: str, group: str, folder: str, *, build: Command = (), options: Command = ()) -> Suite:
    return Suite(
        name=name,
        group=group,
        prepare=(("scripts/build_all.sh", *build),),
        test=(PYTHON, "-m", "pytest", folder, *options, *JUNIT),
        results=("{results}/pytest.xml",),
    )


def all_suites() -> list[Suite]:
    """Every suite, in the order in which they run."""
    in_parallel = ("--numprocesses", "auto")
    return [
        _cpp("cpp", "release", "--label-exclude", "^package$"),
        _cpp("package", "release", "--label-regex", "^package$"),
        _cpp("faults", "faults"),
        *([_soak()] if LONG else []),
        _cpp("cpp-asan-ubsan", "asan-ubsan"),
        _cpp("cpp-tsan", "tsan"),
        _pytest("models", "cpp", "tests/models", build=("--python-only",)),  # tests/conftest.py needs the package
        _fuzz(),
        _java(17),
        Suite(
            name="fuzz-java",
            group="java",
            test=(PYTHON, "-m", "suites.fuzz", "{results}/fuzz.xml", "java"),
            results=("{results}/fuzz.xml",),
            timeout=20 * MINUTE,
        ),
        _java(25),
        _pytest("python", "python", "python/tests", build=("--python-only",)),
        *_rust(),
        _pytest("cross-language", "cross-lang", "tests/cross_language", options=in_parallel),
        _pytest("integration", "cross-lang", "tests/integration", options=(*in_parallel, "--dist", "loadfile")),
        _pytest("cli", "cross-lang", "tests/cli"),
        _pytest("crash", "cross-lang", "tests/crash", options=in_parallel),
        _pytest("access", "cross-lang", "tests/access", options=("tests/space", "tests/containers", *in_parallel)),
        _pytest("docs", "cross-lang", "tests/docs"),
        Suite(
            name="performance",
            group="performance",
            prepare=(("scripts/build_all.sh",), ("scripts/lib/build_rivals.sh",)),
            test=(PYTHON, "-m", "suites.benchmarks", "{results}/benchmarks.xml", "{results}/benchmarks.txt"),
            results=("{results}/benchmarks.xml",),
            timeout=40 * MINUTE,
        ),
    ]


def _soak() -> Suite:
    return Suite(
        name="soak",
        group="cpp",
        prepare=(("cmake", "--preset", "release"), ("cmake", "--build", "--preset", "release")),
        test=(
            *("env", f"QADS_SOAK_SECONDS={os.environ.get('QADS_SOAK_SECONDS', '1800')}"),
            *("build/release/bin/processes_tests", "--gtest_filter=Soak.*", "--gtest_output=xml:{results}/soak.xml"),
        ),
        results=("{results}/soak.xml",),
    )


def select(suites: list[Suite], only: str | None, with_performance: bool) -> list[Suite]:
    """The suites of one group, or all of them; the performance suite only when asked for."""

    def wanted(suite: Suite) -> bool:
        if suite.group == "performance":
            return with_performance
        return only is None or suite.group == only

    return [suite for suite in suites if wanted(suite)]
