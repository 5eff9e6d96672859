// Messages of several batches: cut, given up, whole or nothing.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <thread>

#include "../support/segment_ends.hpp"
#include "layout/header.hpp"
#include "layout/record.hpp"
#include "layout/sync.hpp"

namespace {

using namespace qads_test;

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

TEST(Message, IsGivenUpWhereItsNextBatchHasAnotherSchema) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 1 << 20));
  IntBatch batch(7);
  IntBatch other(7, 3);
  Inlet whole(directory, "s");
  ASSERT_EQ(out.write(batch, 0, QADS_WRITE_MORE), QADS_OK);
  EXPECT_EQ(qads_writer_write(out.writer, &other.array(), &other.schema(), QADS_WRITE_MORE, 0),
            QADS_ERR_SCHEMA_MISMATCH);
  ASSERT_EQ(out.write(batch, 1), QADS_OK);
  ArrowArrayStream stream{};
  qads_batch_info info{};
  ASSERT_EQ(qads_reader_next_message(whole.reader, 1000, &stream, &info), QADS_OK) << qads_last_error();
  EXPECT_EQ(info.sequence, 1U);
  EXPECT_EQ(rows_of(stream), 7);
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

TEST(Message, LargerThanTheRingGetsThroughWhicheverWayTheWriterWaits) {
  for (const std::int32_t wait : {QADS_WAIT_ADAPTIVE, QADS_WAIT_BUSY, QADS_WAIT_SLEEP}) {
    const Directory directory;
    qads_arena_options options = arena_options(64, 1 << 20);
    options.directory = directory.path();
    qads_arena* arena = nullptr;
    expect_ok(qads_create_arena("s", &options, &arena));
    qads_writer_options waiting;
    qads_writer_options_init(&waiting);
    waiting.wait = wait;
    qads_writer* writer = nullptr;
    expect_ok(qads_create_writer(arena, nullptr, &waiting, &writer));
    {
      Inlet in(directory, "s");
      std::thread reader([&] {
        ArrowArrayStream stream{};
        ASSERT_EQ(qads_reader_next_message(in.reader, 10'000, &stream, nullptr), QADS_OK) << qads_last_error();
        EXPECT_EQ(rows_of(stream), 137'500);
      });
      IntBatch small(37'500, 1);
      IntBatch large(100'000, 1);
      EXPECT_EQ(qads_writer_write(writer, &small.array(), &small.schema(), QADS_WRITE_MORE, 10'000), QADS_OK);
      EXPECT_EQ(qads_writer_write(writer, &large.array(), &large.schema(), 0, 10'000), QADS_OK) << qads_last_error();
      reader.join();
    }
    qads_writer_free(writer);
    qads_arena_free(arena);
  }
}

TEST(Message, ThatWouldOverwriteItselfIsRefusedAtOnceAlsoBehindOthers) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(64, 1 << 17, QADS_OVERFLOW_DROP_OLDEST));
  IntBatch small(1000, 1);
  IntBatch piece(4000, 1);
  IntBatch last(5000, 1);
  ASSERT_EQ(out.write(small, 0), QADS_OK);
  for (std::uint64_t n = 1; n < 4; ++n) ASSERT_EQ(out.write(piece, n, QADS_WRITE_MORE), QADS_OK);
  EXPECT_EQ(out.write(last, 4, 0, -1), QADS_ERR_WOULD_NOT_FIT) << qads_last_error();
}

TEST(Message, GivenUpMakesRoomForTheUsersMemory) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(16, 1 << 20, QADS_OVERFLOW_DROP_OLDEST));
  IntBatch batch(10'000);
  ASSERT_EQ(out.write(batch, 0, QADS_WRITE_MORE), QADS_OK);
  expect_ok(qads_writer_give_up_message(out.writer));
  void* address = nullptr;
  qads_allocation* allocation = nullptr;
  EXPECT_EQ(qads_arena_allocate(out.arena, 600'000, 0, &address, &allocation), QADS_OK) << qads_last_error();
  qads_allocation_release(allocation);
}

TEST(Message, LossesBeforeOneThatWasGivenUpAreCountedAtTheNext) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 1 << 20, QADS_OVERFLOW_DROP_OLDEST));
  IntBatch batch(3);
  qads_reader_options options = Inlet::defaults();
  options.loss = QADS_LOSS_COUNT;
  Inlet in(directory, "s", options);
  for (std::uint64_t n = 0; n < 5; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK);
  ASSERT_EQ(out.write(batch, 5, QADS_WRITE_MORE), QADS_OK);
  expect_ok(qads_writer_give_up_message(out.writer));
  for (std::uint64_t n = 6; n < 9; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK);
  ArrowArrayStream stream{};
  qads_batch_info info{};
  ASSERT_EQ(qads_reader_next_message(in.reader, 0, &stream, &info), QADS_OK);
  EXPECT_EQ(info.sequence, 6U);
  EXPECT_EQ(info.lost_before, 5U);
  stream.release(&stream);
}

TEST(Message, OfNoRowsThatCannotFitIsRefused) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 4096));
  IntBatch batch(0, 200);
  EXPECT_EQ(out.write(batch, 0, 0, 0), QADS_ERR_WOULD_NOT_FIT);
  EXPECT_NE(std::string(qads_last_error()).find("'s': a batch of no rows"), std::string::npos) << qads_last_error();
}

TEST(Message, FlagsOfTheOtherKindOfWriteAreRefused) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 1 << 20));
  IntBatch batch(3);
  EXPECT_EQ(out.write(batch, 0, QADS_WRITE_MESSAGE_PER_BATCH), QADS_ERR_INVALID);
  EXPECT_EQ(out.info().head, 0U);
}

// A stream of one batch that fails instead of ending.
struct BrokenStream {
  IntBatch batch{3};
  int left = 1;

  ArrowArrayStream stream() {
    return {.get_schema = [](ArrowArrayStream* self, ArrowSchema* out) { return of(self)->give_schema(out); },
            .get_next = [](ArrowArrayStream* self, ArrowArray* out) { return of(self)->give_next(out); },
            .get_last_error = [](ArrowArrayStream*) { return "out of luck"; },
            .release = [](ArrowArrayStream* self) { self->release = nullptr; },
            .private_data = this};
  }
  static BrokenStream* of(ArrowArrayStream* self) { return static_cast<BrokenStream*>(self->private_data); }
  int give_schema(ArrowSchema* out) {
    *out = batch.schema();
    return 0;
  }
  int give_next(ArrowArray* out) {
    if (left-- == 0) return EIO;
    *out = batch.array();
    return 0;
  }
};

TEST(Message, WhatCameBeforeAProducersFailureStaysWhereEachBatchIsOne) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, 1 << 20));
  BrokenStream broken;
  ArrowArrayStream stream = broken.stream();
  EXPECT_EQ(qads_writer_write_stream(out.writer, &stream, QADS_WRITE_MESSAGE_PER_BATCH, 0), QADS_ERR_PRODUCER);
  EXPECT_STREQ(qads_last_error(), "segment 's': the stream being written failed: out of luck");
  EXPECT_EQ(out.info().messages, 1U);
}

// What a process of the same user can do to a record: another number of nodes.
void damage_record(const Directory& directory, std::uint64_t sequence) {
  const std::string path = std::string(directory.path()) + "/qads_s";
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  qads::layout::Header header{};
  ASSERT_EQ(pread(fd, &header, sizeof(header), 0), static_cast<ssize_t>(sizeof(header)));
  const std::uint64_t slots = header.sync_offset + qads::layout::slots_offset(header.order_count);
  for (std::uint32_t i = 0; i < header.slot_count; ++i) {
    std::array<std::uint64_t, 3> slot{};  // sequence, holders, record_offset
    const auto at = static_cast<off_t>(slots + i * sizeof(qads::layout::Slot));
    ASSERT_EQ(pread(fd, slot.data(), sizeof(slot), at), static_cast<ssize_t>(sizeof(slot)));
    if (slot[0] != sequence) continue;
    const std::uint32_t nodes = 77;
    const std::uint64_t place = header.data_offset + slot[2] + offsetof(qads::layout::RecordHeader, node_count);
    EXPECT_EQ(pwrite(fd, &nodes, sizeof(nodes), static_cast<off_t>(place)), static_cast<ssize_t>(sizeof(nodes)));
  }
  close(fd);
}

TEST(Message, WithADamagedBatchIsNeverHandedOutWithoutIt) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(16, 1 << 20));
  IntBatch batch(3);
  Inlet in(directory, "s");
  for (std::uint64_t n = 0; n < 3; ++n) ASSERT_EQ(out.write(batch, n, n < 2 ? QADS_WRITE_MORE : 0), QADS_OK);
  ASSERT_EQ(out.write(batch, 3), QADS_OK);
  damage_record(directory, 1);
  ArrowArrayStream stream{};
  qads_batch_info info{};
  EXPECT_EQ(qads_reader_next_message(in.reader, 0, &stream, &info), QADS_ERR_CORRUPT);
  ASSERT_EQ(qads_reader_next_message(in.reader, 0, &stream, &info), QADS_OK) << qads_last_error();
  EXPECT_EQ(info.sequence, 3U) << "the rest of the damaged message is skipped";
  EXPECT_EQ(rows_of(stream), 3);
}

}  // namespace
