// Every type, sliced everywhere, with every pattern of nulls: what comes out of a record is what went in, judged by libarrow.
#include <gtest/gtest.h>

#include "support/random_arrays.hpp"
#include "support/record_round_trip.hpp"

namespace qads_test {
namespace {

constexpr std::int64_t kOffsets[] = {0, 1, 7, 8, 63, 64, 65};
constexpr std::int64_t kLengths[] = {0, 1, 2, 8, 63, 65, 130};

using Batch = std::shared_ptr<arrow::RecordBatch>;

std::uint64_t seed_of(const std::string& name) { return std::hash<std::string>{}(name); }

// Imports what the tables describe; the record must outlive the result.
arrow::Result<Batch> import_tables(const qads::arrow::Schema& schema, const Tables& tables) {
  static CountingOwner nobody;
  CArray array;
  CSchema exported;
  qads::arrow::export_batch(schema, tables.nodes.data(), tables.buffers.data(), nobody.owner(), &array);
  schema.export_to(&exported);
  return arrow::ImportRecordBatch(&array, &exported);
}

void expect_same(const arrow::RecordBatch& expected, const arrow::Result<Batch>& imported) {
  ASSERT_TRUE(imported.ok()) << imported.status().ToString();
  const Batch& batch = *imported;
  const arrow::Status valid = batch->ValidateFull();
  ASSERT_TRUE(valid.ok()) << valid.ToString();
  ASSERT_TRUE(batch->schema()->Equals(*expected.schema(), true)) << batch->schema()->ToString(true) << "\nexpected\n"
                                                                 << expected.schema()->ToString(true);
  ASSERT_TRUE(batch->Equals(expected, true)) << batch->ToString() << "\nexpected\n" << expected.ToString();
}

// The whole way, in both forms.
void expect_round_trip(const arrow::RecordBatch& batch) {
  const auto schema = core_schema(*batch.schema());
  qads::arrow::Flattener flattener(schema, {});
  const CArray array(batch);
  const Record record = flatten(flattener, array, 0, batch.num_rows());
  const Tables tables = read(*schema, record);
  ASSERT_EQ(not_normal(*schema, tables), "");
  expect_same(batch, import_tables(*schema, tables));
  if (testing::Test::HasFatalFailure()) return;

  const Record from_flat = flatten(flattener, tables.flat(), 0, batch.num_rows());
  ASSERT_TRUE(record.same_bytes(from_flat)) << "the flat form of a record makes another record";

  static CountingOwner nobody;
  CArray rebuilt;
  qads::arrow::export_batch(*schema, tables.nodes.data(), tables.buffers.data(), nobody.owner(), &rebuilt);
  const Record again = flatten(flattener, rebuilt, 0, batch.num_rows());
  ASSERT_TRUE(record.same_bytes(again)) << "a record flattened again makes another record";
}

class EveryType : public testing::TestWithParam<NamedType> {};

TEST_P(EveryType, SurvivesWithAnyOffsetLengthAndNulls) {
  const std::uint64_t seed = seed_of(GetParam().name);
  RandomArrays random(seed);
  const auto schema = arrow::schema({arrow::field("column", GetParam().type)});
  for (const Nulls nulls : kAllNulls) {
    for (const std::int64_t offset : kOffsets) {
      for (const std::int64_t length : kLengths) {
        SCOPED_TRACE(testing::Message() << GetParam().name << ", seed " << seed << ", nulls " << name_of(nulls)
                                        << ", rows " << offset << " + " << length);
        const auto whole = random.array(GetParam().type, offset + length + random.between(0, 3), nulls);
        ASSERT_TRUE(whole->ValidateFull().ok()) << "generator: " << whole->ValidateFull().ToString();
        const auto slice = whole->length() == 0 ? whole : whole->Slice(offset, length);
        expect_round_trip(*arrow::RecordBatch::Make(schema, slice->length(), {slice}));
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST_P(EveryType, SurvivesAsPartOfABatch) {
  const std::uint64_t seed = seed_of(GetParam().name) + 1;
  RandomArrays random(seed);
  const auto array = random.array(GetParam().type, 150, Nulls::kRandom);
  const auto batch =
      arrow::RecordBatch::Make(arrow::schema({arrow::field("column", GetParam().type)}), array->length(), {array});
  const auto schema = core_schema(*batch->schema());
  qads::arrow::Flattener flattener(schema, {});
  const CArray exported(*batch);
  for (const std::int64_t row : kOffsets) {
    for (const std::int64_t rows : {0, 1, 9, 64, 85}) {
      if (row + rows > array->length()) continue;  // a union without children can have no rows
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", rows " << row << " + " << rows);
      const Record record = flatten(flattener, exported, row, rows);
      const Tables tables = read(*schema, record);
      ASSERT_EQ(not_normal(*schema, tables), "");
      expect_same(*batch->Slice(row, rows), import_tables(*schema, tables));
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(EveryType, SurvivesInsideOfSlicedStructsAndLists) {
  const std::uint64_t seed = seed_of(GetParam().name) + 2;
  RandomArrays random(seed);
  if (random.array(GetParam().type, 1, Nulls::kNone)->length() == 0) return;  // a union without children
  const auto child = arrow::field("child", GetParam().type);
  const auto nested = arrow::struct_(
      {arrow::field("list", arrow::list(child)), child, arrow::field("fixed", arrow::fixed_size_list(child, 2))});
  const auto schema = arrow::schema({arrow::field("column", nested)});
  for (const std::int64_t offset : kOffsets) {
    SCOPED_TRACE(testing::Message() << GetParam().name << ", seed " << seed << ", offset " << offset);
    const auto slice = random.array(nested, offset + 40, Nulls::kRandom)->Slice(offset, 37);
    expect_round_trip(*arrow::RecordBatch::Make(schema, slice->length(), {slice}));
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Arrow, EveryType, testing::ValuesIn(all_types()),
                         [](const auto& each) { return each.param.name; });

TEST(RandomBatches, SurviveWithAllTheirColumnsAndMetadata) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomArrays random(seed);
    const auto schema = random.schema(static_cast<int>(random.between(0, 12)));
    const auto batch = random.batch(schema, random.between(0, 200), kAllNulls[random.between(0, 5)]);
    const std::int64_t offset = random.between(0, batch->num_rows());
    expect_round_trip(*batch->Slice(offset, random.between(0, batch->num_rows() - offset)));
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace qads_test
