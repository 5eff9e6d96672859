// What the tests of the public interface share: a segment directory of their own, small batches, and matchers for errors.
#pragma once

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <qadataswap/arrow.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace qadataswap::test {

using Batch = std::shared_ptr<arrow::RecordBatch>;

// A fresh directory in shared memory, which QADS_DIR names; every test must leave it empty.
class SegmentTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  std::filesystem::path FileOf(const std::string& name) const { return directory_ / ("qads_" + name); }
  std::vector<std::string> Left() const;

  std::filesystem::path directory_;
};

inline std::shared_ptr<arrow::Schema> NumbersSchema() {
  return arrow::schema({arrow::field("number", arrow::int64()), arrow::field("text", arrow::utf8())});
}

// Rows first, first + 1, …: a number, and a text that says it (null for every fifth).
Batch Numbers(int64_t first, int64_t rows, arrow::MemoryPool* pool = arrow::default_memory_pool());

// Arrow objects made without a Result in the way; a failure ends the test program.
template <typename T>
T Must(arrow::Result<T> result) {
  return std::move(result).ValueOrDie();
}

inline void Must(const arrow::Status& status) {
  if (!status.ok()) status.Abort();
}

// A Status or Result with this code, whose message has all of these parts.
inline void ExpectError(const arrow::Status& status, qads_status code, const std::vector<std::string>& parts = {}) {
  EXPECT_EQ(ErrorCode(status), code) << status.ToString();
  for (const std::string& part : parts) EXPECT_THAT(status.message(), testing::HasSubstr(part));
}
template <typename T>
void ExpectError(const arrow::Result<T>& result, qads_status code, const std::vector<std::string>& parts = {}) {
  ExpectError(result.status(), code, parts);
}

#define EXPECT_ARROW_OK(expression)                  \
  do {                                               \
    const ::arrow::Status status_ = (expression);    \
    EXPECT_TRUE(status_.ok()) << status_.ToString(); \
  } while (false)
#define ASSERT_ARROW_OK(expression)                  \
  do {                                               \
    const ::arrow::Status status_ = (expression);    \
    ASSERT_TRUE(status_.ok()) << status_.ToString(); \
  } while (false)

// An arena, a writer and a reader of one segment through the C ABI, freed at the end.
struct CHandles {
  qads_arena* arena = nullptr;
  qads_writer* writer = nullptr;
  qads_arena* attached = nullptr;
  qads_reader* reader = nullptr;
  CHandles() = default;
  CHandles(const CHandles&) = delete;
  CHandles& operator=(const CHandles&) = delete;
  ~CHandles();
};

}  // namespace qadataswap::test
