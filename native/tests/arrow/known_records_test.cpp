// A reader that remembers what it found hands out what it would find again, and nothing else.
#include "arrow/known_records.hpp"

#include <gtest/gtest.h>

#include <ostream>

#include "base/error.hpp"
#include "layout/record.hpp"
#include "support/random_arrays.hpp"
#include "support/record_round_trip.hpp"

namespace qads_test {
namespace {

using qads::arrow::KnownRecords;
using qads::layout::RecordBuffer;
using qads::layout::RecordHeader;
using qads::layout::RecordNode;

struct Kind {
  const char* name;
  std::shared_ptr<arrow::DataType> type;
  friend std::ostream& operator<<(std::ostream& out, const Kind& kind) { return out << kind.name; }
};

class Known : public testing::TestWithParam<Kind> {
 protected:
  Record record_of(std::int64_t rows) {
    const auto batch = random.batch(arrow::schema({arrow::field("x", GetParam().type)}), rows, Nulls::kNone);
    qads::arrow::Flattener flattener(schema, {});
    return flatten(flattener, CArray(*batch), 0, rows);
  }
  // What is read of it, by the known records, is what is read without them.
  void expect_right(const Record& record, std::uint32_t slot) {
    std::vector<qads_node> nodes;
    std::vector<qads_buffer> buffers;
    known.read(*schema, record.section(), slot, record.offset, record.length, nodes, buffers);
    std::vector<qads_node> right_nodes;
    std::vector<qads_buffer> right_buffers;
    read_record(*schema, record.section(), record.offset, record.length, right_nodes, right_buffers);
    ASSERT_EQ(nodes.size(), right_nodes.size());
    ASSERT_EQ(buffers.size(), right_buffers.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      EXPECT_EQ(nodes[i].length, right_nodes[i].length);
      EXPECT_EQ(nodes[i].null_count, right_nodes[i].null_count);
      EXPECT_EQ(nodes[i].buffer_count, right_nodes[i].buffer_count);
    }
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      EXPECT_EQ(buffers[i].address, right_buffers[i].address);
      EXPECT_EQ(buffers[i].length, right_buffers[i].length);
    }
  }

  RandomArrays random{1};
  std::shared_ptr<const qads::arrow::Schema> schema = core_schema(arrow::Schema({arrow::field("x", GetParam().type)}));
  KnownRecords known;
};

INSTANTIATE_TEST_SUITE_P(Types, Known,
                         testing::Values(Kind{"int64", arrow::int64()}, Kind{"boolean", arrow::boolean()},
                                         Kind{"text", arrow::utf8()}, Kind{"list", arrow::list(arrow::int32())},
                                         Kind{"struct", arrow::struct_({arrow::field("y", arrow::float64())})},
                                         Kind{"view", arrow::utf8_view()}),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(Known, AreReadAsIfTheyWereNot) {
  const Record record = record_of(10);
  for (int round = 0; round < 3; ++round) {
    for (const std::uint32_t slot : {0U, 1U, 15U, 16U, 4000U}) expect_right(record, slot);
  }
}

TEST_P(Known, AreForgottenWhenAnotherOneComesInTheirSlot) {
  const Record one = record_of(10);
  const Record other = record_of(3);
  const Record longer = record_of(500);
  for (int round = 0; round < 3; ++round) {
    expect_right(one, 0);
    expect_right(other, 0);
    expect_right(longer, 0);
  }
}

TEST_P(Known, AreNotTrustedOnceTheirTablesHaveChanged) {
  const Record record = record_of(10);
  expect_right(record, 0);
  auto* const rows = reinterpret_cast<RecordHeader*>(record.memory->data() + record.offset);
  for (const std::uint64_t wrong : {std::uint64_t{9}, std::uint64_t{11}, ~std::uint64_t{0}}) {
    rows->rows = wrong;
    EXPECT_THROW(expect_right(record, 0), qads::Error) << wrong;
    EXPECT_THROW(expect_right(record, 0), qads::Error) << "nor when it is looked at again";
  }
  rows->rows = 10;
  expect_right(record, 0);
  auto* const last = reinterpret_cast<RecordBuffer*>(reinterpret_cast<std::byte*>(rows) + sizeof(RecordHeader) +
                                                     rows->node_count * sizeof(RecordNode)) +
                     (rows->buffer_count - 1);
  last->offset = 1;
  EXPECT_THROW(expect_right(record, 0), qads::Error);
}

}  // namespace
}  // namespace qads_test
