// Who may go before whom: closing while others wait, batches that outlive everything.
#include <cerrno>
#include <functional>
#include <thread>

#include "cpp_api/segment_test.hpp"

namespace qadataswap::test {
namespace {

using namespace std::chrono_literals;

class Lifetimes : public SegmentTest {};

constexpr Milliseconds kForEver{-1};

TEST_F(Lifetimes, CloseEndsAReadersWaitForABatch) {
  const auto writer = Must(Writer::Create({.name = "idle"}, NumbersSchema()));
  const auto reader = Must(Reader::Open({.name = "idle"}));
  std::thread closing([&] {
    std::this_thread::sleep_for(50ms);
    EXPECT_ARROW_OK(reader->Close());
  });
  ExpectError(reader->ReadNext(kForEver), QADS_ERR_CLOSED, {"idle"});
  closing.join();
  ExpectError(reader->ReadNext(kForEver), QADS_ERR_CLOSED);
  ASSERT_ARROW_OK(writer->Finish());
  ASSERT_ARROW_OK(writer->Close());
  EXPECT_EQ(qads_remove("idle", nullptr, QADS_REMOVE_UNREAD), QADS_OK) << qads_last_error();
}

TEST_F(Lifetimes, CloseEndsAWritersWaits) {
  using Waiting = std::function<arrow::Status(Writer&)>;
  const std::vector<Waiting> waits{
      [](Writer& writer) { return writer.Write(*Numbers(1, 1)); },
      [](Writer& writer) { return writer.WaitReaders(1, kForEver); },
      [](Writer& writer) {
        uint8_t* memory = nullptr;
        return writer.pool()->Allocate((1 << 20) - 4096, &memory);
      },
  };
  for (const Waiting& wait : waits) {
    const auto writer = Must(Writer::Create(
        {.name = "full", .capacity = 1 << 20, .slots = 1, .lifetime = Lifetime::kUntilClosed, .timeout = kForEver}));
    ASSERT_ARROW_OK(writer->Write(*Numbers(0, 1000)));
    std::thread closing([&] {
      std::this_thread::sleep_for(50ms);
      EXPECT_ARROW_OK(writer->Close());
    });
    ExpectError(wait(*writer), QADS_ERR_CLOSED, {"full"});
    closing.join();
  }
}

TEST_F(Lifetimes, ABatchOutlivesReaderWriterAndName) {
  Batch batch;
  {
    auto writer = Must(Writer::Create({.name = "gone", .capacity = 1 << 20}));
    ASSERT_ARROW_OK(writer->Write(*Numbers(0, 1000)));
    ASSERT_ARROW_OK(writer->Finish());
    const auto reader = Must(Reader::Open({.name = "gone"}));
    batch = Must(reader->Next());
    EXPECT_EQ(Must(reader->Next()), nullptr);
  }
  ASSERT_ARROW_OK(batch->ValidateFull());
  EXPECT_TRUE(batch->Equals(*Numbers(0, 1000)));
  std::thread([last = std::move(batch)] {}).join();
}

TEST_F(Lifetimes, AColumnKeepsItsBatch) {
  auto writer = Must(Writer::Create({.name = "column", .capacity = 1 << 20, .slots = 2, .timeout = 5ms}));
  ExpectError(Reader::Open({.name = "column", .timeout = 1ms}), QADS_ERR_TIMEOUT, {"column"});
  ASSERT_ARROW_OK(writer->Write(*Numbers(0, 1000)));
  const auto later = Must(Reader::Open({.name = "column"}));
  auto text = Must(later->Next())->column(1)->Slice(100, 5);
  for (int64_t number = 0; number < 300; ++number) {
    ASSERT_ARROW_OK(writer->Write(*Numbers(number, 500)));
    ASSERT_TRUE(Must(later->Next())->Equals(*Numbers(number, 500)));
  }
  EXPECT_TRUE(text->Equals(Numbers(0, 1000)->column(1)->Slice(100, 5)));
  ASSERT_ARROW_OK(writer->Finish());
  EXPECT_EQ(Must(later->Next()), nullptr);
}

TEST_F(Lifetimes, HeldBatchesStayUnchangedWhileTheRingGoesRoundAHundredTimes) {
  constexpr int32_t kSlots = 8;
  constexpr int64_t kBatches = int64_t{100} * kSlots;
  for (const Overflow overflow : {Overflow::kBlock, Overflow::kDropOldest}) {
    auto writer = Must(
        Writer::Create({.name = "laps", .capacity = 1 << 20, .slots = kSlots, .overflow = overflow}, NumbersSchema()));
    const auto reader = Must(Reader::Open({.name = "laps"}));
    std::vector<std::pair<int64_t, Batch>> held;
    for (int64_t number = 0; number < kBatches; ++number) {
      ASSERT_ARROW_OK(writer->Write(*Numbers(number, 1 + number % 300)));
      auto batch = Must(reader->Next());
      if (number % 101 == 0 && held.size() < kSlots - 2) held.emplace_back(number, std::move(batch));
    }
    EXPECT_EQ(held.size(), size_t{kSlots - 2});
    EXPECT_EQ(Must(reader->Stats()).held_batches, kSlots - 2);
    for (const auto& [number, batch] : held) EXPECT_TRUE(batch->Equals(*Numbers(number, 1 + number % 300))) << number;
    held.clear();
    EXPECT_EQ(Must(reader->Stats()).held_batches, 0);
    ASSERT_ARROW_OK(writer->Finish());
    EXPECT_EQ(Must(reader->Next()), nullptr);
  }
}

TEST_F(Lifetimes, AnExportedStreamGoesOnWithoutItsReader) {
  auto writer = Must(Writer::Create({.name = "stream", .capacity = 1 << 20}));
  for (int64_t number = 0; number < 5; ++number) ASSERT_ARROW_OK(writer->Write(*Numbers(number, 10)));
  qads_arena* arena = nullptr;
  qads_reader* reader = nullptr;
  ASSERT_EQ(qads_attach_arena("stream", nullptr, &arena), QADS_OK);
  ASSERT_EQ(qads_attach_reader(arena, nullptr, &reader), QADS_OK);
  ArrowArrayStream stream{};
  ASSERT_EQ(qads_reader_export_stream(reader, 5000, &stream), QADS_OK) << qads_last_error();
  qads_reader_free(reader);
  qads_arena_free(arena);
  const auto imported = Must(arrow::ImportRecordBatchReader(&stream));
  for (int64_t number = 0; number < 5; ++number) EXPECT_TRUE(Must(imported->Next())->Equals(*Numbers(number, 10)));
  ASSERT_ARROW_OK(writer->Finish());
  EXPECT_EQ(Must(imported->Next()), nullptr);
}

TEST_F(Lifetimes, AnExportedStreamSaysWhatEndedIt) {
  auto writer = Must(Writer::Create({.name = "dying", .capacity = 1 << 20}));
  ASSERT_ARROW_OK(writer->Write(*Numbers(0, 10)));
  CHandles h;
  ASSERT_EQ(qads_attach_arena("dying", nullptr, &h.attached), QADS_OK);
  ASSERT_EQ(qads_attach_reader(h.attached, nullptr, &h.reader), QADS_OK);
  ArrowArrayStream stream{};
  ASSERT_EQ(qads_reader_export_stream(h.reader, 20, &stream), QADS_OK);
  ArrowArray array{};
  ASSERT_EQ(stream.get_next(&stream, &array), 0);
  array.release(&array);
  EXPECT_EQ(stream.get_next(&stream, &array), ETIMEDOUT);
  EXPECT_THAT(stream.get_last_error(&stream), testing::HasSubstr("dying"));
  ASSERT_ARROW_OK(writer->Close());
  EXPECT_EQ(stream.get_next(&stream, &array), EIO);
  EXPECT_THAT(stream.get_last_error(&stream), testing::HasSubstr("dying"));
  stream.release(&stream);
}

TEST_F(Lifetimes, FlatBatchesAreRetainedAndReleased) {
  auto writer = Must(Writer::Create({.name = "flat", .capacity = 1 << 20}));
  ASSERT_ARROW_OK(writer->Write(*Numbers(0, 10)));
  ASSERT_ARROW_OK(writer->Finish());
  CHandles h;
  ASSERT_EQ(qads_attach_arena("flat", nullptr, &h.attached), QADS_OK);
  ASSERT_EQ(qads_attach_reader(h.attached, nullptr, &h.reader), QADS_OK);
  qads_flat_batch flat{};
  ASSERT_EQ(qads_reader_next_flat(h.reader, 0, &flat, nullptr), QADS_OK);
  EXPECT_EQ(flat.node_count, 3);
  EXPECT_EQ(flat.buffer_count, 6);
  qads_lease_retain(flat.lease);
  qads_lease_release(flat.lease);
  EXPECT_EQ(static_cast<const int64_t*>(flat.buffers[2].address)[7], 7) << "one owner is left";
  qads_reader_stats stats{};
  stats.struct_size = sizeof(stats);
  EXPECT_EQ(qads_reader_get_stats(h.reader, &stats), QADS_OK);
  EXPECT_EQ(stats.held_batches, 1);
  qads_lease_release(flat.lease);
  EXPECT_EQ(qads_reader_get_stats(h.reader, &stats), QADS_OK);
  EXPECT_EQ(stats.held_batches, 0);
  EXPECT_EQ(qads_reader_next_flat(h.reader, 0, &flat, nullptr), QADS_END_OF_STREAM);
}

}  // namespace
}  // namespace qadataswap::test
