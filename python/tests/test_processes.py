"""Several processes: fork says no, spawn works, and so do the examples."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import qadataswap

from helpers import TABLE, both, run_python

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forks_child_gets_an_error_and_harms_nobody() -> None:
    with both("fork") as (writer, reader):
        writer.write_arrow(TABLE)
        held = reader.read_arrow()
        writer.write_arrow(TABLE)
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            words = []
            calls: list[Callable[[], object]] = [
                lambda: writer.write_arrow(TABLE),
                reader.read_arrow,
                lambda: next(reader),
                reader.statistics,
            ]
            for call in [*calls, writer.statistics, lambda: writer.allocate(10), writer.close, reader.close]:
                try:
                    call()
                    words.append("nothing")
                except qadataswap.QadsForkedError as error:
                    words.append("forked" if "fork" in str(error) else str(error))
                except BaseException as error:
                    words.append(repr(error))
            del held, writer, reader
            os.write(theirs, " ".join(words).encode())
            os._exit(0)
        os.close(theirs)
        with os.fdopen(ours) as pipe:
            words = pipe.read().split(" ")
        assert os.waitpid(child, 0)[1] == 0
        assert set(words) == {"forked"}, words
        assert held == TABLE
        assert reader.read_arrow() == TABLE
        writer.write_arrow(TABLE)
        assert reader.read_arrow() == TABLE
        del held


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forks_child_opens_its_own() -> None:
    with both("own") as (writer, reader):
        writer.write_arrow(TABLE)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                with qadataswap.create_reader("own") as its_own:
                    code = 0 if its_own.read_arrow() == TABLE else 2
            finally:
                os._exit(code)
        assert os.waitpid(child, 0)[1] == 0
        assert reader.read_arrow() == TABLE


def test_fork_in_the_middle_of_a_wait_leaves_the_parent_alone() -> None:
    def write(writer: qadataswap.Writer) -> None:
        for _ in range(50):
            writer.write_arrow(TABLE)

    with both("middle", buffer_count=2) as (writer, reader):
        thread = threading.Thread(target=write, args=(writer,))
        thread.start()
        children = []
        for _ in range(10):
            assert reader.read_arrow() == TABLE
            child = os.fork()
            if child == 0:
                os._exit(0)
            children.append(child)
        for _ in range(40):
            assert reader.read_arrow() == TABLE
        thread.join()
        assert [os.waitpid(child, 0)[1] for child in children] == [0] * 10


def test_a_spawned_process_writes(directory: Path) -> None:
    done = run_python(
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import multiprocessing, qadataswap, spawned\n"
        "if __name__ == '__main__':\n"
        "    process = multiprocessing.get_context('spawn').Process(target=spawned.write, args=('spawn',))\n"
        "    process.start()\n"
        "    with qadataswap.create_reader('spawn', attach_timeout_ms=60_000) as reader:\n"
        "        print(sum(batch.num_rows for batch in reader))\n"
        "    process.join()\n",
        str(Path(__file__).parent),
    )
    assert done.stdout == "30\n", done.stderr


@pytest.mark.parametrize("name", ["basic_example", "polars_integration"])
def test_an_example_runs(name: str) -> None:
    example = EXAMPLES / f"{name}.py"
    done = subprocess.run([sys.executable, example], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "read 12 rows" in done.stdout
    assert not done.stderr


def test_the_event_loop_reads_to_the_end_and_says_so_if_nobody_writes() -> None:
    command = [sys.executable, str(EXAMPLES / "asyncio_reader.py"), "loop"]
    with qadataswap.create_writer("loop", lifetime="until_closed") as writer:
        reading = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        writer.wait_readers(1)
        for _ in range(3):
            time.sleep(0.02)
            writer.write_arrow(TABLE)
        writer.finish()
        said, _ = reading.communicate(timeout=60)
    assert f"read {3 * TABLE.num_rows} rows" in said
    alone = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "nobody writes" in alone.stdout


def test_every_example_is_run() -> None:
    names = {path.stem for path in EXAMPLES.glob("*.py")}
    assert names == {"basic_example", "polars_integration", "asyncio_reader"}
