// What goes in comes out: order, policies, leases, joining. One process; readers have mappings of their own.
#include <gtest/gtest.h>

#include <deque>
#include <thread>
#include <vector>

#include "../support/segment_ends.hpp"

namespace {

using namespace qads_test;

TEST(Flow, EveryReaderSeesEveryBatchInOrder) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 1 << 20));
  IntBatch batch(13);
  constexpr std::uint64_t kBatches = 3000;
  std::vector<std::unique_ptr<Inlet>> inlets;
  for (int i = 0; i < 8; ++i) inlets.push_back(std::make_unique<Inlet>(directory, "s"));
  std::vector<std::thread> readers;
  for (auto& inlet : inlets) {
    readers.emplace_back([&inlet] {
      const IntBatch expected(13);
      Got got;
      for (std::uint64_t n = 0; n < kBatches; ++n) {
        ASSERT_EQ(inlet->next(got), QADS_OK) << qads_last_error();
        ASSERT_EQ(got.info.sequence, n);
        ASSERT_EQ(expected.difference(got.array, n), "");
      }
      EXPECT_EQ(inlet->next(got), QADS_END_OF_STREAM);
    });
  }
  for (std::uint64_t n = 0; n < kBatches; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK) << qads_last_error();
  expect_ok(qads_writer_finish(out.writer));
  for (std::thread& reader : readers) reader.join();
  inlets.clear();
  EXPECT_TRUE(directory.empty()) << "the last reader removes the name";
}

TEST(Flow, BlockWithoutReadersKeepsEverythingForTheFirst) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(3, 1 << 20));
  IntBatch batch(1);
  for (std::uint64_t n = 0; n < 3; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK);
  EXPECT_EQ(out.write(batch, 3, 0, 20), QADS_ERR_TIMEOUT);
  EXPECT_NE(std::string(qads_last_error()).find("no reader is attached"), std::string::npos) << qads_last_error();
  Inlet in(directory, "s");
  Got got;
  for (std::uint64_t n = 0; n < 3; ++n) {
    ASSERT_EQ(in.next(got), QADS_OK);
    EXPECT_EQ(batch.difference(got.array, n), "");
  }
}

TEST(Flow, HeldBatchesStayUnchangedWhileTheRingGoesRoundAHundredTimes) {
  for (const std::int32_t overflow : {QADS_OVERFLOW_BLOCK, QADS_OVERFLOW_DROP_OLDEST}) {
    const Directory directory;
    constexpr std::int32_t kSlots = 8;
    Outlet out(directory, "s", arena_options(kSlots, 64 << 10, overflow));
    IntBatch batch(20);
    Inlet in(directory, "s");
    std::vector<Got> held(3);
    for (std::uint64_t n = 0; n < held.size(); ++n) {
      ASSERT_EQ(out.write(batch, n), QADS_OK);
      ASSERT_EQ(in.next(held[n]), QADS_OK);
    }
    Got got;
    for (std::uint64_t n = held.size(); n < 100 * kSlots; ++n) {
      ASSERT_EQ(out.write(batch, n), QADS_OK) << qads_last_error();
      ASSERT_EQ(in.next(got), QADS_OK);
      ASSERT_EQ(batch.difference(got.array, n), "");
      for (std::uint64_t h = 0; h < held.size(); ++h) ASSERT_EQ(batch.difference(held[h].array, h), "");
    }
  }
}

TEST(Flow, DropOldestTellsExactlyHowManyWereLost) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 1 << 20, QADS_OVERFLOW_DROP_OLDEST));
  IntBatch batch(5);
  Inlet in(directory, "s");
  std::uint64_t received = 0;
  std::uint64_t overruns = 0;
  std::uint64_t n = 0;
  Got got;
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < round % 7; ++i) ASSERT_EQ(out.write(batch, n++, 0, 0), QADS_OK);
    qads_status status = in.next(got, 0);
    if (status == QADS_ERR_OVERRUN) {
      ++overruns;
      status = in.next(got, 0);
    }
    if (status == QADS_ERR_TIMEOUT) continue;
    ASSERT_EQ(status, QADS_OK) << qads_last_error();
    ++received;
    EXPECT_EQ(got.info.sequence + 1, received + in.stats().lost);
    EXPECT_EQ(batch.difference(got.array, got.info.sequence), "");
  }
  while (in.next(got, 0) == QADS_OK) ++received;
  EXPECT_GT(overruns, 0U);
  EXPECT_EQ(received + in.stats().lost, n);
}

TEST(Flow, ReadersThatCountLossesGoOnAtOnce) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 1 << 20, QADS_OVERFLOW_DROP_OLDEST));
  IntBatch batch(5);
  qads_reader_options options = Inlet::defaults();
  options.loss = QADS_LOSS_COUNT;
  Inlet in(directory, "s", options);
  for (std::uint64_t n = 0; n < 10; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK);
  Got got;
  ASSERT_EQ(in.next(got), QADS_OK);
  EXPECT_EQ(got.info.sequence, 8U);
  EXPECT_EQ(got.info.lost_before, 8U);
  ASSERT_EQ(in.next(got), QADS_OK);
  EXPECT_EQ(got.info.lost_before, 0U);
}

TEST(Flow, DropOldestWithEverythingHeldNamesTheHolder) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 1 << 20, QADS_OVERFLOW_DROP_OLDEST));
  IntBatch batch(5);
  Inlet in(directory, "s");
  Got first;
  Got second;
  ASSERT_EQ(out.write(batch, 0), QADS_OK);
  ASSERT_EQ(out.write(batch, 1), QADS_OK);
  ASSERT_EQ(in.next(first), QADS_OK);
  ASSERT_EQ(in.next(second), QADS_OK);
  EXPECT_EQ(out.write(batch, 2, 0, 20), QADS_ERR_TIMEOUT);
  const std::string said = qads_last_error();
  EXPECT_NE(said.find("this process"), std::string::npos) << said;
  EXPECT_NE(said.find("holds 2 of 2 slots"), std::string::npos) << said;
  first.release();
  EXPECT_EQ(out.write(batch, 2, 0, 1000), QADS_OK) << qads_last_error();
}

TEST(Flow, LateJoinersBeginWhereTheyAskTo) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(8, 1 << 20));
  IntBatch batch(5);
  for (std::uint64_t n = 0; n < 5; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK);
  Inlet earliest(directory, "s");
  qads_reader_options options = Inlet::defaults();
  options.start = QADS_START_LATEST;
  Inlet latest(directory, "s", options);
  ASSERT_EQ(out.write(batch, 5), QADS_OK);
  Got got;
  ASSERT_EQ(earliest.next(got), QADS_OK);
  EXPECT_EQ(got.info.sequence, 0U);
  ASSERT_EQ(latest.next(got), QADS_OK);
  EXPECT_EQ(got.info.sequence, 5U);
}

TEST(Flow, BatchesOutliveReaderAndArenaOnBothSides) {
  const Directory directory;
  Got got;
  const IntBatch expected(9);
  {
    Outlet out(directory, "s", arena_options(2, 1 << 20));
    IntBatch batch(9);
    ASSERT_EQ(out.write(batch, 7), QADS_OK);
    Inlet in(directory, "s");
    ASSERT_EQ(in.next(got), QADS_OK);
  }
  EXPECT_EQ(expected.difference(got.array, 7), "");
  std::thread([&] { got.release(); }).join();
}

TEST(Flow, AReaderSleepingOnAnEmptyRingIsWokenByTheNextBatch) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 1 << 20));
  IntBatch batch(1);
  qads_reader_options options = Inlet::defaults();
  options.wait = QADS_WAIT_SLEEP;
  Inlet in(directory, "s", options);
  std::thread writer([&] {
    for (std::uint64_t n = 0; n < 500; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK) << qads_last_error();
  });
  Got got;
  for (std::uint64_t n = 0; n < 500; ++n) {
    ASSERT_EQ(in.next(got), QADS_OK) << qads_last_error();
    ASSERT_EQ(got.info.sequence, n);
  }
  writer.join();
}

TEST(Flow, ALaggingReaderIsEvictedAndToldSo) {
  const Directory directory;
  qads_arena_options options = arena_options(2, 1 << 20);
  options.evict_after_ms = 50;
  Outlet out(directory, "s", options);
  IntBatch batch(1);
  Inlet in(directory, "s");
  Got held;
  ASSERT_EQ(out.write(batch, 0), QADS_OK);
  ASSERT_EQ(in.next(held), QADS_OK);
  ASSERT_EQ(out.write(batch, 1), QADS_OK);
  // More than once where the machine was away for longer than the first of them waits.
  for (int i = 0; i < 100 && out.info().evicted_readers == 0; ++i) {
    EXPECT_EQ(out.write(batch, 2, 0, 300), QADS_ERR_TIMEOUT) << "after the eviction nobody is left to read";
  }
  Got got;
  EXPECT_EQ(in.next(got), QADS_ERR_EVICTED) << qads_last_error();
  EXPECT_EQ(out.info().evicted_readers, 1U);
  EXPECT_EQ(batch.difference(held.array, 0), "") << "what it holds stays its own";
}

TEST(Flow, FiguresTellWhoReadsAndHowFarBehind) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 1 << 20));
  IntBatch batch(3);
  Inlet in(directory, "s");
  for (std::uint64_t n = 0; n < 3; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK);
  Got got;
  ASSERT_EQ(in.next(got), QADS_OK);
  const qads_arena_info info = out.info();
  EXPECT_EQ(info.head, 3U);
  EXPECT_EQ(info.rows, 9U);
  EXPECT_EQ(info.messages, 3U);
  EXPECT_EQ(info.writer_alive, 1);
  qads_reader_state state{};
  std::int32_t count = 0;
  expect_ok(qads_arena_get_readers(in.arena, &state, 1, &count));
  ASSERT_EQ(count, 1);
  EXPECT_EQ(state.alive, 1);
  EXPECT_EQ(state.position, 1U);
  EXPECT_EQ(state.lag, 2U);
  EXPECT_EQ(state.held_batches, 1);
}

TEST(Flow, ManyShortWaitsForOneReaderAddUpToItsEviction) {
  const Directory directory;
  qads_arena_options options = arena_options(1, 1 << 20);
  options.evict_after_ms = 100;
  Outlet out(directory, "s", options);
  IntBatch batch(1);
  const Inlet in(directory, "s");
  ASSERT_EQ(out.write(batch, 0), QADS_OK);
  for (int i = 0; i < 100 && out.info().evicted_readers == 0; ++i) {
    EXPECT_EQ(out.write(batch, 1, 0, 30), QADS_ERR_TIMEOUT);
  }
  EXPECT_EQ(out.info().evicted_readers, 1U);
}

TEST(Flow, AReaderThatIsSlowButMovesIsNotEvicted) {
  const Directory directory;
  qads_arena_options options = arena_options(1, 1 << 20);
  options.evict_after_ms = 2000;  // longer than a busy machine pauses, shorter than all steps together
  Outlet out(directory, "s", options);
  IntBatch batch(1);
  Inlet in(directory, "s");
  std::thread writer([&] {
    for (std::uint64_t n = 0; n < 10; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK) << qads_last_error();
  });
  for (std::uint64_t n = 0; n < 10; ++n) {
    Got got;
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    ASSERT_EQ(in.next(got), QADS_OK) << qads_last_error();
  }
  writer.join();
  EXPECT_EQ(out.info().evicted_readers, 0U);
}

TEST(Flow, DropOldestWaitsForHoldersOfEverythingAndNamesThem) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(64, 1 << 20, QADS_OVERFLOW_DROP_OLDEST));
  Inlet in(directory, "s");
  IntBatch batch(5000);  // 400 KB
  Got first;
  Got second;
  ASSERT_EQ(out.write(batch, 0), QADS_OK);
  ASSERT_EQ(out.write(batch, 1), QADS_OK);
  ASSERT_EQ(in.next(first), QADS_OK);
  ASSERT_EQ(in.next(second), QADS_OK);
  EXPECT_EQ(out.write(batch, 2, 0, 50), QADS_ERR_TIMEOUT);
  EXPECT_NE(std::string(qads_last_error()).find("holds 2 of 64 slots"), std::string::npos) << qads_last_error();
  std::thread holder([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    first.release();
  });
  EXPECT_EQ(out.write(batch, 3), QADS_OK) << qads_last_error();
  holder.join();
}

TEST(Flow, AllOfTheCapacityCanBeUsedAfterBatchesOfManySizes) {
  for (const std::int32_t overflow : {QADS_OVERFLOW_BLOCK, QADS_OVERFLOW_DROP_OLDEST}) {
    const Directory directory;
    Outlet out(directory, "s", arena_options(64, 1 << 20, overflow));
    Inlet in(directory, "s");
    Got got;
    for (std::uint64_t n = 0; n < 300; ++n) {
      IntBatch batch(static_cast<std::int64_t>(1 + n * 7919 % 3000), 2);
      ASSERT_EQ(out.write(batch, n, 0, 100), QADS_OK) << qads_last_error();
      ASSERT_EQ(in.next(got), QADS_OK);
      ASSERT_EQ(batch.difference(got.array, n), "");
    }
    got.release();
    IntBatch all((1 << 20) / 16 - 64, 2);
    ASSERT_EQ(out.write(all, 1, 0, 100), QADS_OK) << qads_last_error();
    ASSERT_EQ(in.next(got), QADS_OK);
    EXPECT_EQ(all.difference(got.array, 1), "");
  }
}

TEST(Flow, EachOverrunSaysHowManyItLost) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 1 << 20, QADS_OVERFLOW_DROP_OLDEST));
  IntBatch batch(3);
  Inlet in(directory, "s");
  Got got;
  for (std::uint64_t n = 0; n < 5; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK);
  ASSERT_EQ(in.next(got, 0), QADS_ERR_OVERRUN);
  EXPECT_NE(std::string(qads_last_error()).find("3 batches were overwritten"), std::string::npos) << qads_last_error();
  for (std::uint64_t n = 5; n < 10; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK);
  ASSERT_EQ(in.next(got, 0), QADS_ERR_OVERRUN);
  EXPECT_NE(std::string(qads_last_error()).find("5 batches were overwritten"), std::string::npos) << qads_last_error();
  ASSERT_EQ(in.next(got, 0), QADS_OK);
  EXPECT_EQ(got.info.lost_before, 8U);
}

}  // namespace
