"""One process writes a table, another one reads it: run without arguments."""

from __future__ import annotations

import multiprocessing
import os

import pyarrow as pa
import qadataswap

NAME = f"basic-example-{os.getpid()}"


def write(name: str) -> None:
    """The writing process."""
    with qadataswap.create_writer(name, buffer_count=8) as writer:
        writer.wait_readers(1)
        for day in range(3):
            writer.write_arrow(pa.table({"day": [day] * 4, "price": [10.0 + day, 11.0, 12.5, None]}))


def main() -> None:
    """The reading process."""
    # spawn: a fork's child can't use its parent's writers and readers.
    process = multiprocessing.get_context("spawn").Process(target=write, args=(NAME,))
    process.start()
    rows = 0
    with qadataswap.create_reader(NAME, attach_timeout_ms=10_000) as reader:
        print(f"schema: {', '.join(f'{field.name}: {field.type}' for field in reader.schema)}")
        for batch in reader:  # not copied: each lies in shared memory until it is let go
            rows += batch.num_rows
            print(f"day {batch['day'][0]}: prices {batch['price'].to_pylist()}")
    process.join()
    print(f"read {rows} rows")


if __name__ == "__main__":
    main()
