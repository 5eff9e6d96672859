"""polars on both sides: whole frames, a stream of frames, and a lazy scan. Run without arguments."""

from __future__ import annotations

import os

import polars as pl
import qadataswap
import qadataswap.polars as qp

NAME = f"polars-example-{os.getpid()}"

trades = pl.DataFrame(
    {"symbol": ["BAC", "SPY", "BAC", "SPY"], "price": [14.1, 130.2, 14.2, 130.4], "size": [100, 5, 50, 7]}
)


def main() -> None:
    """Writes and reads in one process, to be short; in life they are two."""
    # A whole frame, three words each way.
    qp.write_frame(NAME, trades)
    print(qp.read_frame(NAME))

    # A lazy query is written as polars gets there, never whole in memory.
    qp.write_frame(NAME, trades.lazy().filter(pl.col("size") > 5))
    print(qp.read_frame(NAME))

    # Frame after frame, as it comes.
    with qadataswap.create_writer(NAME) as writer, qadataswap.create_reader(NAME) as reader:
        for _ in range(3):
            qp.write_frame(writer, trades)
        writer.finish()
        total = 0
        while True:
            try:
                frame = qp.read_frame(reader, timeout_ms=1000)
            except qadataswap.QadsEndOfStreamError:
                break
            assert frame is not None
            total += frame.height
        print(f"read {total} rows")

    # As a query: polars asks for the columns and rows that it needs.
    qp.write_frame(NAME, trades)
    print(qp.scan(NAME).filter(pl.col("symbol") == "BAC").select(pl.col("price").mean()).collect())


if __name__ == "__main__":
    main()
