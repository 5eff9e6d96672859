"""python -m suites [--only GROUP] [--with-performance] [--no-report]: runs suites, prints the table, tells failure."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from suites import junit, leaks, measure, report
from suites.table import ROOT, Command, Suite, all_suites, select

REPORTS = ROOT / "build/report"


def _expand(command: Command, results: Path) -> list[str]:
    return [word.replace("{results}", str(results)) for word in command]


def _killed(limit: float) -> str:
    return f"was killed after {limit:.0f} s, its time limit"


def _result_files(suite: Suite, results: Path) -> list[Path]:
    files: set[Path] = set()
    for pattern in suite.results:
        expanded = Path(pattern.replace("{results}", str(results.relative_to(ROOT))))
        files.update(ROOT.glob(str(expanded)))
    return sorted(files)


def run_suite(suite: Suite, prepared: set[Command]) -> report.Result:
    """Runs one suite; whatever goes wrong becomes a failure in its result, never an exception.

    Builds that an earlier suite has asked for are in `prepared` and not run again.
    """
    results = REPORTS / suite.name
    results.mkdir(parents=True, exist_ok=True)
    log = results / "output.log"
    log.write_bytes(b"")
    for stale in _result_files(suite, results):
        stale.unlink()
    result = report.Result(suite.name)
    env = dict(os.environ)

    for step in suite.prepare:
        if step in prepared:
            continue
        built = measure.run(_expand(step, results), ROOT, env, log, suite.prepare_timeout)
        result.built += built.seconds
        if built.status != 0:
            how = _killed(suite.prepare_timeout) if built.timed_out else f"failed with status {built.status}"
            result.problems.append(f"`{' '.join(step)}` {how}, so no test ran")
            result.failed = 1
            return result
        prepared.add(step)

    with leaks.watch(suite.name) as watch:
        env["QADS_DIR"] = str(watch.directory)
        ran = measure.run(_expand(suite.test, results), ROOT, env, log, suite.limit)
        watch.settle()
        left = [f"left behind: {name}" for name in watch.left] + [f"reported: {line}" for line in leaks.reported(log)]
    counts = junit.read(_result_files(suite, results))

    result.passed, result.skipped = counts.passed, counts.skipped
    result.seconds, result.peak_mib = ran.seconds, ran.peak_kib / 1024
    result.leaks = len(left)
    result.problems += counts.failures
    if ran.timed_out:
        result.problems.append(f"`{suite.test[0]}` {_killed(suite.limit)}")
    elif ran.status != 0 and not counts.failures:
        result.problems.append(f"no test failed, but `{suite.test[0]}` ended with status {ran.status}")
    if counts.executed == 0:
        result.problems.append("executed no test")
    result.problems += left
    result.failed = len(result.problems)
    return result


def main() -> int:
    parser = argparse.ArgumentParser(prog="suites", description=__doc__)
    parser.add_argument("--only", metavar="GROUP")
    parser.add_argument("--with-performance", action="store_true")
    parser.add_argument("--no-report", action="store_true")
    arguments = parser.parse_args()
    suites = select(all_suites(), arguments.only, arguments.with_performance)
    if not suites:
        parser.error(f"no suite in group {arguments.only}")

    # Started with &, a shell's child ignores Ctrl-C, and tests of Ctrl-C would wait for ever.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    results: list[report.Result] = []
    prepared: set[Command] = set()
    for suite in suites:
        print(f"\n==> suite {suite.name}", flush=True)
        results.append(run_suite(suite, prepared))

    print(f"\n{report.table(results)}\n")
    if wrong := report.problems(results):
        print(f"{wrong}\n")
    if not arguments.no_report:
        report.write(results, REPORTS)
        print(f"report: {(REPORTS / 'test_report.md').relative_to(ROOT)}\n")
    total = report.total(results)
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
