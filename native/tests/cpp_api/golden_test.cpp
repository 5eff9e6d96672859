// Segments written by released versions stay readable: tests/golden/segment_v*.qads hold the batches of golden.stream.
#include <arrow/c/bridge.h>
#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "../support/segment_ends.hpp"

namespace {

using namespace qads_test;
namespace fs = std::filesystem;

const fs::path kGolden = fs::path(QADS_TEST_DATA_DIR) / "golden";

arrow::RecordBatchVector golden_batches() {
  auto file = arrow::io::ReadableFile::Open(kGolden / "golden.stream").ValueOrDie();
  auto stream = arrow::ipc::RecordBatchStreamReader::Open(file).ValueOrDie();
  return stream->ToRecordBatches().ValueOrDie();
}

// A copy in a directory of its own, as the segment `name`.
void put(const fs::path& file, const Directory& directory, const std::string& name) {
  fs::copy_file(file, fs::path(directory.path()) / ("qads_" + name));
}

void expect_golden(const Directory& directory, const std::string& name) {
  qads_attach_options attach;
  qads_attach_options_init(&attach);
  attach.directory = directory.path();
  attach.flags = QADS_ATTACH_OFFLINE;
  qads_arena* arena = nullptr;
  ASSERT_EQ(qads_attach_arena(name.c_str(), &attach, &arena), QADS_OK) << qads_last_error();
  qads_reader* reader = nullptr;
  ASSERT_EQ(qads_attach_reader(arena, nullptr, &reader), QADS_OK) << qads_last_error();
  ArrowArrayStream stream{};
  ASSERT_EQ(qads_reader_export_stream(reader, 0, &stream), QADS_OK);
  auto imported = arrow::ImportRecordBatchReader(&stream).ValueOrDie();
  const arrow::RecordBatchVector expected = golden_batches();
  EXPECT_TRUE(imported->schema()->Equals(*expected[0]->schema(), /*check_metadata=*/true));
  for (const auto& batch : expected) {
    const auto got = imported->Next().ValueOrDie();
    ASSERT_NE(got, nullptr);
    EXPECT_TRUE(got->ValidateFull().ok());
    EXPECT_TRUE(got->Equals(*batch, /*check_metadata=*/true)) << got->ToString();
  }
  EXPECT_EQ(imported->Next().ValueOrDie(), nullptr) << "the stream was finished";
  imported.reset();
  qads_reader_free(reader);
  qads_arena_free(arena);
}

TEST(GoldenSegment, OfEveryReleasedLayoutIsReadOffline) {
  int segments = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(kGolden)) {
    if (entry.path().extension() != ".qads") continue;
    ++segments;
    SCOPED_TRACE(entry.path().filename().string());
    const Directory directory;
    put(entry.path(), directory, "golden");
    expect_golden(directory, "golden");
    expect_golden(directory, "golden");  // reading it changed nothing
  }
  EXPECT_GE(segments, 1);
}

// QADS_GOLDEN_OUT=FILE keeps what this writes: how a golden segment is made when the layout gets a new version.
TEST(GoldenSegment, CanBeMadeAnew) {
  const Directory directory;
  const fs::path file = fs::path(directory.path()) / "qads_made";
  const Directory copies;
  {
    qads_arena_options options = arena_options(4, 32 << 10);
    options.schema_capacity = 4096;
    options.reader_capacity = 2;
    options.lifetime = QADS_LIFETIME_KEEP;
    Outlet out(directory, "made", options);
    for (const auto& batch : golden_batches()) {
      ArrowArray array{};
      ArrowSchema schema{};
      ASSERT_TRUE(arrow::ExportRecordBatch(*batch, &array, &schema).ok());
      EXPECT_EQ(qads_writer_write(out.writer, &array, &schema, 0, 0), QADS_OK) << qads_last_error();
      array.release(&array);
      schema.release(&schema);
    }
    expect_ok(qads_writer_finish(out.writer));
    put(file, copies, "copy");
  }
  expect_golden(copies, "copy");
  if (const char* keep = std::getenv("QADS_GOLDEN_OUT")) {
    fs::copy_file(file, keep, fs::copy_options::overwrite_existing);
  }
}

TEST(GoldenSegment, OfAnotherMajorVersionIsRefusedNamingBoth) {
  const Directory directory;
  put(kGolden / "segment_v1.0.qads", directory, "newer");
  const fs::path file = fs::path(directory.path()) / "qads_newer";
  std::FILE* handle = std::fopen(file.c_str(), "r+b");
  ASSERT_NE(handle, nullptr);
  std::fseek(handle, 8, SEEK_SET);  // Header::major
  const std::uint32_t major = 2;
  std::fwrite(&major, sizeof(major), 1, handle);
  std::fclose(handle);
  qads_attach_options attach;
  qads_attach_options_init(&attach);
  attach.directory = directory.path();
  attach.flags = QADS_ATTACH_OFFLINE;
  qads_arena* arena = nullptr;
  EXPECT_EQ(qads_attach_arena("newer", &attach, &arena), QADS_ERR_VERSION);
  const std::string said = qads_last_error();
  EXPECT_NE(said.find("newer"), std::string::npos) << said;
  EXPECT_NE(said.find('2'), std::string::npos) << said;
}

}  // namespace
