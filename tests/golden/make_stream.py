"""Writes golden.stream, the batches that golden segments hold: many layouts, slices and nulls."""

from __future__ import annotations

import sys

import pyarrow as pa


def batch(start: int, rows: int) -> pa.RecordBatch:
    numbers = list(range(start, start + rows))
    words = [None if n % 5 == 0 else f"word {n} " + "x" * (n % 17) for n in numbers]
    tags = pa.array([n % 3 for n in numbers], pa.int8())
    columns: dict[str, pa.Array] = {
        "int64": pa.array([None if n % 3 == 0 else n for n in numbers], pa.int64()),
        "bool": pa.array([n % 2 == 0 for n in numbers]),
        "decimal": pa.array([None if n % 7 == 0 else n for n in numbers], pa.decimal128(20, 3)),
        "timestamp": pa.array(numbers, pa.timestamp("us", "Europe/Paris")),
        "utf8": pa.array(words),
        "view": pa.array(words, pa.string_view()),
        "list": pa.array([None if n % 4 == 0 else list(range(n % 6)) for n in numbers], pa.list_(pa.int32())),
        "struct": pa.array([{"a": n, "b": str(n)} for n in numbers]),
        "dictionary": pa.array([("low", "mid", "high")[n % 3] for n in numbers]).dictionary_encode(),
        "runs": pa.RunEndEncodedArray.from_arrays(pa.array([rows // 2, rows], pa.int32()), pa.array([start, -start])),
        "union": pa.UnionArray.from_sparse(
            tags, [pa.array(numbers), pa.array([str(n) for n in numbers]), pa.array([n / 2 for n in numbers])]
        ),
        "null": pa.nulls(rows),
    }
    return pa.RecordBatch.from_pydict(columns).replace_schema_metadata({"origin": "tests/golden/make_stream.py"})


def main() -> None:
    batches = [batch(0, 40).slice(3, 33), batch(1000, 20)]
    with pa.ipc.new_stream(sys.argv[1], batches[0].schema) as stream:
        for each in batches:
            stream.write_batch(each)


if __name__ == "__main__":
    main()
