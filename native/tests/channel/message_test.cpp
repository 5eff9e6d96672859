// Messages of several batches: cut, given up, whole or nothing.
#include <gtest/gtest.h>

#include <thread>

#include "../support/segment_ends.hpp"

namespace {

using namespace qads_test;

// Rows of a message read as a stream; -1 if reading it failed.
std::int64_t rows_of(ArrowArrayStream& stream) {
  std::int64_t rows = 0;
  for (;;) {
    ArrowArray array{};
    if (stream.get_next(&stream, &array) != 0) return -1;
    if (array.release == nullptr) break;
    rows += array.length;
    array.release(&array);
  }
  stream.release(&stream);
  return rows;
}

TEST(Message, ABatchLargerThanTheDataAreaIsCutByRows) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(16, 64 << 10));
  IntBatch batch(10'000, 3);  // 240 KB
  Inlet in(directory, "s");
  IntBatch expected(10'000, 3);
  expected.fill(5);
  std::thread writer([&] { ASSERT_EQ(out.write(batch, 5), QADS_OK) << qads_last_error(); });
  std::int64_t row = 0;
  std::uint32_t flags = 0;
  for (bool last = false; !last;) {
    Got got;
    ASSERT_EQ(in.next(got), QADS_OK) << qads_last_error();
    EXPECT_EQ((got.info.flags & QADS_BATCH_FIRST) != 0, row == 0);
    for (std::size_t c = 0; c < 3; ++c) {
      const auto* values = static_cast<const std::int64_t*>(got.array.children[c]->buffers[1]);
      for (std::int64_t i = 0; i < got.array.length; ++i) {
        ASSERT_EQ(values[i], expected.values()[c * 10'000 + static_cast<std::size_t>(row + i)]);
      }
    }
    row += got.array.length;
    flags = got.info.flags;
    last = (flags & QADS_BATCH_LAST) != 0;
  }
  EXPECT_EQ(row, 10'000);
  writer.join();
}

TEST(Message, OneLargerThanTheRingIsReadWholeByCopyingOut) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 64 << 10));
  IntBatch batch(50'000, 2);  // 800 KB
  Inlet in(directory, "s");
  std::thread writer([&] { ASSERT_EQ(out.write(batch, 5), QADS_OK) << qads_last_error(); });
  ArrowArrayStream stream{};
  qads_batch_info info{};
  ASSERT_EQ(qads_reader_next_message(in.reader, 10'000, &stream, &info), QADS_OK) << qads_last_error();
  writer.join();
  EXPECT_EQ(info.length, 50'000);
  EXPECT_EQ(rows_of(stream), 50'000);
}

TEST(Message, ARowThatCannotFitNamesBothSizesAndLeavesTheRestReadable) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 4096));
  IntBatch small(1, 2);
  ASSERT_EQ(out.write(small, 1), QADS_OK);
  IntBatch wide(1, 2);
  Outlet other(directory, "wide", arena_options(4, 1024));
  IntBatch columns(1, 100);
  EXPECT_EQ(other.write(columns, 0), QADS_ERR_WOULD_NOT_FIT);
  const std::string said = qads_last_error();
  EXPECT_NE(said.find("'wide'"), std::string::npos) << said;
  EXPECT_NE(said.find("row 0"), std::string::npos) << said;
  EXPECT_NE(said.find("capacity"), std::string::npos) << said;
  Inlet in(directory, "s");
  Got got;
  ASSERT_EQ(in.next(got), QADS_OK);
  EXPECT_EQ(small.difference(got.array, 1), "");
}

TEST(Message, GivenUpInTheMiddleIsNeverSeenByReadersOfWholeMessages) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 1 << 20));
  IntBatch batch(7);
  Inlet whole(directory, "s");
  Inlet single(directory, "s");
  ASSERT_EQ(out.write(batch, 0, QADS_WRITE_MORE), QADS_OK);
  ASSERT_EQ(out.write(batch, 1, QADS_WRITE_MORE), QADS_OK);
  batch.array().length = -1;
  EXPECT_EQ(out.write(batch, 2), QADS_ERR_INVALID);
  batch.array().length = 7;
  ASSERT_EQ(out.write(batch, 3), QADS_OK);
  ArrowArrayStream stream{};
  qads_batch_info info{};
  ASSERT_EQ(qads_reader_next_message(whole.reader, 1000, &stream, &info), QADS_OK) << qads_last_error();
  EXPECT_EQ(info.sequence, 2U);
  EXPECT_EQ(rows_of(stream), 7);
  Got got;
  for (std::uint64_t n = 0; n < 3; ++n) ASSERT_EQ(single.next(got), QADS_OK);
  EXPECT_EQ(got.info.flags, static_cast<std::uint32_t>(QADS_BATCH_FIRST | QADS_BATCH_LAST));
}

TEST(Message, GivenUpByItsWriterIsNeverSeenWhole) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(8, 1 << 20));
  IntBatch batch(7);
  Inlet in(directory, "s");
  ASSERT_EQ(out.write(batch, 0, QADS_WRITE_MORE), QADS_OK);
  expect_ok(qads_writer_give_up_message(out.writer));
  expect_ok(qads_writer_give_up_message(out.writer));
  ASSERT_EQ(out.write(batch, 1), QADS_OK);
  ArrowArrayStream stream{};
  qads_batch_info info{};
  ASSERT_EQ(qads_reader_next_message(in.reader, 1000, &stream, &info), QADS_OK) << qads_last_error();
  EXPECT_EQ(info.sequence, 1U);
  EXPECT_EQ(rows_of(stream), 7);
  expect_ok(qads_writer_close(out.writer));
  EXPECT_EQ(qads_writer_give_up_message(out.writer), QADS_ERR_CLOSED);
}

TEST(Message, ATimeoutInTheMiddleGoesOnWithTheSameMessage) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 1 << 20));
  IntBatch batch(7);
  Inlet in(directory, "s");
  ASSERT_EQ(out.write(batch, 0, QADS_WRITE_MORE), QADS_OK);
  ArrowArrayStream stream{};
  EXPECT_EQ(qads_reader_next_message(in.reader, 20, &stream, nullptr), QADS_ERR_TIMEOUT);
  ASSERT_EQ(out.write(batch, 1), QADS_OK);
  ASSERT_EQ(qads_reader_next_message(in.reader, 1000, &stream, nullptr), QADS_OK);
  EXPECT_EQ(rows_of(stream), 14);
}

TEST(Message, BegunBatchByBatchIsNotHandedOutAsAWholeOne) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(8, 1 << 20));
  IntBatch batch(7);
  Inlet in(directory, "s");
  ASSERT_EQ(out.write(batch, 0, QADS_WRITE_MORE), QADS_OK);
  ASSERT_EQ(out.write(batch, 1, QADS_WRITE_MORE), QADS_OK);
  ArrowArrayStream stream{};
  EXPECT_EQ(qads_reader_next_message(in.reader, 20, &stream, nullptr), QADS_ERR_TIMEOUT);
  Got got;
  ASSERT_EQ(in.next(got), QADS_OK) << "what was gathered so far comes batch by batch now";
  EXPECT_EQ(got.info.sequence, 0U);
  ASSERT_EQ(out.write(batch, 2), QADS_OK);
  ASSERT_EQ(out.write(batch, 3), QADS_OK);
  qads_batch_info info{};
  ASSERT_EQ(qads_reader_next_message(in.reader, 1000, &stream, &info), QADS_OK);
  EXPECT_EQ(info.sequence, 3U) << "the rest of the begun message is skipped";
  EXPECT_EQ(rows_of(stream), 7);
}

TEST(Message, WholeMessagesAreDroppedNeverParts) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(5, 1 << 20, QADS_OVERFLOW_DROP_OLDEST));
  IntBatch batch(7);
  qads_reader_options options = Inlet::defaults();
  options.loss = QADS_LOSS_COUNT;
  Inlet in(directory, "s", options);
  for (std::uint64_t n = 0; n < 12; ++n) ASSERT_EQ(out.write(batch, n, n % 3 == 2 ? 0 : QADS_WRITE_MORE), QADS_OK);
  Got got;
  ASSERT_EQ(in.next(got), QADS_OK);
  EXPECT_EQ(got.info.sequence, 9U) << "of 5 slots, 3 hold the last message, the rest of the one before is gone";
  EXPECT_NE(got.info.flags & QADS_BATCH_FIRST, 0U);
}

TEST(Message, OneThatWouldOverwriteItselfIsRefused) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(3, 1 << 20, QADS_OVERFLOW_DROP_OLDEST));
  IntBatch batch(7);
  for (std::uint64_t n = 0; n < 3; ++n) ASSERT_EQ(out.write(batch, n, QADS_WRITE_MORE), QADS_OK);
  EXPECT_EQ(out.write(batch, 3), QADS_ERR_WOULD_NOT_FIT) << qads_last_error();
  EXPECT_EQ(out.write(batch, 4), QADS_OK) << "the next message may drop what is left of it: " << qads_last_error();
}

}  // namespace
