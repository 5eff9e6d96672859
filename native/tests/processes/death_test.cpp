// kill -9 at random moments, stopped processes, forks: what survivors see.
#include <gtest/gtest.h>
#include <poll.h>

#include <random>

#include "../support/segment_ends.hpp"
#include "process.hpp"

namespace {

using namespace qads_test;

constexpr std::int64_t kRows = 40;

// Reads to the end, checking every batch; 0 if the stream ended as `expected` and began at or after batch `from`.
int read_all(const Directory& directory, qads_status expected, std::atomic<std::uint64_t>* progress = nullptr) {
  const Inlet in(directory, "s");
  const IntBatch batch(kRows);
  Got got;
  std::uint64_t next = 0;
  for (bool first = true;; first = false) {
    got.release();
    const qads_status status = qads_reader_next(in.reader, 20'000, &got.array, &got.info);
    if (status != QADS_OK) {
      if (status != expected) std::fprintf(stderr, "%s\n", qads_last_error());
      return status == expected ? 0 : 2;
    }
    if (!first && got.info.sequence != next) return 3;
    if (const std::string wrong = batch.difference(got.array, got.info.sequence); !wrong.empty()) {
      std::fprintf(stderr, "batch %lu: %s\n", static_cast<unsigned long>(got.info.sequence), wrong.c_str());
      return 4;
    }
    next = got.info.sequence + 1;
    if (progress != nullptr) progress->store(next);
  }
}

TEST(Death, OfReadersCostsNothingButTimeAndSurvivorsGetEverything) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 64 << 10));
  IntBatch batch(kRows);
  Process survivor([&] { return read_all(directory, QADS_END_OF_STREAM); });
  expect_ok(qads_writer_wait_readers(out.writer, 1, 10'000));
  std::mt19937 random(7);
  std::uint64_t n = 0;
  constexpr int kKills = 60;
  for (int round = 0; round < kKills; ++round) {
    Process victim([&] { return read_all(directory, QADS_END_OF_STREAM); });
    const std::uint64_t until = n + random() % 2000;
    for (; n < until; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK) << qads_last_error();
    victim.kill();
  }
  for (int i = 0; i < 100; ++i, ++n) ASSERT_EQ(out.write(batch, n), QADS_OK) << qads_last_error();
  expect_ok(qads_writer_finish(out.writer));
  EXPECT_EQ(survivor.wait(), 0);
  std::int32_t readers = -1;
  expect_ok(qads_arena_get_readers(out.arena, nullptr, 0, &readers));
  EXPECT_LE(readers, 1) << "all but perhaps the last victim were cleaned up after";
}

// An event loop looks only when it is told to, and then without waiting.
TEST(Death, OfTheWriterIsToldToAnEventLoop) {
  for (const std::int32_t mode : {QADS_WAIT_SLEEP, QADS_WAIT_POLL}) {
    const Directory directory;
    Process writer([&] {
      Outlet out(directory, "s", arena_options(4, 64 << 10));
      IntBatch batch(kRows);
      if (out.write(batch, 0) != QADS_OK) return 1;
      pause();
      return 2;
    });
    qads_reader_options options = Inlet::defaults();
    options.wait = mode;
    Inlet in(directory, "s", options);
    pollfd readable{.fd = -1, .events = POLLIN, .revents = 0};
    expect_ok(qads_reader_get_fd(in.reader, &readable.fd));
    Got got;
    ASSERT_EQ(in.next(got), QADS_OK);
    ASSERT_EQ(in.next(got, 0), QADS_ERR_TIMEOUT);
    ASSERT_EQ(poll(&readable, 1, 50), 0);
    writer.kill();
    ASSERT_EQ(poll(&readable, 1, 60'000), 1);
    EXPECT_EQ(in.next(got, 0), QADS_ERR_WRITER_DIED) << qads_last_error();
    EXPECT_EQ(poll(&readable, 1, 0), 1) << "it stays dead";
  }
}

TEST(Death, OfTheWriterLeavesEverythingItPublishedReadable) {
  std::mt19937 random(8);
  for (int round = 0; round < 60; ++round) {
    const Directory directory;
    auto& published = shared<std::atomic<std::uint64_t>>();
    auto& seen = shared<std::atomic<std::uint64_t>>();
    Process writer([&] {
      Outlet out(directory, "s", arena_options(4, 64 << 10));
      IntBatch batch(kRows);
      for (std::uint64_t n = 0; out.write(batch, n) == QADS_OK; ++n) published.store(n + 1);
      return 1;
    });
    Process reader([&] { return read_all(directory, QADS_ERR_WRITER_DIED, &seen); });
    const std::uint64_t until = random() % 3000;
    ASSERT_TRUE(eventually([&] { return seen.load() >= until; }));
    writer.kill();
    ASSERT_EQ(reader.wait(), 0) << "round " << round;
    EXPECT_GE(seen.load(), published.load()) << "nothing published is lost";
    EXPECT_TRUE(directory.empty()) << "the reader that drained it removed the name";
  }
}

TEST(Death, OfTheWriterInTheMiddleOfAMessageShowsNobodyHalfOfIt) {
  const Directory directory;
  auto& published = shared<std::atomic<std::uint64_t>>();
  Process writer([&] {
    Outlet out(directory, "s", arena_options(8, 64 << 10));
    IntBatch batch(kRows);
    if (out.write(batch, 0) != QADS_OK) return 1;
    for (std::uint64_t n = 1; n < 3; ++n) {
      if (out.write(batch, n, QADS_WRITE_MORE) != QADS_OK) return 2;
    }
    published = 3;
    pause_ms(60'000);
    return 0;
  });
  ASSERT_TRUE(eventually([&] { return published.load() == 3; }));
  Inlet whole(directory, "s");
  Inlet single(directory, "s");
  writer.kill();
  IntBatch batch(kRows);
  Got got;
  ArrowArrayStream message{};
  ASSERT_EQ(qads_reader_next_message(whole.reader, 10'000, &message, &got.info), QADS_OK) << qads_last_error();
  ASSERT_EQ(message.get_next(&message, &got.array), 0);
  EXPECT_EQ(batch.difference(got.array, 0), "");
  message.release(&message);
  EXPECT_EQ(qads_reader_next_message(whole.reader, 10'000, &message, &got.info), QADS_ERR_WRITER_DIED);
  for (std::uint64_t n = 0; n < 3; ++n) {
    ASSERT_EQ(single.next(got), QADS_OK);
    EXPECT_EQ(batch.difference(got.array, n), "");
  }
  EXPECT_EQ(single.next(got), QADS_ERR_WRITER_DIED);
}

TEST(Death, OfTheWriterLetsANewOneTakeTheNameWhileReadersKeepWhatTheyHave) {
  const Directory directory;
  Got held;
  IntBatch batch(kRows);
  Process writer([&] {
    Outlet out(directory, "s", arena_options(4, 64 << 10));
    IntBatch mine(kRows);
    for (std::uint64_t n = 0; n < 3; ++n) (void)out.write(mine, n);
    pause_ms(60'000);
    return 0;
  });
  Inlet old(directory, "s");
  ASSERT_EQ(old.next(held), QADS_OK);
  qads_arena* refused = nullptr;
  qads_arena_options options = arena_options(4, 64 << 10);
  options.directory = directory.path();
  EXPECT_EQ(qads_create_arena("s", &options, &refused), QADS_ERR_EXISTS) << "its writer lives";
  writer.kill();
  Outlet out(directory, "s", arena_options(4, 64 << 10));
  ASSERT_EQ(out.write(batch, 100), QADS_OK);
  EXPECT_EQ(out.info().superseded_unread, 2U);
  Inlet fresh(directory, "s");
  Got got;
  ASSERT_EQ(fresh.next(got), QADS_OK);
  EXPECT_EQ(batch.difference(got.array, 100), "");
  for (std::uint64_t n = 1; n < 3; ++n) {
    ASSERT_EQ(old.next(got), QADS_OK);
    EXPECT_EQ(batch.difference(got.array, n), "");
  }
  EXPECT_EQ(old.next(got), QADS_ERR_WRITER_DIED);
  EXPECT_EQ(batch.difference(held.array, 0), "");
}

TEST(Death, IsNotWhatAStoppedProcessIs) {
  const Directory directory;
  auto& seen = shared<std::atomic<std::uint64_t>>();
  Outlet out(directory, "s", arena_options(2, 64 << 10));
  IntBatch batch(kRows);
  Process reader([&] { return read_all(directory, QADS_END_OF_STREAM, &seen); });
  expect_ok(qads_writer_wait_readers(out.writer, 1, 10'000));
  ASSERT_EQ(out.write(batch, 0), QADS_OK);
  ASSERT_TRUE(eventually([&] { return seen.load() == 1; }));
  reader.stop();
  for (std::uint64_t n = 1; n < 3; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK);
  EXPECT_EQ(out.write(batch, 3, 0, 300), QADS_ERR_TIMEOUT) << "stopped isn't dead";
  EXPECT_EQ(out.info().reaped_readers, 0U);
  reader.signal(SIGCONT);
  ASSERT_EQ(out.write(batch, 3), QADS_OK) << qads_last_error();
  expect_ok(qads_writer_finish(out.writer));
  EXPECT_EQ(reader.wait(), 0);
}

TEST(Death, APollingReaderLearnsOfItToo) {
  const Directory directory;
  auto& ready = shared<std::atomic<bool>>();
  Process writer([&] {
    Outlet out(directory, "s", arena_options(2, 64 << 10));
    IntBatch batch(kRows);
    (void)out.write(batch, 0);
    ready.store(true);
    pause_ms(60'000);
    return 0;
  });
  ASSERT_TRUE(eventually([&] { return ready.load(); }));
  Inlet in(directory, "s");
  Got got;
  ASSERT_EQ(in.next(got, 0), QADS_OK);
  EXPECT_EQ(in.next(got, 0), QADS_ERR_TIMEOUT);
  writer.kill();
  EXPECT_TRUE(eventually([&] { return in.next(got, 0) == QADS_ERR_WRITER_DIED; }));
}

TEST(Fork, AChildCannotUseItsParentsHandlesAndReleasesNothing) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 64 << 10));
  Inlet in(directory, "s");
  IntBatch batch(kRows);
  Got got;
  ASSERT_EQ(out.write(batch, 0), QADS_OK);
  ASSERT_EQ(in.next(got), QADS_OK);
  void* address = nullptr;
  qads_allocation* allocation = nullptr;
  expect_ok(qads_arena_allocate(out.arena, 100, 0, &address, &allocation));
  ArrowArrayStream stream{};
  expect_ok(qads_reader_export_stream(in.reader, 0, &stream));
  Process child([&] {
    Got other;
    if (stream.get_next(&stream, &other.array) == 0) return 6;
    if (in.next(other, 0) != QADS_ERR_FORKED) return 1;
    if (out.write(batch, 1, 0, 0) != QADS_ERR_FORKED) return 2;
    if (qads_writer_finish(out.writer) != QADS_ERR_FORKED) return 3;
    qads_arena_info info{};
    info.struct_size = sizeof(info);
    if (qads_arena_get_info(out.arena, &info) != QADS_ERR_FORKED) return 4;
    got.release();
    qads_allocation_release(allocation);
    in.close();
    out.close();
    const Inlet mine(directory, "s");  // its own are fine
    return mine.stats().position == 0 ? 0 : 5;
  });
  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(in.stats().held_batches, 1);
  std::int32_t count = 0;
  qads_reader_state state{};
  expect_ok(qads_arena_get_readers(out.arena, &state, 1, &count));
  EXPECT_EQ(state.held_batches, 1);
  EXPECT_EQ(batch.difference(got.array, 0), "");
  EXPECT_EQ(out.write(batch, 1), QADS_OK);
  ArrowArray next{};
  EXPECT_EQ(stream.get_next(&stream, &next), 0) << "the child took nothing with its parent's place";
  next.release(&next);
  stream.release(&stream);
  qads_allocation_release(allocation);
}

TEST(Fork, AChildDoesNotKeepADeadParentsPlaceAlive) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(1, 64 << 10));
  auto& child_pid = shared<std::atomic<int>>();
  Process parent([&] {
    Inlet in(directory, "s");
    Got got;
    if (in.next(got) != QADS_OK) return 1;
    const pid_t child = fork();
    if (child == 0) {
      pause_ms(60'000);
      _exit(0);
    }
    child_pid.store(child);
    pause_ms(60'000);
    return 0;
  });
  IntBatch batch(kRows);
  ASSERT_EQ(out.write(batch, 0), QADS_OK);
  ASSERT_TRUE(eventually([&] { return child_pid.load() != 0; }));
  parent.kill();
  Process next([&] { return read_all(directory, QADS_END_OF_STREAM); });
  expect_ok(qads_writer_wait_readers(out.writer, 1, 10'000));
  EXPECT_EQ(out.write(batch, 1), QADS_OK)
      << "the dead parent's lease ended though its child lives: " << qads_last_error();
  expect_ok(qads_writer_finish(out.writer));
  ::kill(child_pid.load(), SIGKILL);
  EXPECT_EQ(next.wait(), 0);
}

}  // namespace
