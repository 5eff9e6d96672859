// Buffers in the arena: published in place, kept alive by what refers to them, and what is copied after all.
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "../support/segment_ends.hpp"

namespace {

using namespace qads_test;

std::vector<qads_column_report> report(qads_writer* writer) {
  std::int64_t count = 0;
  expect_ok(qads_writer_get_last_write(writer, nullptr, 0, &count));
  std::vector<qads_column_report> out(static_cast<std::size_t>(count));
  expect_ok(qads_writer_get_last_write(writer, out.data(), count, &count));
  return out;
}

struct Buffer {
  void* address = nullptr;
  qads_allocation* allocation = nullptr;
  Buffer(qads_arena* arena, std::int64_t size) {
    expect_ok(qads_arena_allocate(arena, size, 0, &address, &allocation));
  }
  ~Buffer() { release(); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  void release() { qads_allocation_release(std::exchange(allocation, nullptr)); }
};

// Puts column `column` of the batch where `address` says.
void move_column(IntBatch& batch, std::size_t column, void* address) {
  ArrowArray& array = *batch.array().children[column];
  std::memcpy(address, array.buffers[1], static_cast<std::size_t>(array.length) * 8);
  array.buffers[1] = address;
}

TEST(ArenaMemory, IsPublishedInPlaceAndTheReportSaysSo) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 1 << 20));
  Inlet in(directory, "s");
  IntBatch batch(1000, 3);
  batch.fill(5);
  Buffer first(out.arena, 8000);
  Buffer second(out.arena, 8100);
  move_column(batch, 0, first.address);
  move_column(batch, 2, static_cast<char*>(second.address) + 64);
  ASSERT_EQ(qads_writer_write(out.writer, &batch.array(), &batch.schema(), 0, 0), QADS_OK) << qads_last_error();
  const auto columns = report(out.writer);
  ASSERT_EQ(columns.size(), 3U);
  EXPECT_EQ(columns[0].bytes_referenced, 8000);
  EXPECT_EQ(columns[0].bytes_copied, 0);
  EXPECT_EQ(columns[0].reason, QADS_COPY_NONE);
  EXPECT_EQ(columns[1].bytes_copied, 8000);
  EXPECT_EQ(columns[1].reason, QADS_COPY_OUTSIDE);
  EXPECT_EQ(columns[2].reason, QADS_COPY_NONE) << "an aligned part of a buffer will do";
  EXPECT_EQ(out.info().bytes_referenced, 16000U);
  first.release();
  second.release();
  Got got;
  ASSERT_EQ(in.next(got), QADS_OK);
  EXPECT_EQ(batch.difference(got.array, 5), "") << "the batch keeps the memory that its user has released";
}

TEST(ArenaMemory, MisalignedBuffersAreCopiedAndTheReportSaysWhy) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 1 << 20));
  IntBatch batch(1000, 1);
  Buffer buffer(out.arena, 8100);
  move_column(batch, 0, static_cast<char*>(buffer.address) + 8);
  ASSERT_EQ(qads_writer_write(out.writer, &batch.array(), &batch.schema(), 0, 0), QADS_OK);
  EXPECT_EQ(report(out.writer)[0].reason, QADS_COPY_ALIGNMENT);
}

TEST(ArenaMemory, ComesBackWhenUserAndBatchesHaveLetGo) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 64 << 10));
  Inlet in(directory, "s");
  IntBatch batch(1000, 1);
  Got got;
  for (std::uint64_t n = 0; n < 200; ++n) {
    Buffer buffer(out.arena, 8000);
    batch.fill(n);
    ArrowArray& column = *batch.array().children[0];
    const void* own = column.buffers[1];
    move_column(batch, 0, buffer.address);
    ASSERT_EQ(qads_writer_write(out.writer, &batch.array(), &batch.schema(), 0, 1000), QADS_OK) << qads_last_error();
    column.buffers[1] = own;
    ASSERT_EQ(in.next(got), QADS_OK);
    ASSERT_EQ(batch.difference(got.array, n), "");
  }
}

TEST(ArenaMemory, ReleasingFromAnotherThreadWakesAWriterThatWaitsForRoom) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 16 << 10));
  IntBatch batch(1000, 1);
  Buffer all(out.arena, 16 << 10);
  EXPECT_EQ(out.write(batch, 0, 0, 0), QADS_ERR_TIMEOUT) << qads_last_error();
  std::thread releaser([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    all.release();
  });
  EXPECT_EQ(out.write(batch, 0, 0, 5000), QADS_OK) << qads_last_error();
  releaser.join();
}

TEST(ArenaMemory, OfABatchReadByTheWritersOwnProcessIsCopied) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 1 << 20));
  IntBatch batch(1000, 2);
  ASSERT_EQ(out.write(batch, 3), QADS_OK);
  qads_reader* reader = nullptr;
  expect_ok(qads_attach_reader(out.arena, nullptr, &reader));
  ArrowArray first{};
  expect_ok(qads_reader_next(reader, 0, &first, nullptr));
  ASSERT_EQ(qads_writer_write(out.writer, &first, nullptr, 0, 1000), QADS_OK) << qads_last_error();
  first.release(&first);
  ArrowArray second{};
  expect_ok(qads_reader_next(reader, 0, &second, nullptr));
  EXPECT_EQ(batch.difference(second, 3), "");
  second.release(&second);
  qads_reader_free(reader);
}

TEST(LastWrite, IsThatOfTheLastOneThatSucceeded) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 1 << 20));
  IntBatch batch(7);
  ASSERT_EQ(out.write(batch, 0), QADS_OK);
  batch.array().length = -1;
  EXPECT_EQ(out.write(batch, 1), QADS_ERR_INVALID);
  const std::vector<qads_column_report> columns = report(out.writer);
  ASSERT_EQ(columns.size(), 10U);
  EXPECT_EQ(columns[3].bytes_copied, 7 * 8);
}

TEST(ArenaMemory, OfSeveralColumnsOfOneBatchIsDroppedWithIt) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(64, 1 << 20, QADS_OVERFLOW_DROP_OLDEST));
  IntBatch built(40'000, 2);  // 640 KB
  Buffer both(out.arena, 640'000);
  move_column(built, 0, both.address);
  move_column(built, 1, static_cast<char*>(both.address) + 320'000);
  ASSERT_EQ(qads_writer_write(out.writer, &built.array(), &built.schema(), 0, 0), QADS_OK);
  ASSERT_EQ(report(out.writer)[1].bytes_copied, 0);
  both.release();
  IntBatch next(40'000, 2);
  EXPECT_EQ(out.write(next, 1, 0, 0), QADS_OK) << qads_last_error();
}

TEST(ArenaMemory, IsNotKeptByABatchThatFoundNoRoom) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(1, 1 << 20));
  Inlet in(directory, "s");
  IntBatch batch(1000, 1);
  ASSERT_EQ(out.write(batch, 0), QADS_OK);
  Buffer buffer(out.arena, 8000);
  move_column(batch, 0, buffer.address);
  EXPECT_EQ(qads_writer_write(out.writer, &batch.array(), &batch.schema(), 0, 0), QADS_ERR_TIMEOUT);
  buffer.release();
  Got got;
  ASSERT_EQ(in.next(got), QADS_OK);
  got.release();
  const Buffer all(out.arena, 1 << 20);
}

}  // namespace
