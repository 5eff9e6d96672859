// Closing: at any time, from any thread, twice; and what is left of a handle afterwards.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "../support/segment_ends.hpp"

namespace {

using namespace qads_test;

TEST(Close, EndsAReadersWaitInAnotherThread) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 1 << 20));
  Inlet in(directory, "s");
  std::thread closer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    expect_ok(qads_reader_close(in.reader));
    expect_ok(qads_reader_close(in.reader));
  });
  Got got;
  EXPECT_EQ(in.next(got, -1), QADS_ERR_CLOSED);
  closer.join();
  EXPECT_EQ(in.next(got), QADS_ERR_CLOSED);
  EXPECT_NE(std::string(qads_last_error()).find("'s'"), std::string::npos) << qads_last_error();
}

TEST(Close, EndsAWritersWaitForRoomInAnotherThread) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(1, 1 << 20));
  IntBatch batch(3);
  ASSERT_EQ(out.write(batch, 0), QADS_OK);
  std::thread closer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    expect_ok(qads_writer_close(out.writer));
    expect_ok(qads_writer_close(out.writer));
  });
  EXPECT_EQ(out.write(batch, 1, 0, -1), QADS_ERR_CLOSED) << qads_last_error();
  closer.join();
  EXPECT_EQ(out.write(batch, 1), QADS_ERR_CLOSED);
}

TEST(Close, EndsAWaitForArenaMemory) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 64 << 10));
  void* address = nullptr;
  qads_allocation* all = nullptr;
  expect_ok(qads_arena_allocate(out.arena, 64 << 10, 0, &address, &all));
  qads_allocation* more = nullptr;
  EXPECT_EQ(qads_arena_allocate(out.arena, 64, 0, &address, &more), QADS_ERR_TIMEOUT) << qads_last_error();
  std::thread closer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    expect_ok(qads_arena_close(out.arena));
  });
  EXPECT_EQ(qads_arena_allocate(out.arena, 64, -1, &address, &more), QADS_ERR_CLOSED) << qads_last_error();
  closer.join();
  qads_allocation_release(all);
}

TEST(Close, WithoutFinishTellsReadersThatTheStreamIsIncomplete) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 1 << 20));
  IntBatch batch(3);
  Inlet in(directory, "s");
  ASSERT_EQ(out.write(batch, 0), QADS_OK);
  out.close();
  Got got;
  EXPECT_EQ(in.next(got), QADS_OK);
  EXPECT_EQ(in.next(got), QADS_ERR_WRITER_DIED);
  EXPECT_NE(std::string(qads_last_error()).find("without finishing"), std::string::npos) << qads_last_error();
}

TEST(Close, AfterFinishNothingCanBeWrittenAndFinishingTwiceIsFine) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 1 << 20));
  IntBatch batch(3);
  expect_ok(qads_writer_finish(out.writer));
  expect_ok(qads_writer_finish(out.writer));
  EXPECT_EQ(out.write(batch, 0), QADS_ERR_CLOSED);
}

TEST(Close, OfAnArenaLeavesItsWriterAndReaderWorking) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 1 << 20));
  Inlet in(directory, "s");
  qads_arena_free(std::exchange(out.arena, nullptr));
  qads_arena_free(std::exchange(in.arena, nullptr));
  IntBatch batch(3);
  Got got;
  ASSERT_EQ(out.write(batch, 4), QADS_OK) << qads_last_error();
  ASSERT_EQ(in.next(got), QADS_OK);
  EXPECT_EQ(batch.difference(got.array, 4), "");
}

TEST(Close, FreeingTheReaderLeavesAnExportedStreamRunning) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 1 << 20));
  Inlet in(directory, "s");
  ArrowArrayStream stream{};
  expect_ok(qads_reader_export_stream(in.reader, 1000, &stream));
  in.close();
  IntBatch batch(3);
  ASSERT_EQ(out.write(batch, 4), QADS_OK);
  expect_ok(qads_writer_finish(out.writer));
  ArrowArray array{};
  ASSERT_EQ(stream.get_next(&stream, &array), 0) << stream.get_last_error(&stream);
  EXPECT_EQ(batch.difference(array, 4), "");
  array.release(&array);
  ASSERT_EQ(stream.get_next(&stream, &array), 0);
  EXPECT_EQ(array.release, nullptr);
  stream.release(&stream);
  EXPECT_TRUE(directory.empty());
}

TEST(Close, OfAWriterThatNeverHadASchemaLeavesNoName) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 1 << 20));
  out.close();
  EXPECT_TRUE(directory.empty());
}

TEST(Close, IsNotAwaitedByTheNameOfADrainedStream) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 1 << 20));
  Inlet first(directory, "s");
  Inlet second(directory, "s");
  IntBatch batch(3);
  ASSERT_EQ(out.write(batch, 4), QADS_OK);
  expect_ok(qads_writer_finish(out.writer));
  Got held;
  Got got;
  ASSERT_EQ(first.next(held), QADS_OK);
  EXPECT_EQ(first.next(got), QADS_END_OF_STREAM);
  EXPECT_TRUE(directory.has("s")) << "the second reader hasn't read it yet";
  ASSERT_EQ(second.next(got), QADS_OK);
  EXPECT_EQ(second.next(got), QADS_END_OF_STREAM);
  EXPECT_TRUE(directory.empty()) << "both have read everything, though neither has closed and one holds a batch";
  EXPECT_EQ(batch.difference(held.array, 4), "");
}

TEST(Close, WhileManyThreadsReadAndWriteEndsAllOfThem) {
  for (int round = 0; round < 20; ++round) {
    const Directory directory;
    Outlet out(directory, "s", arena_options(2, 1 << 20));
    Inlet in(directory, "s");
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        Got got;
        while (in.next(got, -1) == QADS_OK) {
        }
      });
      threads.emplace_back([&] {
        IntBatch batch(3);
        while (out.write(batch, 1, 0, -1) == QADS_OK) {
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    expect_ok(round % 2 == 0 ? qads_reader_close(in.reader) : qads_writer_close(out.writer));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    expect_ok(qads_reader_close(in.reader));
    expect_ok(qads_writer_close(out.writer));
    for (std::thread& thread : threads) thread.join();
  }
}

TEST(Close, LeasesReleasedInManyThreadsFreeEverySlot) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 1 << 20));
  Inlet in(directory, "s");
  IntBatch batch(3);
  for (std::uint64_t n = 0; n < 2000; ++n) {
    ASSERT_EQ(out.write(batch, n), QADS_OK) << qads_last_error();
    Got got;
    ASSERT_EQ(in.next(got), QADS_OK);
    if (n % 3 == 0) std::thread([moved = std::make_shared<Got>(std::move(got))] { moved->release(); }).detach();
  }
}

TEST(Close, AfterTheLastBatchTakesTheNameAlong) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 1 << 20));
  Inlet in(directory, "s");
  IntBatch batch(3);
  ASSERT_EQ(out.write(batch, 4), QADS_OK);
  expect_ok(qads_writer_finish(out.writer));
  Got got;
  ASSERT_EQ(in.next(got), QADS_OK);
  expect_ok(qads_reader_close(in.reader));
  EXPECT_TRUE(directory.empty()) << "though it never asked for more, and holds the last batch";
}

TEST(Close, MakesEveryLaterCallSaySo) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 1 << 20));
  Inlet in(directory, "s");
  IntBatch batch(3);
  ASSERT_EQ(out.write(batch, 4), QADS_OK);
  ArrowSchema schema{};
  expect_ok(qads_reader_get_schema(in.reader, 0, &schema));
  schema.release(&schema);
  expect_ok(qads_reader_close(in.reader));
  EXPECT_EQ(qads_reader_get_schema(in.reader, 0, &schema), QADS_ERR_CLOSED);
  qads_reader_stats stats{};
  stats.struct_size = sizeof(stats);
  EXPECT_EQ(qads_reader_get_stats(in.reader, &stats), QADS_ERR_CLOSED);
  ArrowArrayStream stream{};
  EXPECT_EQ(qads_reader_export_stream(in.reader, 0, &stream), QADS_ERR_CLOSED);
  expect_ok(qads_writer_finish(out.writer));
  expect_ok(qads_writer_close(out.writer));
  EXPECT_EQ(qads_writer_finish(out.writer), QADS_ERR_CLOSED);
}

TEST(Close, RacingWithNextIsNeverTakenForDamage) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 1 << 20));
  Inlet pace(directory, "s");
  std::atomic<bool> stop{false};
  std::thread pacer([&] {
    Got got;
    while (!stop) (void)pace.next(got, 10);
  });
  std::thread writer([&] {
    IntBatch batch(1, 1);
    while (!stop) (void)out.write(batch, 0, 0, 10);
  });
  for (int round = 0; round < 1000; ++round) {
    Inlet in(directory, "s");
    std::thread reader([&] {
      Got got;
      qads_status status = QADS_OK;
      while (status == QADS_OK) status = in.next(got, 1000);
      EXPECT_EQ(status, QADS_ERR_CLOSED) << qads_last_error();
    });
    std::this_thread::sleep_for(std::chrono::microseconds(round % 200));
    expect_ok(qads_reader_close(in.reader));
    reader.join();
  }
  stop = true;
  writer.join();
  pacer.join();
}

}  // namespace
