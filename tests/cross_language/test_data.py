"""The test data is what its manifest says, and the judge of all other tests sees differences."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.agents.generate import TYPES
from tests.agents.sources import BUNDLES, DATA, Sources
from tests.agents.streams import Stream, assert_prefix, assert_same, assert_same_rows, load

MANIFEST: list[dict[str, Any]] = json.loads((DATA / "manifest.json").read_text())["files"]


@pytest.mark.parametrize("entry", MANIFEST, ids=[str(entry["file"]) for entry in MANIFEST])
def test_a_file_is_the_one_in_the_manifest(entry: dict[str, Any]) -> None:
    path = DATA / entry["file"]
    content = path.read_bytes()
    assert len(content) == entry["bytes"]
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    stream = load(path)
    assert stream.rows == entry["rows"]
    assert [batch.num_rows for batch in stream.batches] == entry["batches"]
    assert stream.schema.names == [column["name"] for column in entry["columns"]]


def test_the_manifest_names_every_file() -> None:
    there = {str(path.relative_to(DATA)) for path in DATA.rglob("*.stream")}
    assert there == {entry["file"] for entry in MANIFEST}
    assert all(entry["origin"]["licence"] for entry in MANIFEST)


def test_every_type_is_in_at_most_one_bundle() -> None:
    for name in TYPES:
        assert sum(chosen(name) for chosen in BUNDLES.values()) <= 1, name


def _stream(*arrays: pa.Array, **metadata: str) -> Stream:
    batch = pa.record_batch({str(number): array for number, array in enumerate(arrays)})
    batch = batch.replace_schema_metadata(metadata or None)
    return Stream(batch.schema, [batch])


NAN, OTHER_NAN = pa.array([0x7FF8 << 48]).view(pa.float64()), pa.array([(0x7FF8 << 48) + 1]).view(pa.float64())

DIFFERENT = {
    "value": (_stream(pa.array([1, 2])), _stream(pa.array([1, 3]))),
    "null": (_stream(pa.array([1, None])), _stream(pa.array([1, 0]))),
    "length": (_stream(pa.array([1])), _stream(pa.array([1, 1]))),
    "type": (_stream(pa.array([1], pa.int8())), _stream(pa.array([1], pa.uint8()))),
    "metadata": (_stream(pa.array([1]), a="1"), _stream(pa.array([1]), a="2")),
    "sign of zero": (_stream(pa.array([0.0])), _stream(pa.array([-0.0]))),
    "bits of NaN": (_stream(NAN), _stream(OTHER_NAN)),
    "order flag": tuple(
        _stream(pa.DictionaryArray.from_arrays(pa.array([0]), pa.array(["x"]), ordered=ordered))
        for ordered in (False, True)
    ),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_the_judge_sees_a_different(what: str) -> None:
    one, other = DIFFERENT[what]
    for judge in (assert_same, assert_same_rows, assert_prefix):
        if judge is assert_prefix and what in ("bits of NaN", "sign of zero"):
            continue  # it is for streams without them
        judge(one, one)
        with pytest.raises(AssertionError):
            judge(one, other)


def test_the_judge_finds_a_nan_equal_to_itself() -> None:
    assert_same(_stream(NAN), _stream(NAN))


def test_the_judge_sees_a_missing_batch(sources: Sources) -> None:
    whole = sources.load("numbered.100")
    with pytest.raises(AssertionError):
        assert_same(whole.part(0, 99), whole)
    assert_prefix(whole.part(0, 99), whole)
    with pytest.raises(AssertionError):
        assert_prefix(whole.part(1, 99), whole)


def test_generated_streams_are_the_same_in_every_run(tmp_path: Path, sources: Sources) -> None:
    again = Sources(tmp_path)
    assert again.path("bundle.nested").read_bytes() == sources.path("bundle.nested").read_bytes()
