"""Memory that ends before the file system does, as in a container with a memory limit.

Beyond it the kernel doesn't refuse but kills: so the writer asks before. Where this machine lets us make a control
group, its limit is a real one. So that both versions of control groups are tried, the files in which the kernel shows
limits are replaced as well, in a mount namespace of the writer's own.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agents.harness import CPP, DONE, ERROR, LANGUAGES, WRITER_DIED, Language, Limit, Segments
from tests.agents.sources import Sources
from tests.agents.streams import assert_prefix, assert_same, load

EACH = pytest.mark.parametrize("language", [pytest.param(language, id=language.name) for language in LANGUAGES])
MIB = 1 << 20
LARGE = "real.bac_trades_20131008"

LIMITED = """
mount -t tmpfs none /sys/fs/cgroup
mkdir /sys/fs/cgroup/memory
echo $0 >/sys/fs/cgroup/memory.max; echo 1000000 >/sys/fs/cgroup/memory.current
echo $0 >/sys/fs/cgroup/memory/memory.limit_in_bytes; echo 1000000 >/sys/fs/cgroup/memory/memory.usage_in_bytes
exec "$@"
"""

NO_MEMORY = re.compile(
    r"no memory for (?P<need>\d+) bytes of the data section: memory\.\w+ of /sys/fs/cgroup\S* leaves (?P<free>\d+) "
    r"bytes for segments; choose a smaller capacity, raise the memory limit \(docker run --memory=\.\.\.\) or use a "
    r"directory on a disk \(QADS_DIR\)"
)


def _within(limit: int) -> tuple[str, ...]:
    """A namespace where processes may have so many bytes besides the 1,000,000 that they have."""
    if not re.search(r"^\d+:(memory|\S*,memory|memory,\S*|):", Path("/proc/self/cgroup").read_text(), re.MULTILINE):
        pytest.skip("this kernel has no control groups for memory")
    words = ("unshare", "--mount", "sh", "-ec", LIMITED, str(limit + 1_000_000))
    tried = subprocess.run([*words, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"this machine doesn't let us make mount namespaces: {tried.stderr.strip()}")
    return words


@EACH
def test_the_limit_of_a_container(segments: Segments, sources: Sources, limit: Limit, language: Language) -> None:
    limit("64m")
    options = ("--capacity", 1 << 36, "--timeout-ms", 200)
    writer = segments.write(language, "x", sources.path(LARGE), *options, within=_within(100_000))
    said = writer.expect(ERROR).err
    assert said.startswith("no space: ")
    match = NO_MEMORY.search(said)
    assert match, said
    # A sixteenth of the limit is kept for what else a process needs.
    assert int(match["free"]) == 100_000 - 1_100_000 // 16 < int(match["need"])
    segments.read(language, "x", "out.stream").expect(WRITER_DIED)
    assert_prefix(load(segments.files / "out.stream"), sources.load(LARGE))


@EACH
def test_a_limit_that_is_wide_enough(segments: Segments, sources: Sources, language: Language) -> None:
    options = ("--capacity", 1 << 36, "--slots", 2000)
    segments.write(language, "x", sources.path(LARGE), *options, within=_within(2 * MIB)).expect(DONE)
    segments.read(language, "x", "out.stream").expect(DONE)
    assert_same(load(segments.files / "out.stream"), sources.load(LARGE))


JOIN = ("sh", "-ec", 'echo $$ >"$0"; exec "$@"')


@pytest.fixture
def group() -> Iterator[Path]:
    """A control group of its own for memory, whose limit the kernel enforces; processes join it."""
    for mounted in (Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")):
        made = mounted / f"qads-test-{os.getpid()}"
        try:
            made.mkdir()
        except OSError:
            continue
        try:
            if _is_seen_from_inside(made):
                yield made
                return
        finally:
            made.rmdir()
    pytest.skip("this machine doesn't let us make a control group that limits memory")


def _is_seen_from_inside(group: Path) -> bool:
    """Whether it limits memory, and a process in it finds it where the kernel says that it is."""
    joined = [*JOIN, f"{group}/cgroup.procs", "cat", "/proc/self/cgroup"]
    tried = subprocess.run(joined, capture_output=True, text=True, check=False)
    return _limit_file(group).exists() and f":/{group.name}\n" in tried.stdout


def _limit_file(group: Path) -> Path:
    first, second = group / "memory.limit_in_bytes", group / "memory.max"
    return first if first.exists() else second


@EACH
def test_a_limit_that_the_kernel_enforces(
    segments: Segments, sources: Sources, group: Path, language: Language
) -> None:
    _limit_file(group).write_text(str(640 * MIB))  # JVM and Python need some for themselves
    options = ("--capacity", 1 << 30, "--slots", 60_000, "--repeat", 500, "--timeout-ms", 200)
    writer = segments.write(language, "x", sources.path(LARGE), *options, within=(*JOIN, f"{group}/cgroup.procs"))
    said = writer.expect(ERROR).err
    match = NO_MEMORY.search(said)
    assert match, said
    assert int(match["free"]) < int(match["need"])
    segments.read(CPP, "x", "out.stream").expect(WRITER_DIED)
    got = load(segments.files / "out.stream")
    assert_prefix(got, sources.load(LARGE), 500)
    assert sum(batch.nbytes for batch in got.batches) > 64 * MIB, "it used what it could have"
