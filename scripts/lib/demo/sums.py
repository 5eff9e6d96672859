"""One number a column, the same in any language: what the polars ends of a stream are checked by.

rust/qadataswap/examples/sums does the same for Rust.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl


def _physical(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Boolean:
        return values.cast(pl.UInt8)
    numbers = values.to_physical()
    # numpy has no integers of 128 bits; a decimal that doesn't fit in 64 is an error here.
    return numbers.cast(pl.Int64) if numbers.dtype == pl.Int128 else numbers


class Sums:
    """Sums of columns, modulo 2^64, over all frames.

    Of integers (times, decimals and truth values are integers too), of the bits of floating-point numbers, of the
    lengths and of the bytes of texts. Bits of a narrow number are followed by zeros; nulls add nothing.
    """

    def __init__(self) -> None:
        self._sums: Counter[str] = Counter()

    def add(self, frame: pl.DataFrame) -> None:
        """Adds a frame's columns."""
        for series in frame:
            values = series.drop_nulls()
            if series.dtype in (pl.String, pl.Categorical, pl.Enum):
                texts = values.cast(pl.String).str.join("").item().encode()
                self._sums[f"{series.name}.length"] += len(texts)
                self._sums[f"{series.name}.bytes"] += int(np.frombuffer(texts, np.uint8).sum(dtype=np.uint64))
            else:
                numbers = _physical(values).to_numpy()
                bits = numbers.view(f"u{numbers.dtype.itemsize}")
                self._sums[series.name] += int(bits.sum(dtype=np.uint64))

    def __str__(self) -> str:
        """The line that is compared."""
        return "sums " + " ".join(f"{name}={self._sums[name] % 2**64}" for name in sorted(self._sums))
