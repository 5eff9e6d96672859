// What goes in comes out: batches, tables and streams, as messages that are never torn.
#include <thread>

#include "cpp_api/segment_test.hpp"

namespace qadataswap::test {
namespace {

using arrow::RecordBatchVector;

class RoundTrip : public SegmentTest {
 protected:
  static std::unique_ptr<Writer> Write(const std::string& name, WriterOptions options = {}) {
    options.name = name;
    options.capacity = options.capacity.value_or(1 << 20);
    return Must(Writer::Create(options));
  }
  static std::shared_ptr<Reader> Read(const std::string& name) {
    return Must(Reader::Open({.name = name, .timeout = Milliseconds(5000)}));
  }
  // All that is left, copied: held pieces of a message larger than the ring would stop its writer.
  static RecordBatchVector Copies(Reader& reader) {
    RecordBatchVector copies;
    while (const Batch batch = Must(reader.Next())) {
      copies.push_back(Must(batch->CopyTo(arrow::default_cpu_memory_manager())));
    }
    return copies;
  }
};

// A stream whose batches come, and which then fails.
class FailingStream : public arrow::RecordBatchReader {
 public:
  explicit FailingStream(RecordBatchVector batches) : batches_(std::move(batches)) {}
  std::shared_ptr<arrow::Schema> schema() const override { return batches_.front()->schema(); }
  arrow::Status ReadNext(Batch* batch) override {
    if (next_ == batches_.size()) return arrow::Status::IOError("the well is dry");
    *batch = batches_[next_++];
    return arrow::Status::OK();
  }

 private:
  RecordBatchVector batches_;
  size_t next_ = 0;
};

TEST_F(RoundTrip, ABatchArrivesAsItIsWithTheSchemasMetadata) {
  const auto metadata = arrow::key_value_metadata({"key", "empty"}, {"value", ""});
  const auto batch = Numbers(0, 100)->ReplaceSchemaMetadata(metadata);
  auto writer = Write("batch");
  ASSERT_ARROW_OK(writer->Write(*batch));
  ASSERT_ARROW_OK(writer->Write(*batch->Slice(13, 40)));
  ASSERT_ARROW_OK(writer->Write(*batch->Slice(100, 0)));
  ASSERT_ARROW_OK(writer->Finish());

  auto reader = Read("batch");
  EXPECT_TRUE(reader->schema()->Equals(*batch->schema(), true)) << reader->schema()->ToString(true);
  for (const auto& wanted : {batch, batch->Slice(13, 40), batch->Slice(100, 0)}) {
    qads_batch_info info{};
    const auto got = Must(reader->ReadNext(Milliseconds(1000), &info));
    ASSERT_ARROW_OK(got->ValidateFull());
    EXPECT_TRUE(got->Equals(*wanted, true));
    EXPECT_EQ(info.length, wanted->num_rows());
    EXPECT_EQ(info.flags, uint32_t{QADS_BATCH_FIRST | QADS_BATCH_LAST});
  }
  EXPECT_EQ(Must(reader->Next()), nullptr);
  EXPECT_EQ(Must(reader->Next()), nullptr) << "the end stays the end";
  const auto stats = Must(reader->Stats());
  EXPECT_EQ(stats.batches, 3U);
  EXPECT_EQ(stats.rows, 140U);
  EXPECT_EQ(stats.lost, 0U);
}

TEST_F(RoundTrip, ATableIsOneMessageOfItsChunks) {
  const auto table = Must(arrow::Table::FromRecordBatches({Numbers(0, 10), Numbers(10, 0), Numbers(10, 25)}));
  auto writer = Write("table");
  ASSERT_ARROW_OK(writer->Write(*table));
  ASSERT_ARROW_OK(writer->Write(*table->Slice(5, 20)));
  ASSERT_ARROW_OK(writer->Finish());
  EXPECT_EQ(Must(writer->Info()).messages, 2U);

  auto reader = Read("table");
  qads_batch_info info{};
  const auto first = Must(reader->NextMessage(Milliseconds(1000), &info));
  EXPECT_TRUE(first->Equals(*table, true));
  EXPECT_EQ(info.sequence, 0U);
  EXPECT_EQ(info.length, 35);
  const auto second = Must(reader->NextMessage());
  ASSERT_ARROW_OK(second->ValidateFull());
  EXPECT_TRUE(second->Equals(*table->Slice(5, 20), true));
  EXPECT_EQ(Must(reader->NextMessage()), nullptr);
}

TEST_F(RoundTrip, AStreamIsOneMessageOrOneABatch) {
  const RecordBatchVector batches{Numbers(0, 10), Numbers(10, 20), Numbers(30, 5)};
  auto writer = Write("stream");
  ASSERT_ARROW_OK(writer->Write(Must(arrow::RecordBatchReader::Make(batches))));
  EXPECT_EQ(Must(writer->Info()).messages, 1U);
  ASSERT_ARROW_OK(writer->Write(Must(arrow::RecordBatchReader::Make(batches)), Messages::kPerBatch));
  EXPECT_EQ(Must(writer->Info()).messages, 4U);
  ASSERT_ARROW_OK(writer->Finish());
  auto reader = Read("stream");
  std::vector<uint32_t> flags;
  for (int number = 0; number < 6; ++number) {
    qads_batch_info info{};
    EXPECT_TRUE(Must(reader->ReadNext(Milliseconds(1000), &info))->Equals(*batches[static_cast<size_t>(number % 3)]));
    EXPECT_EQ(info.sequence, static_cast<uint64_t>(number));
    flags.push_back(info.flags);
  }
  constexpr uint32_t kFirst = QADS_BATCH_FIRST;
  constexpr uint32_t kLast = QADS_BATCH_LAST;
  EXPECT_THAT(flags, testing::ElementsAre(kFirst, 0U, kLast, kFirst | kLast, kFirst | kLast, kFirst | kLast));
  EXPECT_EQ(Must(reader->Next()), nullptr);
}

TEST_F(RoundTrip, AStreamWithoutBatchesBringsItsSchema) {
  auto writer = Write("empty");
  ASSERT_ARROW_OK(writer->Write(Must(arrow::RecordBatchReader::Make({}, NumbersSchema()))));
  ASSERT_ARROW_OK(writer->Finish());
  auto reader = Read("empty");
  const auto table = Must(reader->NextMessage());
  EXPECT_EQ(table->num_rows(), 0);
  EXPECT_TRUE(table->schema()->Equals(*NumbersSchema(), true));
  EXPECT_EQ(Must(reader->NextMessage()), nullptr);
}

TEST_F(RoundTrip, AMessageIsMadeOfSeveralWrites) {
  auto writer = Write("parts");
  ASSERT_ARROW_OK(writer->Write(*Numbers(0, 10), QADS_WRITE_MORE));
  ASSERT_ARROW_OK(writer->Write(*Numbers(10, 10), QADS_WRITE_MORE));
  auto reader = Read("parts");
  ExpectError(reader->NextMessage(Milliseconds(20)), QADS_ERR_TIMEOUT, {"parts"});
  ASSERT_ARROW_OK(writer->Write(*Numbers(20, 10)));
  ASSERT_ARROW_OK(writer->Finish());
  const auto table = Must(reader->NextMessage());
  EXPECT_TRUE(Must(table->CombineChunksToBatch())->Equals(*Numbers(0, 30))) << "the timeout took nothing from it";
  EXPECT_EQ(Must(reader->NextMessage()), nullptr);
}

TEST_F(RoundTrip, AMessageThatIsGivenUpIsNeverSeenByReadersOfMessages) {
  auto writer = Write("torn");
  ASSERT_ARROW_OK(writer->Write(*Numbers(0, 1)));
  const auto failing = std::make_shared<FailingStream>(RecordBatchVector{Numbers(100, 10), Numbers(110, 10)});
  ExpectError(writer->Write(failing), QADS_ERR_PRODUCER, {"the well is dry"});
  ASSERT_ARROW_OK(writer->Write(*Numbers(1, 1)));
  ASSERT_ARROW_OK(writer->Finish());
  auto reader = Read("torn");
  for (const int64_t number : {0, 1}) {
    EXPECT_TRUE(Must(Must(reader->NextMessage())->CombineChunksToBatch())->Equals(*Numbers(number, 1)));
  }
  EXPECT_EQ(Must(reader->NextMessage()), nullptr);
}

TEST_F(RoundTrip, ABatchLargerThanTheDataAreaIsCutByRows) {
  constexpr int64_t kRows = 100'000;
  const auto big = Numbers(0, kRows);
  auto writer = Write("big", {.capacity = 256 << 10, .slots = 4});
  ExpectError(Reader::Open({.name = "big", .timeout = Milliseconds(1)}), QADS_ERR_TIMEOUT, {"big"});
  std::thread writing([&] {
    EXPECT_ARROW_OK(writer->Write(*big));
    EXPECT_ARROW_OK(writer->Write(*Numbers(kRows, 3)));
    EXPECT_ARROW_OK(writer->Finish());
  });
  auto pieces = Copies(*Read("big"));
  writing.join();
  EXPECT_GT(pieces.size(), 5U);
  EXPECT_TRUE(pieces.back()->Equals(*Numbers(kRows, 3)));
  pieces.pop_back();
  EXPECT_TRUE(Must(arrow::ConcatenateRecordBatches(pieces))->Equals(*big));
}

TEST_F(RoundTrip, AMessageLargerThanTheRingIsCopiedOutForReadersOfMessages) {
  constexpr int64_t kRows = 100'000;
  auto writer = Write("ring", {.capacity = 256 << 10, .slots = 4});
  std::thread writing([&] {
    EXPECT_ARROW_OK(writer->Write(*Numbers(0, kRows)));
    EXPECT_ARROW_OK(writer->Finish());
  });
  auto reader = Read("ring");
  const auto table = Must(reader->NextMessage());
  writing.join();
  EXPECT_TRUE(Must(table->CombineChunksToBatch())->Equals(*Numbers(0, kRows)));
  EXPECT_EQ(Must(reader->NextMessage()), nullptr);
}

TEST_F(RoundTrip, ManyMessagesGoRoundASmallRing) {
  auto writer = Write("round", {.slots = 3});
  std::thread writing([&] {
    for (int64_t number = 0; number < 2000; ++number) {
      ASSERT_ARROW_OK(writer->Write(*Numbers(number, 1 + number % 50)));
    }
    EXPECT_ARROW_OK(writer->Finish());
  });
  auto reader = Read("round");
  for (int64_t number = 0; number < 2000; ++number) {
    const auto batch = Must(reader->Next());
    ASSERT_TRUE(batch->Equals(*Numbers(number, 1 + number % 50))) << number;
  }
  EXPECT_EQ(Must(reader->Next()), nullptr);
  writing.join();
}

TEST_F(RoundTrip, ADropOldestWriterNeverWaitsAndTheReaderCounts) {
  for (const Loss loss : {Loss::kError, Loss::kCount}) {
    auto writer = Write("lossy", {.slots = 4, .overflow = Overflow::kDropOldest, .timeout = Milliseconds(0)});
    ASSERT_ARROW_OK(writer->Write(*Numbers(0, 1)));
    auto reader = Must(Reader::Open({.name = "lossy", .timeout = Milliseconds(1000), .loss = loss}));
    for (int64_t number = 1; number < 50; ++number) ASSERT_ARROW_OK(writer->Write(*Numbers(number, 1)));
    ASSERT_ARROW_OK(writer->Finish());
    if (loss == Loss::kError) ExpectError(reader->Next(), QADS_ERR_OVERRUN, {"lossy", "46"});
    qads_batch_info info{};
    EXPECT_TRUE(Must(reader->ReadNext(Milliseconds(1000), &info))->Equals(*Numbers(46, 1)));
    EXPECT_EQ(info.sequence, 46U);
    if (loss == Loss::kCount) {
      EXPECT_EQ(info.lost_before, 46U);
    }
    EXPECT_EQ(Copies(*reader).size(), 3U);
    EXPECT_EQ(Must(reader->Stats()).lost, 46U);
    EXPECT_EQ(Must(writer->Info()).dropped_batches, 46U);
  }
}

}  // namespace
}  // namespace qadataswap::test
