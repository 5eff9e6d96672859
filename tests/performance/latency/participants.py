"""Who takes part in the latency benchmark: a row each.

A participant is a program, run twice at once:

    PROGRAM ping|pong NAME --bytes 1024|80000 --rounds N --warmup W --core K --samples FILE

Ping creates the channel NAME.there and attaches to NAME.back, pong the other way round. Both wait for each other. Then
ping sends batches of 10 int64 columns (rows: bytes / 80, so 1024 means 960 bytes) whose last column's first value says
the round; pong checks that, and answers with a batch that says the same. A program pins its thread to core K, waits
spinning, and fails if anything is wrong. Ping writes each round trip after W + N rounds but not the first W, as
little-endian uint64 nanoseconds, to FILE. What lies in files lies in the folder that QADS_DIR names.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.performance.paths import ROOT

FLOOR, OURS, RIVAL = "floor", "ours", "rival"
BYTES = (1024, 80_000)


@dataclass(frozen=True)
class Participant:
    """One row."""

    name: str
    text: str
    kind: str
    program: Path
    """Built, or there is nothing to run."""
    command: tuple[str, ...]
    options: tuple[str, ...] = ()
    """After the contract's own."""

    def missing(self) -> bool:
        """Whether it can't take part."""
        return not self.program.exists()


def _program(name: str, text: str, kind: str, program: str, *options: str) -> Participant:
    return Participant(name, text, kind, ROOT / program, (str(ROOT / program),), options)


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    return f"{home}/bin/java" if home else "java"


def _classpath(classes: list[Path], listed: Path) -> str:
    there = listed.read_text().strip() if listed.is_file() else ""
    return ":".join([*map(str, classes), there])


def _jvm_rival(name: str, text: str, main: str, *flags: str) -> Participant:
    build = ROOT / "build/rivals/jvm"
    classpath = _classpath([build / "classes"], build / "classpath.txt")
    return Participant(
        name,
        text,
        RIVAL,
        build / f"classes/io/qadataswap/rivals/{main}.class",
        (_java(), *flags, "-cp", classpath, f"io.qadataswap.rivals.{main}"),
    )


def _our_java() -> Participant:
    target = ROOT / "target"
    classpath = _classpath([target / "classes", target / "test-classes"], target / "test-classpath.txt")
    return Participant(
        "qads-java",
        "QADataSwap, Java: VectorSchemaRoot to VectorSchemaRoot",
        OURS,
        target / "test-classes/io/qadataswap/bench/LatencyParticipant.class",
        (_java(), "-cp", classpath, "io.qadataswap.bench.LatencyParticipant"),
    )


def _our_python() -> Participant:
    program = ROOT / "python/bench/latency_participant.py"
    return Participant(
        "qads-python",
        "QADataSwap, Python: RecordBatch to RecordBatch",
        OURS,
        program,
        (sys.executable, str(program)),
    )


_AERON_FLAGS = (
    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "-Dagrona.disable.bounds.checks=true",
)
_CHRONICLE_FLAGS = (
    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
    "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
    "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
    "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/java.util=ALL-UNNAMED",
    "-Dchronicle.analytics.disable=true",
)
"""Those that its documentation asks for."""


def participants() -> tuple[Participant, ...]:
    """All of them, in the order in which they take turns."""
    socket, iceoryx = "build/release/bin/latency_socket", "build/cargo/release/iceoryx2_participant"
    rust = "build/cargo/release/examples/latency_participant"
    return (
        _program("line", "cache line to cache line", FLOOR, "build/release/bin/latency_line"),
        _program("qads-c", "QADataSwap, C interface", OURS, "build/release/bin/latency_participant"),
        _program("qads-rust", "QADataSwap, Rust: RecordBatch to RecordBatch", OURS, rust),
        _our_java(),
        _our_python(),
        _program("iceoryx2-loaned", "iceoryx2, loaned, only the round read", RIVAL, iceoryx, "--mode", "loaned"),
        _program("iceoryx2-copied", "iceoryx2, copied in and out", RIVAL, iceoryx, "--mode", "copied"),
        _jvm_rival("aeron", "Aeron IPC, copied in and out", "AeronParticipant", *_AERON_FLAGS),
        _jvm_rival("chronicle", "Chronicle Queue, copied in and out", "ChronicleParticipant", *_CHRONICLE_FLAGS),
        _program("socket-spinning", "Unix socket, C++, spinning", RIVAL, socket, "--mode", "spinning"),
        _program("socket-blocking", "Unix socket, C++, asleep in between", RIVAL, socket, "--mode", "blocking"),
    )
