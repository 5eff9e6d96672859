// A batch of int64 columns without nulls, made by hand, and its schema: for tests and benchmarks of everything that isn't
// about types. Owns all it refers to; release callbacks free nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "qadataswap/qadataswap.h"

namespace qads_test {

class IntBatch {
 public:
  explicit IntBatch(std::int64_t rows, std::size_t columns = 10)
      : rows_(static_cast<std::size_t>(rows)),
        values_(rows_ * columns),
        names_(columns),
        buffers_(2 * columns),
        columns_(columns),
        fields_(columns) {
    for (std::size_t c = 0; c < columns; ++c) {
      names_[c] = std::to_string(c);
      buffers_[2 * c + 1] = values_.data() + c * rows_;
      columns_[c] = {rows, 0, 0, 2, 0, &buffers_[2 * c], nullptr, nullptr, &release_array, nullptr};
      fields_[c] = {"l",     names_[c].c_str(), nullptr, ARROW_FLAG_NULLABLE, 0, nullptr,
                    nullptr, &release_schema,   nullptr};
      column_pointers_.push_back(&columns_[c]);
      field_pointers_.push_back(&fields_[c]);
    }
    const auto count = static_cast<std::int64_t>(columns);
    array_ = {rows, 0, 0, 1, count, &no_validity_, column_pointers_.data(), nullptr, &release_array, nullptr};
    schema_ = {"+s", "", nullptr, 0, count, field_pointers_.data(), nullptr, &release_schema, nullptr};
    fill(0);
  }
  IntBatch(const IntBatch&) = delete;
  IntBatch& operator=(const IntBatch&) = delete;

  // Every cell tells the batch's number and its own place.
  void fill(std::uint64_t number) {
    for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = cell(number, i);
  }
  // "" if a received array is the one that fill(number) makes; else what differs.
  std::string difference(const ArrowArray& got, std::uint64_t number) const {
    if (got.length != array_.length) return "rows: " + std::to_string(got.length);
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const auto* values = static_cast<const std::int64_t*>(got.children[c]->buffers[1]);
      for (std::size_t row = 0; row < rows_; ++row) {
        if (values[row] == cell(number, c * rows_ + row)) continue;
        return "column " + std::to_string(c) + ", row " + std::to_string(row) + ": " + std::to_string(values[row]) +
               " instead of " + std::to_string(cell(number, c * rows_ + row));
      }
    }
    return "";
  }

  // Moves the values to 64-byte aligned memory of bytes() and 64 more a column, zeros behind each of them.
  void move_to(void* memory) {
    auto* to = static_cast<std::byte*>(memory);
    const std::size_t column = rows_ * sizeof(std::int64_t);
    const std::size_t padded = (column + 63) / 64 * 64;
    for (std::size_t c = 0; c < columns_.size(); ++c, to += padded) {
      std::memcpy(to, values_.data() + c * rows_, column);
      std::memset(to + column, 0, padded - column);
      buffers_[2 * c + 1] = to;
    }
  }

  ArrowArray& array() { return array_; }
  ArrowSchema& schema() { return schema_; }
  std::vector<std::int64_t>& values() { return values_; }
  std::size_t bytes() const { return values_.size() * sizeof(std::int64_t); }

 private:
  static std::int64_t cell(std::uint64_t number, std::size_t place) {
    return static_cast<std::int64_t>(number * 1'000'003 + place);
  }
  static void release_array(ArrowArray* array) { array->release = nullptr; }
  static void release_schema(ArrowSchema* schema) { schema->release = nullptr; }

  std::size_t rows_;
  std::vector<std::int64_t> values_;
  std::vector<std::string> names_;
  std::vector<const void*> buffers_;
  std::vector<ArrowArray> columns_;
  std::vector<ArrowSchema> fields_;
  std::vector<ArrowArray*> column_pointers_;
  std::vector<ArrowSchema*> field_pointers_;
  const void* no_validity_ = nullptr;
  ArrowArray array_{};
  ArrowSchema schema_{};
};

}  // namespace qads_test
