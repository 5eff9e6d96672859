"""python -m suites.fuzz RESULTS.xml FOLDER|java: runs fuzz targets for a while, and writes JUnit XML.

FOLDER has programs of libFuzzer, fuzz_TARGET each; java means what Jazzer runs, of the tests that Maven has compiled.

How long each runs: QADS_FUZZ_SECONDS, else hours with QADS_LONG=1, else a minute. What a target finds is kept in
build/fuzz-findings, its corpus in build/fuzz-corpus, from where the next run goes on.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT / "build/fuzz-corpus"
FINDINGS = ROOT / "build/fuzz-findings"
HERE = ROOT / "native/fuzz"

MINUTE = 60
LONG = 4 * 60 * MINUTE
AT_ONCE = 3
"""More than the two processors of a small machine: a target that waits leaves its own to the others."""

OPTIONS = ("-timeout=120", "-rss_limit_mb=4096", "-max_len=600", "-len_control=0", "-print_final_stats=1")
SANITIZERS = {
    # An allocation that a forged size asks for fails, as it does without the sanitizer.
    "ASAN_OPTIONS": "allocator_may_return_null=1:detect_leaks=1:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}
JAVA_TARGETS = ("OptionsFuzz",)
JAVA_OPENS = "--add-opens=java.base/java.nio=ALL-UNNAMED"
EXECUTIONS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")


def seconds() -> int:
    """How long each target runs."""
    asked = os.environ.get("QADS_FUZZ_SECONDS")
    if asked:
        return int(asked)
    return LONG if os.environ.get("QADS_LONG") == "1" else MINUTE


@dataclass(frozen=True)
class Target:
    """Something that libFuzzer drives."""

    name: str
    command: tuple[str, ...]
    """To which libFuzzer's options and the folders of inputs are appended."""


def programs(folder: Path) -> list[Target]:
    """The programs there."""
    return [Target(program.name.removeprefix("fuzz_"), (str(program),)) for program in sorted(folder.glob("fuzz_*"))]


def java_targets() -> list[Target]:
    """Classes in io.qadataswap.fuzz."""
    built = ROOT / "target"
    classpath = f"{built}/test-classes:{built}/classes:{(built / 'test-classpath.txt').read_text(encoding='utf-8')}"
    java = (f"{os.environ['JAVA_HOME']}/bin/java", JAVA_OPENS, "-cp", classpath, "com.code_intelligence.jazzer.Jazzer")
    scope = ("--instrumentation_includes=io.qadataswap.**", f"--reproducer_path={FINDINGS}")
    return [
        Target(f"java-{name}", (*java, f"--target_class=io.qadataswap.fuzz.{name}", *scope)) for name in JAVA_TARGETS
    ]


@dataclass
class Outcome:
    """How the run of one target ended."""

    target: str
    status: int
    text: str
    took: float

    def summary(self) -> str:
        done = EXECUTIONS.search(self.text)
        count = int(done[1]) if done else 0
        return f"{self.target}: {count} executions in {self.took:.0f} s, exit status {self.status}"


def run(target: Target) -> Outcome:
    """Fuzzes one target."""
    corpus = CORPUS / target.name
    corpus.mkdir(parents=True, exist_ok=True)
    kept = [HERE / kind / target.name for kind in ("seeds", "regressions")]
    start = time.monotonic()
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="fuzz-") as segments:
        done = subprocess.run(
            [
                *target.command,
                *OPTIONS,
                f"-max_total_time={seconds()}",
                # The same way each time, so that what a change is refused for is the change; long runs go their own.
                *(("-seed=1",) if seconds() <= MINUTE else ()),
                f"-artifact_prefix={FINDINGS}/{target.name}-",
                *(str(place) for place in (corpus, *kept) if place.is_dir()),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=os.environ | SANITIZERS | {"QADS_DIR": segments},
            check=False,
        )
    return Outcome(target.name, done.returncode, done.stdout, time.monotonic() - start)


def case(outcome: Outcome, target: Target) -> ET.Element:
    """The outcome as JUnit XML."""
    element = ET.Element("testcase", classname="fuzz", name=outcome.target, time=f"{outcome.took:.3f}")
    if outcome.status != 0:
        advice = (
            f"{outcome.summary()}\nThe input is {FINDINGS}/{outcome.target}-*; once more: "
            f"{' '.join(target.command)} FILE\n"
            f"Mended? Then the file goes to native/fuzz/regressions/{outcome.target}.\n\n"
        )
        # Control characters can't be in XML.
        text = re.sub(r"[^\t\n\x20-\ud7ff\ue000-\ufffd]", "?", advice + outcome.text[-20_000:])
        ET.SubElement(element, "failure", message="found something").text = text
        print(text, flush=True)
    return element


def main() -> int:
    results, which = Path(sys.argv[1]), sys.argv[2]
    targets = java_targets() if which == "java" else programs(Path(which))
    FINDINGS.mkdir(parents=True, exist_ok=True)
    suite = ET.Element("testsuite", name="fuzz")
    failed = not targets
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for target, outcome in zip(targets, pool.map(run, targets), strict=True):
            print(outcome.summary(), flush=True)
            suite.append(case(outcome, target))
            failed = failed or outcome.status != 0
    ET.ElementTree(suite).write(results)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
