// Every batch that nobody here wrote: the Arrow project's golden files and real data.
#include <arrow/io/api.h>
#include <arrow/ipc/api.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "support/record_round_trip.hpp"

namespace qads_test {
namespace {

std::vector<std::filesystem::path> streams() {
  std::vector<std::filesystem::path> found;
  for (const char* folder : {"golden", "real"}) {
    const auto directory = std::filesystem::path(QADS_TEST_DATA_DIR) / "data" / folder;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      if (entry.path().extension() == ".stream") found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

class GoldenStream : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(GoldenStream, ComesBackBitExactWholeAndSliced) {
  const auto file = arrow::io::ReadableFile::Open(GetParam().string()).ValueOrDie();
  const auto reader = arrow::ipc::RecordBatchStreamReader::Open(file).ValueOrDie();
  const auto schema = core_schema(*reader->schema());
  qads::arrow::Flattener flattener(schema, {});
  std::shared_ptr<arrow::RecordBatch> batch;
  int batches = 0;
  while (reader->ReadNext(&batch).ok() && batch != nullptr) {
    ++batches;
    const CArray array(*batch);
    for (const std::int64_t row : {std::int64_t{0}, batch->num_rows() / 3}) {
      SCOPED_TRACE(testing::Message() << "batch " << batches << " from row " << row);
      const std::int64_t rows = batch->num_rows() - row;
      const Record record = flatten(flattener, array, row, rows);
      const Tables tables = read(*schema, record);
      ASSERT_EQ(not_normal(*schema, tables), "");
      CountingOwner owner;
      {
        CArray exported;
        CSchema exported_schema;
        qads::arrow::export_batch(*schema, tables.nodes.data(), tables.buffers.data(), owner.owner(), &exported);
        schema->export_to(&exported_schema);
        const auto imported = arrow::ImportRecordBatch(&exported, &exported_schema);
        ASSERT_TRUE(imported.ok()) << imported.status().ToString();
        // Some golden dates and decimals are out of their range: random bits, carried as they are.
        ASSERT_TRUE((*imported)->Validate().ok());
        ASSERT_EQ((*imported)->ValidateFull().ok(), batch->Slice(row, rows)->ValidateFull().ok());
        ASSERT_TRUE((*imported)->schema()->Equals(*batch->schema(), true));
        ASSERT_TRUE((*imported)->Equals(*batch->Slice(row, rows), true, arrow::EqualOptions().nans_equal(true)));
      }
      ASSERT_EQ(owner.releases, 1);
    }
  }
  EXPECT_GT(batches, 0);
}

INSTANTIATE_TEST_SUITE_P(Arrow, GoldenStream, testing::ValuesIn(streams()), [](const auto& each) {
  std::string name = each.param.stem().string();
  for (char& letter : name) {
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '_';
  }
  return name;
});

}  // namespace
}  // namespace qads_test
