// What a writer refuses: each its own code, a message with the segment's name and the numbers, and nothing published lost.
#include <sys/mount.h>
#include <unistd.h>

#include "cpp_api/segment_test.hpp"

namespace qadataswap::test {
namespace {

class WriteFaults : public SegmentTest {
 protected:
  // A writer that has published one batch; what follows must not harm it.
  std::unique_ptr<Writer> Published(const std::string& name, WriterOptions options = {}) {
    options.name = name;
    options.capacity = options.capacity.value_or(1 << 20);
    options.timeout = Milliseconds(50);
    auto writer = Must(Writer::Create(options));
    Must(writer->Write(*Numbers(0, 10)));
    return writer;
  }

  void ExpectNothingLost(const std::string& name, Writer& writer) {
    ASSERT_ARROW_OK(writer.Write(*Numbers(10, 5)));
    ASSERT_ARROW_OK(writer.Finish());
    const auto reader = Must(Reader::Open({.name = name}));
    EXPECT_TRUE(Must(reader->Next())->Equals(*Numbers(0, 10)));
    EXPECT_TRUE(Must(reader->Next())->Equals(*Numbers(10, 5)));
    EXPECT_EQ(Must(reader->Next()), nullptr);
  }
};

Batch OneColumn(const std::string& name, const std::shared_ptr<arrow::Array>& array) {
  return arrow::RecordBatch::Make(arrow::schema({arrow::field(name, array->type())}), array->length(), {array});
}

TEST_F(WriteFaults, ARowThatCannotFitNamesBothSizes) {
  auto writer = Must(Writer::Create({.name = "row", .capacity = 64 << 10, .timeout = Milliseconds(50)}));
  arrow::StringBuilder builder;
  ASSERT_ARROW_OK(builder.Append(std::string(1 << 20, 'x')));
  const auto huge = OneColumn("text", Must(builder.Finish()));
  arrow::StringBuilder small;
  ASSERT_ARROW_OK(small.Append("small"));
  const auto fits = OneColumn("text", Must(small.Finish()));
  ASSERT_ARROW_OK(writer->Write(*fits));
  ExpectError(writer->Write(*huge), QADS_ERR_WOULD_NOT_FIT, {"row", "65536"});
  ASSERT_ARROW_OK(writer->Write(*fits));
  ASSERT_ARROW_OK(writer->Finish());
  const auto reader = Must(Reader::Open({.name = "row"}));
  EXPECT_EQ(Must(reader->ToTable())->num_rows(), 2);
}

TEST_F(WriteFaults, AMessageThatCannotBeHeldIsRefusedWhereTheOldestIsDropped) {
  auto writer = Must(
      Writer::Create({.name = "message", .slots = 4, .overflow = Overflow::kDropOldest, .timeout = Milliseconds(50)}));
  ASSERT_ARROW_OK(writer->Write(*Numbers(0, 10)));
  arrow::RecordBatchVector batches;
  for (int64_t number = 0; number < 6; ++number) batches.push_back(Numbers(number, 1));
  ExpectError(writer->Write(Must(arrow::RecordBatchReader::Make(batches))), QADS_ERR_WOULD_NOT_FIT, {"message", "4"});
  ASSERT_ARROW_OK(writer->Write(*Numbers(10, 5)));
  ASSERT_ARROW_OK(writer->Finish());
  const auto reader = Must(Reader::Open({.name = "message", .loss = Loss::kCount}));
  EXPECT_TRUE(Must(Must(reader->NextMessage())->CombineChunksToBatch())->Equals(*Numbers(10, 5)));
}

TEST_F(WriteFaults, ASchemaThatDiffersIsAMismatch) {
  auto writer = Published("schema");
  arrow::Int32Builder builder;
  ASSERT_ARROW_OK(builder.Append(1));
  const auto other = OneColumn("number", Must(builder.Finish()));
  ExpectError(writer->Write(*other), QADS_ERR_SCHEMA_MISMATCH, {"schema"});
  const auto renamed = Must(Numbers(0, 10)->RenameColumns({"number", "txt"}));
  ExpectError(writer->Write(*renamed), QADS_ERR_SCHEMA_MISMATCH, {"schema", "txt"});
  ExpectError(writer->Write(Must(arrow::RecordBatchReader::Make({other}))), QADS_ERR_SCHEMA_MISMATCH, {"schema"});
  ExpectNothingLost("schema", *writer);
}

TEST_F(WriteFaults, ASchemaLargerThanItsSectionDoesNotFit) {
  const std::string long_text(100'000, 'm');
  const auto schema = NumbersSchema()->WithMetadata(arrow::key_value_metadata({"long"}, {long_text}));
  ExpectError(Writer::Create({.name = "wide", .schema_capacity = 4096}, schema), QADS_ERR_WOULD_NOT_FIT,
              {"wide", "schema_capacity"});
  EXPECT_THAT(Left(), testing::IsEmpty());
}

TEST_F(WriteFaults, AWriterWithoutReadersTimesOutAndSaysWhy) {
  auto writer = Published("full", {.slots = 2});
  ASSERT_ARROW_OK(writer->Write(*Numbers(10, 5)));
  const auto begin = std::chrono::steady_clock::now();
  ExpectError(writer->Write(*Numbers(20, 1)), QADS_ERR_TIMEOUT, {"full", "50 ms"});
  EXPECT_GE(std::chrono::steady_clock::now() - begin, Milliseconds(50));
  const auto reader = Must(Reader::Open({.name = "full"}));
  EXPECT_TRUE(Must(reader->Next())->Equals(*Numbers(0, 10)));
  EXPECT_TRUE(Must(reader->Next())->Equals(*Numbers(10, 5)));
  ASSERT_ARROW_OK(writer->Write(*Numbers(15, 2)));
  EXPECT_TRUE(Must(reader->Next())->Equals(*Numbers(15, 2)));
  ASSERT_ARROW_OK(writer->Finish());
  EXPECT_EQ(Must(reader->Next()), nullptr);
}

TEST_F(WriteFaults, AFullRingThatIsHeldNamesWhoHoldsIt) {
  auto writer = Published("held", {.slots = 1, .overflow = Overflow::kDropOldest});
  const auto reader = Must(Reader::Open({.name = "held"}));
  auto batch = Must(reader->Next());
  ExpectError(writer->Write(*Numbers(1, 1)), QADS_ERR_TIMEOUT, {"held", "holds", std::to_string(getpid())});
  EXPECT_TRUE(batch->Equals(*Numbers(0, 10)));
  batch.reset();
  EXPECT_ARROW_OK(writer->Write(*Numbers(1, 1)));
}

TEST_F(WriteFaults, AWriterThatFinishedIsClosed) {
  auto writer = Published("over");
  ASSERT_ARROW_OK(writer->Finish());
  ASSERT_ARROW_OK(writer->Finish());
  ExpectError(writer->Write(*Numbers(0, 1)), QADS_ERR_CLOSED, {"over"});
  const auto reader = Must(Reader::Open({.name = "over"}));
  EXPECT_EQ(Must(reader->ToTable())->num_rows(), 10);
}

TEST_F(WriteFaults, AWriterThatClosesWithoutFinishIsToldOfAsDead) {
  auto writer = Published("broken");
  const auto reader = Must(Reader::Open({.name = "broken"}));
  ASSERT_ARROW_OK(writer->Close());
  EXPECT_TRUE(Must(reader->Next())->Equals(*Numbers(0, 10)));
  ExpectError(reader->Next(), QADS_ERR_WRITER_DIED, {"broken"});
  ExpectError(reader->Next(), QADS_ERR_WRITER_DIED, {"broken"});
}

// Arrays that the Arrow C Data interface doesn't allow, and what must be said about them.
TEST_F(WriteFaults, AMalformedArrayIsInvalidAndNothingOfItIsPublished) {
  CHandles h;
  ASSERT_EQ(qads_create_arena("malformed", nullptr, &h.arena), QADS_OK);
  ASSERT_EQ(qads_create_writer(h.arena, nullptr, nullptr, &h.writer), QADS_OK);
  using Change = void (*)(ArrowArray&);
  const std::vector<std::pair<const char*, Change>> changes{
      {"released", [](ArrowArray& a) { a.release = nullptr; }},
      {"negative length", [](ArrowArray& a) { a.length = -1; }},
      {"negative offset", [](ArrowArray& a) { a.offset = -1; }},
      {"offset that overflows", [](ArrowArray& a) { a.offset = INT64_MAX - 5; }},
      {"too few columns", [](ArrowArray& a) { a.n_children = 1; }},
      {"no children", [](ArrowArray& a) { a.children = nullptr; }},
      {"too few buffers", [](ArrowArray& a) { a.children[0]->n_buffers = 1; }},
      {"no buffers", [](ArrowArray& a) { a.children[0]->buffers = nullptr; }},
      {"short column", [](ArrowArray& a) { a.children[0]->length = 3; }},
      {"values missing", [](ArrowArray& a) { a.children[0]->buffers[1] = nullptr; }},
      {"column missing", [](ArrowArray& a) { a.children[1] = nullptr; }},
      {"offsets that go back",
       [](ArrowArray& a) { const_cast<int32_t*>(static_cast<const int32_t*>(a.children[1]->buffers[1]))[3] = -7; }},
  };
  for (const auto& [what, change] : changes) {
    const auto batch = Numbers(0, 10);
    ArrowArray array{};
    internal::Owned<ArrowSchema> schema;
    Must(arrow::ExportRecordBatch(*batch, &array, &schema.value));
    // Everything is put back before it is released: the exporter owns it.
    const ArrowArray whole = array;
    ArrowArray* const children[2] = {array.children[0], array.children[1]};
    const ArrowArray first = *children[0];
    const void* const values = first.buffers[1];
    change(array);
    EXPECT_EQ(qads_writer_write(h.writer, &array, &schema.value, 0, 0), QADS_ERR_INVALID) << what;
    EXPECT_THAT(qads_last_error(), testing::HasSubstr("malformed")) << what;
    array = whole;
    array.children[0] = children[0];
    array.children[1] = children[1];
    *array.children[0] = first;
    first.buffers[1] = values;
    array.release(&array);
  }
  qads_arena_info info{};
  info.struct_size = sizeof(info);
  ASSERT_EQ(qads_arena_get_info(h.arena, &info), QADS_OK);
  EXPECT_EQ(info.head, 0U);
  EXPECT_EQ(qads_writer_finish(h.writer), QADS_OK);
  qads_writer_free(h.writer);
  h.writer = nullptr;
  qads_arena_free(h.arena);
  h.arena = nullptr;
  EXPECT_EQ(qads_remove("malformed", nullptr, QADS_REMOVE_UNREAD), QADS_OK) << qads_last_error();
}

TEST_F(WriteFaults, AFormatThatArrowDoesNotDefineIsUnsupportedAndTheFieldIsNamed) {
  CHandles h;
  qads_arena_options options;
  qads_arena_options_init(&options);
  options.lifetime = QADS_LIFETIME_UNTIL_CLOSED;
  ASSERT_EQ(qads_create_arena("format", &options, &h.arena), QADS_OK);
  for (const char* format : {"", "?", "ll", "w:", "w:-1", "d:10", "tsx:", "+w:", "+ud:0,0", "+vq", "ttD"}) {
    ArrowSchema child{};
    child.format = format;
    child.name = "strange";
    child.release = [](ArrowSchema* schema) { schema->release = nullptr; };
    ArrowSchema* children[1] = {&child};
    ArrowSchema schema{};
    schema.format = "+s";
    schema.n_children = 1;
    schema.children = children;
    schema.release = child.release;
    const qads_status status = qads_create_writer(h.arena, &schema, nullptr, &h.writer);
    EXPECT_THAT(status, testing::AnyOf(QADS_ERR_UNSUPPORTED_TYPE, QADS_ERR_INVALID)) << "'" << format << "'";
    EXPECT_THAT(qads_last_error(), testing::AllOf(testing::HasSubstr("format"), testing::HasSubstr("strange")));
  }
}

TEST_F(WriteFaults, AFullFileSystemIsAnErrorWithNumbersAndNothingIsLost) {
  if (mount("none", directory_.c_str(), "tmpfs", 0, "size=1m") != 0) GTEST_SKIP() << "this process can't mount a tmpfs";
  {
    auto writer = Published("space", {.capacity = 64 << 20, .lifetime = Lifetime::kUntilClosed});
    const arrow::Status status = writer->Write(*Numbers(0, 500'000));
    ExpectError(status, QADS_ERR_NO_SPACE, {"space"});
    ExpectError(writer->pool()->Allocate(8 << 20, nullptr), QADS_ERR_NO_SPACE, {"space"});
    ExpectNothingLost("space", *writer);
  }
  EXPECT_THAT(Left(), testing::IsEmpty());
  EXPECT_EQ(umount(directory_.c_str()), 0);
}

TEST_F(WriteFaults, AFullFileSystemIsNotWaitedForWhenNothingCanBecomeFree) {
  if (mount("none", directory_.c_str(), "tmpfs", 0, "size=1m") != 0) GTEST_SKIP() << "this process can't mount a tmpfs";
  {
    auto writer = Must(Writer::Create({.name = "space", .capacity = 64 << 20, .timeout = Milliseconds(-1)}));
    ExpectError(writer->Write(*Numbers(0, 500'000)), QADS_ERR_NO_SPACE, {"space"});
    ASSERT_ARROW_OK(writer->Write(*Numbers(0, 10)));
    ASSERT_ARROW_OK(writer->Finish());
    EXPECT_EQ(Must(Must(Reader::Open({.name = "space"}))->ToTable())->num_rows(), 10);
  }
  EXPECT_THAT(Left(), testing::IsEmpty());
  EXPECT_EQ(umount(directory_.c_str()), 0);
}

}  // namespace
}  // namespace qadataswap::test
