// A stopped process is not a dead one, however long it is stopped; when it goes on, it is right.
#include <gtest/gtest.h>

#include <string>

#include "../support/segment_ends.hpp"
#include "process.hpp"

namespace {

using namespace qads_test;

constexpr std::int64_t kRows = 40;
constexpr int kLonger =
    300;  // ms, than it takes to find somebody dead (10), to ask for a name (60), to evict here (50)
constexpr std::int64_t kLong = 60'000;

struct Progress {
  std::atomic<std::uint64_t> position;
  std::atomic<std::uint64_t> lost;
  std::atomic<int> ended;
};

// Reads to the end and checks every batch; stands in for a reader that is stopped somewhere in between.
int read_on(const Directory& directory, Progress& progress) {
  qads_reader_options options = Inlet::defaults();
  options.loss = QADS_LOSS_COUNT;
  Inlet in(directory, "s", options);
  const IntBatch batch(kRows);
  Got got;
  for (;;) {
    const qads_status status = in.next(got, kLong);
    if (status != QADS_OK) {
      progress.ended = status;
      return 0;
    }
    const std::uint64_t expected = progress.position + got.info.lost_before;
    if (got.info.sequence != expected || !batch.difference(got.array, expected).empty()) return 1;
    progress.lost += got.info.lost_before;
    got.release();
    progress.position = expected + 1;
  }
}

TEST(StoppedWriter, IsWaitedForAndKeepsItsName) {
  const Directory directory;
  auto& go = shared<std::atomic<bool>>();
  Process writer([&] {
    Outlet out(directory, "s", arena_options(4, 64 << 10));
    IntBatch batch(kRows);
    if (out.write(batch, 0) != QADS_OK) return 1;
    while (!go) pause_ms(1);
    for (std::uint64_t n = 1; n < 100; ++n) {
      if (out.write(batch, n, 0, kLong) != QADS_OK) return 2;
    }
    return qads_writer_finish(out.writer) == QADS_OK ? 0 : 3;
  });
  Inlet in(directory, "s");
  IntBatch batch(kRows);
  Got got;
  ASSERT_EQ(in.next(got, kLong), QADS_OK);
  writer.stop();
  go = true;
  EXPECT_EQ(in.next(got, kLonger), QADS_ERR_TIMEOUT) << "it isn't dead";
  qads_arena_options options = arena_options(4, 64 << 10);
  options.directory = directory.path();
  qads_arena* taken = nullptr;
  EXPECT_EQ(qads_create_arena("s", &options, &taken), QADS_ERR_EXISTS);
  EXPECT_EQ(qads_remove("s", directory.path(), QADS_REMOVE_UNREAD), QADS_ERR_EXISTS);
  writer.signal(SIGCONT);
  for (std::uint64_t n = 1; n < 100; ++n) {
    ASSERT_EQ(in.next(got, kLong), QADS_OK) << qads_last_error();
    EXPECT_EQ(batch.difference(got.array, n), "");
  }
  got.release();
  EXPECT_EQ(in.next(got, kLong), QADS_END_OF_STREAM);
  EXPECT_EQ(writer.wait(), 0);
}

class StoppedReader : public testing::Test {
 protected:
  void stop_after_one(Outlet& out) {
    ASSERT_EQ(out.write(batch_, 0), QADS_OK);
    ASSERT_TRUE(eventually([&] { return progress_.position == 1; }));
    reader_.stop();
  }
  void expect_end(Outlet& out, int ended) {
    reader_.signal(SIGCONT);
    expect_ok(qads_writer_finish(out.writer));
    EXPECT_EQ(reader_.wait(), 0);
    EXPECT_EQ(progress_.ended, ended);
  }

  const Directory directory_;
  IntBatch batch_{kRows};
  Progress& progress_ = shared<Progress>();
  Process reader_{[this] { return read_on(directory_, progress_); }};
};

TEST_F(StoppedReader, IsTakenForAliveAndGetsEverythingOfABlockingWriter) {
  Outlet out(directory_, "s", arena_options(4, 64 << 10));
  stop_after_one(out);
  for (std::uint64_t n = 1; n < 5; ++n) ASSERT_EQ(out.write(batch_, n), QADS_OK);
  EXPECT_EQ(out.write(batch_, 5, 0, kLonger), QADS_ERR_TIMEOUT);
  EXPECT_EQ(out.info().reaped_readers, 0U);
  reader_.signal(SIGCONT);
  for (std::uint64_t n = 5; n < 100; ++n) ASSERT_EQ(out.write(batch_, n, 0, kLong), QADS_OK) << qads_last_error();
  expect_end(out, QADS_END_OF_STREAM);
  EXPECT_EQ(progress_.position, 100U);
  EXPECT_EQ(progress_.lost, 0U);
}

TEST_F(StoppedReader, IsToldWhatItLostToAWriterThatDropsTheOldest) {
  Outlet out(directory_, "s", arena_options(4, 64 << 10, QADS_OVERFLOW_DROP_OLDEST));
  stop_after_one(out);
  for (std::uint64_t n = 1; n < 100; ++n) ASSERT_EQ(out.write(batch_, n), QADS_OK);
  pause_ms(kLonger);
  EXPECT_EQ(out.info().reaped_readers, 0U);
  expect_end(out, QADS_END_OF_STREAM);
  EXPECT_EQ(progress_.position, 100U);
  EXPECT_GE(progress_.lost, 90U) << "it had one, and four or so are left";
}

TEST_F(StoppedReader, IsToldThatItWasEvicted) {
  qads_arena_options options = arena_options(4, 64 << 10);
  options.evict_after_ms = 50;
  Outlet out(directory_, "s", options);
  stop_after_one(out);
  Inlet other(directory_, "s");  // without an active reader nothing would be freed
  Got got;
  for (std::uint64_t n = 1; n < 5; ++n) {
    ASSERT_EQ(out.write(batch_, n, 0, kLong), QADS_OK) << qads_last_error();
    while (other.stats().position <= n) ASSERT_EQ(other.next(got, kLong), QADS_OK) << qads_last_error();
  }
  got.release();
  ASSERT_EQ(out.write(batch_, 5, 0, kLong), QADS_OK) << qads_last_error();
  EXPECT_EQ(out.info().evicted_readers, 1U);
  EXPECT_EQ(out.info().reaped_readers, 0U);
  expect_end(out, QADS_ERR_EVICTED);
  EXPECT_EQ(progress_.position, 1U);
}

// Writer and reader stopped together, as in a container that is paused: nobody could move meanwhile.
TEST(StoppedTogether, AReaderIsNotEvictedForTheTimeInWhichItsWriterWasStoppedToo) {
  const Directory directory;
  auto& writes = shared<std::atomic<bool>>();
  auto& attached = shared<std::atomic<bool>>();
  Process writer([&] {
    qads_arena_options options = arena_options(1, 64 << 10);
    options.evict_after_ms = 2500;
    Outlet out(directory, "s", options);
    IntBatch batch(kRows);
    if (out.write(batch, 0) != QADS_OK || !eventually([&] { return attached.load(); })) return 1;
    writes = true;
    return out.write(batch, 1, 0, kLong) == QADS_OK && qads_writer_finish(out.writer) == QADS_OK ? 0 : 2;
  });
  Process reader([&] {
    Inlet in(directory, "s");
    attached = true;
    for (int slice = 0; slice < 20 || !writes; ++slice) pause_ms(10);  // however long it is stopped in between
    Got got;
    for (int i = 0; i < 2; ++i) {
      if (in.next(got) != QADS_OK) return 1;
    }
    return 0;
  });
  ASSERT_TRUE(eventually([&] { return writes.load(); }));
  pause_ms(100);
  writer.stop();
  reader.stop();
  pause_ms(4'000);
  reader.signal(SIGCONT);
  writer.signal(SIGCONT);
  EXPECT_EQ(reader.wait(), 0);
  EXPECT_EQ(writer.wait(), 0);
}

}  // namespace
