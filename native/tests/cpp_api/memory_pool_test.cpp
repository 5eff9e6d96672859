// Batches that are built in the segment itself.
#include <algorithm>
#include <thread>

#include "cpp_api/segment_test.hpp"

namespace qadataswap::test {
namespace {

using namespace std::chrono_literals;

class Pool : public SegmentTest {};

TEST_F(Pool, WhatIsBuiltInItIsNotCopied) {
  auto writer = Must(Writer::Create({.name = "pool", .capacity = 8 << 20}));
  const auto pool = writer->pool();
  {
    const auto batch = Numbers(0, 10'000, pool.get());
    EXPECT_GT(pool->bytes_allocated(), 0);
    ASSERT_ARROW_OK(writer->Write(*batch));
    const auto report = Must(writer->LastWrite());
    ASSERT_EQ(report.size(), 2U);
    for (const qads_column_report& column : report) {
      EXPECT_EQ(column.bytes_copied, 0);
      EXPECT_EQ(column.reason, QADS_COPY_NONE);
      EXPECT_GE(column.bytes_referenced, 80'000);
    }
    EXPECT_EQ(Must(writer->Info()).bytes_copied, 0U);
  }
  EXPECT_EQ(pool->bytes_allocated(), 0) << "published memory belongs to the batch, not to the pool";
  ASSERT_ARROW_OK(writer->Write(*Numbers(0, 10)));
  EXPECT_EQ(Must(writer->LastWrite())[0].reason, QADS_COPY_OUTSIDE);
  ASSERT_ARROW_OK(writer->Finish());
  const auto reader = Must(Reader::Open({.name = "pool"}));
  EXPECT_TRUE(Must(reader->Next())->Equals(*Numbers(0, 10'000)));
  EXPECT_TRUE(Must(reader->Next())->Equals(*Numbers(0, 10)));
  EXPECT_EQ(Must(reader->Next()), nullptr);
}

TEST_F(Pool, WhatMustBeCopiedIsReportedWithItsReason) {
  auto writer = Must(Writer::Create({.name = "why", .capacity = 8 << 20, .lifetime = Lifetime::kUntilClosed}));
  const auto batch = Numbers(0, 1000, writer->pool().get());
  ASSERT_ARROW_OK(writer->Write(*batch->Slice(3, 500)));
  const auto report = Must(writer->LastWrite());
  ASSERT_EQ(report.size(), 2U);
  EXPECT_EQ(report[0].reason, QADS_COPY_ALIGNMENT) << "the third number is 24 bytes into its buffer";
  EXPECT_GT(report[0].bytes_copied, 0);
  EXPECT_THAT(report[1].reason, testing::AnyOf(QADS_COPY_BIT_OFFSET, QADS_COPY_REBASED));
  ASSERT_ARROW_OK(writer->Write(*batch->Slice(64, 500)));
  EXPECT_EQ(Must(writer->LastWrite())[0].reason, QADS_COPY_NONE);
  const auto reader = Must(Reader::Open({.name = "why"}));
  EXPECT_TRUE(Must(reader->Next())->Equals(*Numbers(3, 500)));
  EXPECT_TRUE(Must(reader->Next())->Equals(*Numbers(64, 500)));
}

TEST_F(Pool, AnAllocationLargerThanTheDataAreaDoesNotFit) {
  const auto writer =
      Must(Writer::Create({.name = "pool", .capacity = 1 << 20, .lifetime = Lifetime::kUntilClosed, .timeout = 20ms}));
  uint8_t* memory = nullptr;
  ExpectError(writer->pool()->Allocate(2 << 20, &memory), QADS_ERR_WOULD_NOT_FIT, {"pool", "1048576"});
  EXPECT_FALSE(writer->pool()->Allocate(-1, &memory).ok());
  ASSERT_ARROW_OK(writer->pool()->Allocate(900 << 10, &memory));
  ExpectError(writer->pool()->Allocate(900 << 10, nullptr), QADS_ERR_TIMEOUT, {"pool"});
  writer->pool()->Free(memory, 900 << 10);
  ASSERT_ARROW_OK(writer->pool()->Allocate(900 << 10, &memory));
  writer->pool()->Free(memory, 900 << 10);
}

TEST_F(Pool, KeepsWhatIsInItWhenAnAllocationGrowsOrShrinks) {
  const auto writer = Must(Writer::Create({.name = "pool", .capacity = 8 << 20, .lifetime = Lifetime::kUntilClosed}));
  arrow::MemoryPool& pool = *writer->pool();
  uint8_t* memory = nullptr;
  ASSERT_ARROW_OK(pool.Allocate(0, &memory));
  int64_t size = 0;
  for (const int64_t next : {64, 1000, 100'000, 50, 200, 0, 30}) {
    ASSERT_ARROW_OK(pool.Reallocate(size, next, &memory));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % 64, 0U);
    for (int64_t at = 0; at < std::min(size, next); ++at) ASSERT_EQ(memory[at], static_cast<uint8_t>(at * 7));
    for (int64_t at = 0; at < next; ++at) memory[at] = static_cast<uint8_t>(at * 7);
    size = next;
    EXPECT_EQ(pool.bytes_allocated(), next);
  }
  pool.Free(memory, size);
  EXPECT_EQ(pool.bytes_allocated(), 0);
}

TEST_F(Pool, OutlivesItsWriter) {
  std::shared_ptr<ArenaMemoryPool> pool;
  Batch batch;
  {
    auto writer = Must(Writer::Create({.name = "short", .capacity = 1 << 20, .lifetime = Lifetime::kUntilClosed}));
    pool = writer->pool();
    batch = Numbers(0, 100, pool.get());
  }
  EXPECT_TRUE(batch->Equals(*Numbers(0, 100)));
  uint8_t* memory = nullptr;
  ExpectError(pool->Allocate(10, &memory), QADS_ERR_CLOSED, {"short"});
  batch.reset();
  EXPECT_EQ(pool->bytes_allocated(), 0);
}

TEST_F(Pool, GivesItsMemoryBackWhenReadersAreDone) {
  auto writer = Must(Writer::Create({.name = "again", .capacity = 1 << 20, .timeout = 5000ms}));
  std::thread reading([] {
    const auto reader = Must(Reader::Open({.name = "again", .timeout = 5000ms}));
    for (int64_t number = 0; number < 500; ++number) ASSERT_TRUE(Must(reader->Next())->Equals(*Numbers(number, 2000)));
    EXPECT_EQ(Must(reader->Next()), nullptr);
  });
  for (int64_t number = 0; number < 500; ++number) {
    ASSERT_ARROW_OK(writer->Write(*Numbers(number, 2000, writer->pool().get())));
  }
  ASSERT_ARROW_OK(writer->Finish());
  reading.join();
}

}  // namespace
}  // namespace qadataswap::test
