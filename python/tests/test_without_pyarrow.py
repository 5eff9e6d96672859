"""Without pyarrow, everything that speaks capsules works, and the rest says what it needs."""

from __future__ import annotations

from helpers import run_python

BLOCKED = "import sys; sys.modules['pyarrow'] = None\n"


def _run(code: str) -> str:
    done = run_python(BLOCKED + code)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_polars_writes_and_reads() -> None:
    out = _run(
        "import polars as pl, qadataswap, qadataswap.polars as qp\n"
        "frame = pl.DataFrame({'a': [1, 2, None], 'b': ['x', None, 'z' * 50]})\n"
        "qp.write_frame('n', frame)\n"
        "assert qp.read_frame('n').equals(frame)\n"
        "with qadataswap.create_writer('n') as w:\n"
        "    w.write_arrow(frame); w.write_arrow(frame.lazy()); w.write_arrow(frame)\n"
        "with qadataswap.create_reader('n') as r:\n"
        "    assert [pl.DataFrame(b).equals(frame) for b in (r.read_batch(), r.read_message())] == [True, True]\n"
        "    assert pl.DataFrame(r).equals(frame)\n"
        "print('fine')\n"
    )
    assert out == "fine\n"


def test_nanoarrow_writes_and_reads() -> None:
    out = _run(
        "import nanoarrow as na, qadataswap\n"
        "with qadataswap.create_writer('n') as w:\n"
        "    w.write_arrow(na.c_array_from_buffers(na.struct([na.int64()]), 2, [None],\n"
        "        children=[na.c_array([1, 2], na.int64())]))\n"
        "with qadataswap.create_reader('n') as r:\n"
        "    print([list(na.Array(b).iter_py()) for b in r.batches()])\n"
    )
    assert "1" in out


def test_what_needs_it_says_so_and_loses_nothing() -> None:
    out = _run(
        "import polars as pl, qadataswap\n"
        "w = qadataswap.create_writer('n', lifetime='until_closed'); w.write_arrow(pl.DataFrame({'a': [1]}))\n"
        "with qadataswap.create_reader('n') as r:\n"
        "    for call in (r.read_arrow, r.read_record_batch, lambda: next(r), lambda: r.schema):\n"
        "        try: call()\n"
        "        except ImportError as error: print(error)\n"
        "    assert r.read_batch().num_rows == 1\n"
        "w.close()\n"
    )
    assert out.count("needs pyarrow, which isn't installed") == 4
    assert "read_message" in out


def test_segment_memory_needs_nothing() -> None:
    _run(
        "import qadataswap\n"
        "with qadataswap.create_writer('n', lifetime='until_closed') as w:\n"
        "    m = memoryview(w.allocate(10)); m[:] = bytes(10); m.release()\n"
    )
