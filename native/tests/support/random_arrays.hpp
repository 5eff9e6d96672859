// Random arrays of every Arrow type, seeded: libarrow's own generator isn't in its library.
#pragma once

#include <arrow/api.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace qads_test {

enum class Nulls : std::uint8_t { kNone, kAll, kRandom, kAlternating, kFirst, kLast };
constexpr Nulls kAllNulls[] = {Nulls::kNone,        Nulls::kAll,   Nulls::kRandom,
                               Nulls::kAlternating, Nulls::kFirst, Nulls::kLast};
const char* name_of(Nulls nulls);

struct NamedType {
  std::string name;  // letters, digits and underscores
  std::shared_ptr<arrow::DataType> type;
};
void PrintTo(const NamedType& type, std::ostream* out);

// Every type of the columnar format, parameters and nestings included.
const std::vector<NamedType>& all_types();

class RandomArrays {
 public:
  explicit RandomArrays(std::uint64_t seed) : random_(seed) {}

  // An array whose own offset is 0; its children's often aren't. Null slots hold arbitrary values.
  std::shared_ptr<arrow::Array> array(const std::shared_ptr<arrow::DataType>& type, std::int64_t length, Nulls nulls);
  // One column a field.
  std::shared_ptr<arrow::RecordBatch> batch(const std::shared_ptr<arrow::Schema>& schema, std::int64_t length,
                                            Nulls nulls);
  // Columns of several random types, some with metadata.
  std::shared_ptr<arrow::Schema> schema(int columns);

  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }

 private:
  using Data = std::shared_ptr<arrow::ArrayData>;

  Data data(const std::shared_ptr<arrow::DataType>& type, std::int64_t length, Nulls nulls);
  // A child: like data, but often a slice of something longer.
  Data child(const std::shared_ptr<arrow::DataType>& type, std::int64_t length);
  std::shared_ptr<arrow::Buffer> validity(std::int64_t length, Nulls nulls);
  std::shared_ptr<arrow::Buffer> bytes(std::int64_t count);
  std::shared_ptr<arrow::Buffer> fixed_values(const arrow::DataType& type, std::int64_t length);
  std::shared_ptr<arrow::Buffer> decimals(const arrow::DecimalType& type, std::int64_t length);
  template <typename T>
  std::shared_ptr<arrow::Buffer> numbers(std::int64_t count, T low, T high, T step = 1);
  template <typename Offset>
  std::shared_ptr<arrow::Buffer> offsets(std::int64_t length, std::int64_t largest, std::int64_t& total);
  template <typename Offset>
  Data variable(const std::shared_ptr<arrow::DataType>& type, std::int64_t length, Nulls nulls);
  template <typename Offset>
  Data list(const std::shared_ptr<arrow::DataType>& type, std::int64_t length, Nulls nulls);
  template <typename Offset>
  Data list_view(const std::shared_ptr<arrow::DataType>& type, std::int64_t length, Nulls nulls);
  Data view(const std::shared_ptr<arrow::DataType>& type, std::int64_t length, Nulls nulls);
  Data sparse_union(const std::shared_ptr<arrow::DataType>& type, std::int64_t length);
  Data dense_union(const std::shared_ptr<arrow::DataType>& type, std::int64_t length);
  template <typename RunEnd>
  Data run_end_encoded(const std::shared_ptr<arrow::DataType>& type, std::int64_t length, Nulls nulls);
  Data dictionary(const std::shared_ptr<arrow::DataType>& type, std::int64_t length, Nulls nulls);

  std::mt19937_64 random_;
};

}  // namespace qads_test
