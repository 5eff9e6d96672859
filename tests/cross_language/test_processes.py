"""Several processes on one segment: every reader sees every batch from where it joined, in order, once, unchanged."""

from __future__ import annotations

import itertools

import pytest

from tests.agents.harness import CPP, DONE, LANGUAGES, LOST, TIMEOUT, Language, Segments
from tests.agents.sources import Sources
from tests.agents.streams import Stream, assert_same, load

TRIPLES = [
    (writer, *readers) for writer in LANGUAGES for readers in itertools.combinations_with_replacement(LANGUAGES, 2)
]
EACH = [pytest.param(language, id=language.name) for language in LANGUAGES]
PAIRS = [
    pytest.param(writer, reader, id=f"{writer.name}-to-{reader.name}")
    for writer, reader in itertools.product(LANGUAGES, repeat=2)
]


def _got(segments: Segments, output: str = "out.stream") -> Stream:
    return load(segments.files / output)


def _numbers(stream: Stream) -> list[int]:
    return [batch.column("batch")[0].as_py() for batch in stream.batches]


@pytest.mark.parametrize("triple", TRIPLES, ids=lambda triple: "-".join(language.name for language in triple))
def test_two_readers_get_all_of_it(
    segments: Segments, sources: Sources, triple: tuple[Language, Language, Language]
) -> None:
    source = "real.penguins_raw"
    readers = [segments.read(triple[side], "both", f"{side}.stream") for side in (1, 2)]
    writer = segments.write(
        triple[0], "both", sources.path(source), "--start-after-readers", 2, "--slots", 4, "--repeat", 10
    )
    writer.expect(DONE)
    for side, reader in enumerate(readers, start=1):
        reader.expect(DONE)
        assert_same(_got(segments, f"{side}.stream"), sources.load(source).repeated(10))


@pytest.mark.parametrize("writer", EACH)
def test_eight_readers_get_all_of_it(segments: Segments, sources: Sources, writer: Language) -> None:
    kinds = [*LANGUAGES, *[CPP] * 8][:8]
    readers = [segments.read(kind, "many", f"{number}.stream") for number, kind in enumerate(kinds)]
    segments.write(writer, "many", sources.path("numbered.500"), "--start-after-readers", 8, "--slots", 5).expect(DONE)
    for number, reader in enumerate(readers):
        assert reader.expect(DONE).stats.batches == 500
        assert_same(_got(segments, f"{number}.stream"), sources.load("numbered.500"))


@pytest.mark.parametrize(("writer", "reader"), PAIRS)
def test_a_blocking_writer_waits_for_a_slow_reader_and_nothing_is_lost(
    segments: Segments, sources: Sources, writer: Language, reader: Language
) -> None:
    slow = segments.read(reader, "slow", "slow.stream", "--delay-ms", 5)
    fast = segments.read(CPP, "slow", "fast.stream")
    pace = segments.write(
        writer, "slow", sources.path("numbered.100"), "--slots", 4, "--start-after-readers", 2
    ).expect(DONE)
    assert pace.stats.seconds >= 95 * 0.005
    for agent, output in ((slow, "slow.stream"), (fast, "fast.stream")):
        agent.expect(DONE)
        assert_same(_got(segments, output), sources.load("numbered.100"))


@pytest.mark.parametrize(("writer", "reader"), PAIRS)
def test_a_reader_that_is_overrun_knows_how_many_batches_it_lost(
    segments: Segments, sources: Sources, writer: Language, reader: Language
) -> None:
    slow = segments.read(reader, "lossy", "slow.stream", "--delay-ms", 2)
    options = ("--overflow", "drop_oldest", "--slots", 8, "--start-after-readers", 1)
    written = segments.write(writer, "lossy", sources.path("numbered.2000"), *options).expect(DONE).stats
    ended = slow.expect(LOST)
    got, whole = _got(segments, "slow.stream"), sources.load("numbered.2000")
    numbers = _numbers(got)
    assert written.batches == 2000
    assert ended.lost > 0
    assert len(numbers) + ended.lost == written.batches
    assert numbers == sorted(set(numbers)), "in order, each once"
    assert numbers[-1] == 1999, "what was retained at the end is read"
    assert_same(got, Stream(whole.schema, [whole.batches[number] for number in numbers]))


@pytest.mark.parametrize(("writer", "reader"), PAIRS)
def test_a_reader_that_comes_after_the_writer_left_gets_all_that_is_unread(
    segments: Segments, sources: Sources, writer: Language, reader: Language
) -> None:
    segments.write(writer, "left", sources.path("real.planes"), "--slots", 4).expect(DONE)
    assert segments.left() == ["qads_left"]
    segments.read(reader, "left", "out.stream").expect(DONE)
    assert_same(_got(segments), sources.load("real.planes"))
    assert segments.left() == []
    late = segments.read(CPP, "left", "none.stream", "--timeout-ms", 50).expect(TIMEOUT)
    assert "left" in late.err


@pytest.mark.parametrize("reader", EACH)
def test_a_late_joiner_begins_at_the_oldest_batch_that_is_retained(
    segments: Segments, sources: Sources, reader: Language
) -> None:
    whole = sources.load("numbered.1000")
    # It takes a batch and stands still, until the others have joined and it is killed: the writer waits for it.
    first = segments.read(CPP, "late", "first.stream", "--delay-ms", 600_000)
    writer = segments.write(CPP, "late", sources.path("numbered.1000"), "--slots", 16, "--start-after-readers", 1)
    segments.wait_until("late", batches=16)
    earliest = segments.read(reader, "late", "earliest.stream")
    latest = segments.read(reader, "late", "latest.stream", "--start", "latest")
    segments.wait_until("late", readers=3)
    first.kill()
    for agent in (writer, earliest, latest):
        agent.expect(DONE)
    everything, rest = _got(segments, "earliest.stream"), _got(segments, "latest.stream")
    for got in (everything, rest):
        assert_same(got, whole.part(1000 - len(got.batches), 1000))
    # One batch is the first reader's, and one may have been let go before the second joined.
    assert len(everything.batches) >= 998
    assert len(rest.batches) <= 1000 - 16


@pytest.mark.parametrize("reader", EACH)
def test_a_reader_that_starts_at_the_latest_batch_of_a_finished_stream_gets_its_end(
    segments: Segments, sources: Sources, reader: Language
) -> None:
    segments.write(CPP, "over", sources.path("numbered.100")).expect(DONE)
    segments.read(reader, "over", "out.stream", "--start", "latest").expect(DONE)
    assert_same(_got(segments), sources.load("numbered.100").part(0, 0))


@pytest.mark.parametrize(("writer", "reader"), PAIRS)
def test_held_batches_stay_unchanged_while_the_ring_goes_round_a_hundred_times(
    segments: Segments, sources: Sources, writer: Language, reader: Language
) -> None:
    holder = segments.read(reader, "held", "held.stream", "--hold", 4, "--hold-check")
    other = segments.read(CPP, "held", "other.stream", "--hold", 2, "--hold-check")
    options = ("--slots", 8, "--repeat", 8, "--capacity", 1 << 20, "--start-after-readers", 2)
    segments.write(writer, "held", sources.path("numbered.100"), *options).expect(DONE)
    for agent, output in ((holder, "held.stream"), (other, "other.stream")):
        agent.expect(DONE)
        assert_same(_got(segments, output), sources.load("numbered.100").repeated(8))


@pytest.mark.parametrize("reader", EACH)
def test_a_reader_that_stops_early_costs_the_others_nothing(
    segments: Segments, sources: Sources, reader: Language
) -> None:
    brief = segments.read(reader, "brief", "brief.stream", "--limit", 7)
    other = segments.read(CPP, "brief", "other.stream")
    segments.write(CPP, "brief", sources.path("numbered.500"), "--slots", 4, "--start-after-readers", 2).expect(DONE)
    brief.expect(DONE)
    other.expect(DONE)
    assert_same(_got(segments, "brief.stream"), sources.load("numbered.500").part(0, 7))
    assert_same(_got(segments, "other.stream"), sources.load("numbered.500"))


@pytest.mark.parametrize("writer", EACH)
def test_what_a_reader_that_stops_early_left_unread_stays_for_the_next(
    segments: Segments, sources: Sources, writer: Language
) -> None:
    segments.write(writer, "rest", sources.path("numbered.100")).expect(DONE)
    segments.read(CPP, "rest", "first.stream", "--limit", 40).expect(DONE)
    segments.read(CPP, "rest", "second.stream").expect(DONE)
    first, second = _numbers(_got(segments, "first.stream")), _numbers(_got(segments, "second.stream"))
    assert first == list(range(40))
    assert second == list(range(second[0], 100))
    assert second[0] <= 40, "nothing between the two is lost"
