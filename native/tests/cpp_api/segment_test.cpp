#include "cpp_api/segment_test.hpp"

#include <algorithm>
#include <cstdlib>

namespace qadataswap::test {

void SegmentTest::SetUp() {
  std::string pattern = "/dev/shm/qads-cpp-api-XXXXXX";
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  directory_ = pattern;
  setenv("QADS_DIR", pattern.c_str(), 1);
}

void SegmentTest::TearDown() {
  EXPECT_THAT(Left(), testing::IsEmpty()) << "files left in the segment directory";
  std::filesystem::remove_all(directory_);
  unsetenv("QADS_DIR");
}

std::vector<std::string> SegmentTest::Left() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

Batch Numbers(int64_t first, int64_t rows, arrow::MemoryPool* pool) {
  arrow::Int64Builder numbers(pool);
  arrow::StringBuilder texts(pool);
  for (int64_t number = first; number < first + rows; ++number) {
    Must(numbers.Append(number));
    Must(number % 5 == 4 ? texts.AppendNull() : texts.Append("text " + std::to_string(number)));
  }
  const auto number = Must(numbers.Finish());
  const auto text = Must(texts.Finish());
  static const auto schema = NumbersSchema();
  return arrow::RecordBatch::Make(schema, rows, {number, text});
}

CHandles::~CHandles() {
  qads_writer_free(writer);
  qads_arena_free(arena);
  qads_reader_free(reader);
  qads_arena_free(attached);
}

}  // namespace qadataswap::test
