// A stopped process is not a dead one, however long it is stopped; when it goes on, it is right.
#include <gtest/gtest.h>

#include <cstdio>
#include <optional>
#include <string>
#include <thread>

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

// A process stopped with all its threads, as a container is that is paused: nobody could move meanwhile.
class StoppedTogether : public testing::Test {
 protected:
  // Something that takes so long of the time in which the process runs.
  static void be_busy(int ms) {
    for (int slice = 0; slice < ms / 10; ++slice) pause_ms(10);
  }
  void stop_for(int ms) {
    ASSERT_TRUE(eventually([this] { return writes_.load(); }));
    pause_ms(100);
    both_->stop();
    pause_ms(ms);
    both_->signal(SIGCONT);
  }

  const Directory directory_;
  std::atomic<bool>& writes_ = shared<std::atomic<bool>>();
  std::optional<Process> both_;
};

TEST_F(StoppedTogether, AThreadThatWaitsForAnotherIsNotTakenForOneThatWaitsForItself) {
  both_.emplace([this] {
    Outlet out(directory_, "s", arena_options(1, 64 << 10));
    Inlet in(directory_, "s");
    IntBatch batch(kRows);
    Got held;
    if (out.write(batch, 0) != QADS_OK || in.next(held) != QADS_OK) return 1;
    std::thread other([&] {
      be_busy(1000);
      held.release();
    });
    writes_ = true;
    const qads_status status = out.write(batch, 1, 0, -1);
    if (status != QADS_OK) std::fprintf(stderr, "%s\n", qads_last_error());
    other.join();
    return status == QADS_OK ? 0 : 2;
  });
  stop_for(6'000);  // it would say so after 5 seconds
  EXPECT_EQ(both_->wait(), 0);
}

TEST_F(StoppedTogether, AReaderIsNotEvictedForTheTimeInWhichItsWriterWasStoppedToo) {
  both_.emplace([this] {
    qads_arena_options options = arena_options(1, 64 << 10);
    options.evict_after_ms = 1000;
    Outlet out(directory_, "s", options);
    Inlet in(directory_, "s");
    IntBatch batch(kRows);
    if (out.write(batch, 0) != QADS_OK) return 1;
    std::atomic<qads_status> read{QADS_OK};
    std::thread other([&] {
      be_busy(200);
      for (int i = 0; i < 2 && read == QADS_OK; ++i) {
        Got got;
        read = in.next(got);
      }
    });
    writes_ = true;
    const qads_status written = out.write(batch, 1, 0, kLong);
    other.join();
    return written == QADS_OK && read == QADS_OK ? 0 : 2;
  });
  stop_for(2'000);
  EXPECT_EQ(both_->wait(), 0);
}

}  // namespace
