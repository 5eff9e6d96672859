"""What happens to segments comes to the logger "qadataswap"."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import qadataswap

from helpers import LONG_MS, TABLE, both, long_before_the_timeout, run_python


class Collector(logging.Handler):
    """Keeps the records, and lets tests wait for one."""

    def __init__(self) -> None:
        super().__init__()
        self._came = threading.Condition()
        self._records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """As logging's handlers do."""
        with self._came:
            self._records.append(record)
            self._came.notify_all()

    def kinds(self) -> list[str]:
        """Of all events so far."""
        with self._came:
            return [_event(record).kind for record in self._records]

    def wait_for(self, kind: str) -> logging.LogRecord:
        """The first record of this kind, within a minute."""

        def first() -> logging.LogRecord | None:
            return next((record for record in self._records if _event(record).kind == kind), None)

        with self._came:
            record = self._came.wait_for(first, timeout=60)
        assert record, kind
        return record


def _event(record: logging.LogRecord) -> qadataswap.Event:
    event = record.__dict__["qads_event"]
    assert isinstance(event, qadataswap.Event)
    return event


@contextmanager
def _collecting(level: int = logging.INFO) -> Iterator[Collector]:
    logger, collector = logging.getLogger("qadataswap"), Collector()
    logger.addHandler(collector)
    logger.setLevel(level)
    try:
        yield collector
    finally:
        logger.setLevel(logging.NOTSET)
        logger.removeHandler(collector)


@pytest.fixture
def collector() -> Iterator[Collector]:
    """Of records from INFO on."""
    with _collecting() as made:
        yield made


def test_attaching_leaving_and_the_life_of_the_name(collector: Collector, directory: Path) -> None:
    with qadataswap.create_writer("life") as writer:
        writer.write_arrow(TABLE)
    with qadataswap.create_reader("life") as reader:
        assert reader.read_arrow() == TABLE
    assert collector.kinds() == ["created", "reader_attached", "removed", "reader_left"]
    record = collector.wait_for("reader_attached")
    assert (record.name, record.levelno) == ("qadataswap", logging.INFO)
    assert record.getMessage().startswith(
        f"segment 'life': reader 0 (pid {os.getpid()}, this process) attached at batch 0"
    )
    assert _event(record) == qadataswap.Event("reader_attached", "life", 0, os.getpid(), 1, 0)
    assert str(directory) in collector.wait_for("created").getMessage()


def test_nothing_is_told_below_the_level() -> None:
    with _collecting(logging.WARNING) as collector, both("quiet") as (writer, _):
        writer.write_arrow(TABLE)
    assert collector.kinds() == []


def test_lag_names_the_reader(collector: Collector) -> None:
    with both("lags", buffer_count=1) as (writer, reader):
        writer.write_arrow(TABLE)
        blocked = threading.Thread(target=writer.write_arrow, args=(TABLE,), kwargs={"timeout_ms": LONG_MS})
        blocked.start()
        record = collector.wait_for("reader_lags")
        assert reader.read_arrow() is not None
        blocked.join()
    assert record.levelno == logging.WARNING
    assert "this process) is 1 batch behind, and the writer has waited " in record.getMessage()
    event = _event(record)
    assert (event.segment, event.entry, event.pid, event.batches) == ("lags", 0, os.getpid(), 1)
    assert event.waited_ns >= 10**9


def test_eviction_names_the_reader(collector: Collector) -> None:
    with both("evicts", buffer_count=1, evict_after_ms=50) as (writer, _):
        writer.write_arrow(TABLE)
        writer.wait_drained(timeout_ms=LONG_MS)  # there is no reader left to wait for
        assert _event(collector.wait_for("reader_evicted")).entry == 0


def test_losses_are_counted(collector: Collector) -> None:
    with (
        qadataswap.create_writer("loses", buffer_count=2, overflow="drop_oldest") as writer,
        qadataswap.create_reader("loses", loss="count") as reader,
    ):
        for _ in range(5):
            writer.write_arrow(TABLE)
        assert reader.read_arrow() is not None
        assert "lost 3 batches" in collector.wait_for("batches_lost").getMessage()


def _killed(code: str, *words: str) -> int:
    """A process that is killed once it has printed something; its pid."""
    process = subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    process.kill()
    process.stdout.close()
    process.wait()
    return process.pid


def test_the_dead_are_named(collector: Collector) -> None:
    code = "import qadataswap, time; r = qadataswap.create_reader('reaps'); print('ready', flush=True); time.sleep(60)"
    with qadataswap.create_writer("reaps", buffer_count=1, lifetime="until_closed") as writer:
        pid = _killed(code)
        writer.write_arrow(TABLE)
        with pytest.raises(TimeoutError):
            writer.write_arrow(TABLE, timeout_ms=50)
        assert _event(collector.wait_for("reader_reaped")).pid == pid


def test_a_dead_writer_is_told_of(collector: Collector) -> None:
    code = "import qadataswap, time; w = qadataswap.create_writer('dies'); print('ready', flush=True); time.sleep(60)"
    _killed(code)
    with qadataswap.create_reader("dies") as reader, pytest.raises(qadataswap.QadsWriterDiedError):
        reader.read_arrow()
    assert collector.wait_for("writer_died").levelno == logging.WARNING


def test_a_handler_that_fails_harms_nobody(collector: Collector) -> None:
    def fail(record: logging.LogRecord) -> bool:
        raise ValueError(f"no, {_event(record).kind}")

    with pytest.MonkeyPatch.context() as patch:
        raised: list[object] = []
        patch.setattr(sys, "unraisablehook", raised.append)
        collector.addFilter(fail)
        with both("fails") as (writer, reader):
            writer.write_arrow(TABLE)
            assert reader.read_arrow() == TABLE
        assert raised


def test_ctrl_c_in_the_middle_of_telling_ends_the_wait(collector: Collector) -> None:
    def interrupt(record: logging.LogRecord) -> bool:
        if _event(record).kind == "reader_lags":
            os.kill(os.getpid(), signal.SIGINT)
        return True

    collector.addFilter(interrupt)
    with long_before_the_timeout(), both("interrupted", buffer_count=1) as (writer, _):
        writer.write_arrow(TABLE)
        with pytest.raises(KeyboardInterrupt):
            writer.write_arrow(TABLE, timeout_ms=LONG_MS)


LOGGED = """
import logging, os, sys, qadataswap
logging.basicConfig(level=logging.INFO, format="%(process)d %(message)s", stream=sys.stdout)
"""


def test_a_forks_child_hears_of_its_own_segments() -> None:
    code = """
child = os.fork()
if child == 0:
    with qadataswap.create_writer("childs", lifetime="until_closed"):
        pass
    sys.stdout.flush()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print("child", child)
"""
    ended = run_python(LOGGED + code)
    assert ended.returncode == 0, ended
    *told, (_, child) = [line.split(" ", 1) for line in ended.stdout.splitlines()]
    assert [(pid, text.split(" as ")[0].split(":")[1]) for pid, text in told] == [
        (child, " created"),
        (child, " its name was removed"),
    ]


def test_handles_that_outlive_the_interpreter_tell_nobody_that_is_gone() -> None:
    code = """
writer = qadataswap.create_writer("outlives", lifetime="until_closed")
sys.modules["kept"] = (writer, qadataswap.create_reader("outlives"))
"""
    ended = run_python(LOGGED + code)
    assert (ended.returncode, ended.stderr) == (0, ""), ended
    assert [line.split(": ")[1].split(" ")[0] for line in ended.stdout.splitlines()] == ["created", "reader"]
    if "outlives" in qadataswap.list_segments():
        qadataswap.remove_segment("outlives", unread=True)
