// A record in the data section may hold anything: reading it throws kCorrupt, or hands out what can be looked at safely.
#include <gtest/gtest.h>

#include <cstring>

#include "layout/record.hpp"
#include "support/random_arrays.hpp"
#include "support/record_round_trip.hpp"

namespace qads_test {
namespace {

using qads::Code;
using qads::Error;
using qads::layout::RecordBuffer;
using qads::layout::RecordHeader;
using qads::layout::RecordNode;

// A record of one batch, and places in it to write nonsense to.
struct Subject {
  std::shared_ptr<const qads::arrow::Schema> schema;
  Record record;

  explicit Subject(const std::shared_ptr<arrow::DataType>& type, std::int64_t rows = 10, Nulls nulls = Nulls::kRandom) {
    RandomArrays random(1);
    const auto batch = random.batch(arrow::schema({arrow::field("x", type)}), rows, nulls);
    schema = core_schema(*batch->schema());
    qads::arrow::Flattener flattener(schema, {});
    record = flatten(flattener, CArray(*batch), 0, rows);
  }

  std::byte* at(std::uint64_t offset) const { return record.memory->data() + record.offset + offset; }
  RecordHeader* header() const { return reinterpret_cast<RecordHeader*>(at(0)); }
  RecordNode* node(std::size_t i) const {
    return reinterpret_cast<RecordNode*>(at(sizeof(RecordHeader) + i * sizeof(RecordNode)));
  }
  RecordBuffer* buffer(std::size_t i) const {
    return reinterpret_cast<RecordBuffer*>(
        at(sizeof(RecordHeader) + header()->node_count * sizeof(RecordNode) + i * sizeof(RecordBuffer)));
  }
  template <typename T>
  T* values(std::size_t i) const {
    return reinterpret_cast<T*>(record.memory->data() + buffer(i)->offset);
  }

  std::string refusal() const {
    try {
      read(*schema, record);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kCorrupt);
      return error.message();
    }
    return "";
  }
};

#define EXPECT_REFUSED(subject, words) \
  EXPECT_NE((subject).refusal().find(words), std::string::npos) << (subject).refusal()

TEST(ReadRecord, RefusesRecordsOutsideOfTheDataSection) {
  Subject subject(arrow::int64());
  ASSERT_EQ(subject.refusal(), "");
  const std::uint64_t good = subject.record.length;
  for (const std::uint64_t length : {std::uint64_t{0}, std::uint64_t{15}, good + 64, ~std::uint64_t{0}}) {
    subject.record.length = length;
    EXPECT_REFUSED(subject, "length");
  }
  subject.record.length = good;
  for (const std::uint64_t offset : {std::uint64_t{8}, good + 192 + 64, ~std::uint64_t{63}}) {
    subject.record.offset = offset;
    EXPECT_REFUSED(subject, "length");
  }
}

TEST(ReadRecord, RefusesCountsThatAreNotTheSchemas) {
  Subject subject(arrow::int64());
  const RecordHeader good = *subject.header();
  subject.header()->node_count = 3;
  EXPECT_REFUSED(subject, "3 nodes, the schema has 2");
  *subject.header() = good;
  subject.header()->buffer_count = 1000;
  EXPECT_REFUSED(subject, "1000 buffers");
  *subject.header() = good;
  subject.header()->rows = 11;
  EXPECT_REFUSED(subject, "11 rows");
  *subject.header() = good;
  subject.node(1)->buffer_count = 3;
  EXPECT_REFUSED(subject, "column 'x'");
}

TEST(ReadRecord, RefusesRowsThatAreNullThemselves) {
  const Subject subject(arrow::int64());
  subject.node(0)->null_count = 1;
  EXPECT_REFUSED(subject, "the batch: 1 nulls, its type has 0");
}

TEST(ReadRecord, RefusesImpossibleNodes) {
  Subject subject(arrow::int64());
  const RecordNode good = *subject.node(1);
  subject.node(1)->length = ~std::uint64_t{0};
  EXPECT_REFUSED(subject, "length");
  *subject.node(1) = good;
  subject.node(1)->null_count = 11;
  EXPECT_REFUSED(subject, "11 nulls");
  *subject.node(1) = good;
  subject.node(1)->length = 9;
  EXPECT_REFUSED(subject, "length 9, its parent needs 10");
  *subject.node(1) = good;
  *subject.buffer(1) = {.offset = qads::layout::kAbsent, .length = 0};
  EXPECT_REFUSED(subject, "are needed");
}

TEST(ReadRecord, RefusesBuffersOutsideOfTheDataSectionOrTooShort) {
  for (const Nulls nulls : {Nulls::kRandom, Nulls::kNone}) {
    const Subject subject(arrow::int64(), 10, nulls);
    const RecordBuffer good = *subject.buffer(2);
    for (const RecordBuffer bad : {RecordBuffer{good.offset + 8, good.length}, RecordBuffer{good.offset, 1 << 20},
                                   RecordBuffer{good.offset, ~std::uint64_t{0}}, RecordBuffer{~std::uint64_t{63}, 80},
                                   RecordBuffer{good.offset, 79}, RecordBuffer{qads::layout::kAbsent, 0}}) {
      *subject.buffer(2) = bad;
      EXPECT_NE(subject.refusal(), "") << bad.offset << " " << bad.length;
    }
    *subject.buffer(2) = good;
    EXPECT_EQ(subject.refusal(), "");
    subject.node(1)->length = std::uint64_t{1} << 62;
    EXPECT_NE(subject.refusal(), "");
    subject.node(1)->length = std::uint64_t{1} << 30;
    EXPECT_NE(subject.refusal(), "");
  }
}

TEST(ReadRecord, RefusesOffsetsOutOfWhatTheyPointInto) {
  Subject subject(arrow::utf8());
  auto* offsets = subject.values<std::int32_t>(2);
  const std::int32_t last = offsets[10];
  for (const std::int32_t bad : {last + 1000, -1}) {
    offsets[10] = bad;
    EXPECT_REFUSED(subject, "offsets from 0 to");
  }
  offsets[10] = last;
  offsets[0] = 1;
  EXPECT_REFUSED(subject, "offsets from 1");

  Subject list(arrow::large_list(arrow::int8()));
  list.values<std::int64_t>(2)[10] = 1 << 20;
  EXPECT_REFUSED(list, "offsets from 0 to 1048576");
}

TEST(ReadRecord, RefusesChildrenThatDoNotFitTheirParent) {
  Subject fixed(arrow::fixed_size_list(arrow::int8(), 3));
  fixed.node(2)->length = 29;
  EXPECT_REFUSED(fixed, "its parent needs 30");
  Subject runs(arrow::run_end_encoded(arrow::int32(), arrow::int8()));
  const std::uint64_t count = runs.node(2)->length;
  runs.values<std::int32_t>(2)[count - 1] = 11;
  EXPECT_REFUSED(runs, "ends at row 11 of 10");
  runs.node(2)->length = 0;
  EXPECT_REFUSED(runs, "run ends");
}

// Looks at whatever a consumer looks at without walking through values that the core doesn't check.
void touch(const qads::arrow::Schema& schema, const Tables& tables) {
  CountingOwner owner;
  ArrowArray array;
  qads::arrow::export_batch(schema, tables.nodes.data(), tables.buffers.data(), owner.owner(), &array);
  volatile unsigned sum = 0;
  for (const qads_buffer& buffer : tables.buffers) {
    for (std::int64_t i = 0; i < buffer.length; i += 64)
      sum = sum + static_cast<const unsigned char*>(buffer.address)[i];
    if (buffer.length > 0) sum = sum + static_cast<const unsigned char*>(buffer.address)[buffer.length - 1];
  }
  array.release(&array);
  ASSERT_EQ(owner.releases, 1);
}

TEST(ReadRecord, TakesNoHarmFromMutatedBytes) {
  std::uint64_t seed = 11;
  std::mt19937_64 random(seed);
  for (const NamedType& type : all_types()) {
    const Subject subject(type.type, type.name.ends_with("union_0") ? 0 : 10);
    const std::size_t tables = sizeof(RecordHeader) + subject.header()->node_count * sizeof(RecordNode) +
                               subject.header()->buffer_count * sizeof(RecordBuffer);
    const std::vector<std::byte> good(subject.at(0), subject.at(0) + subject.record.length);
    qads::arrow::Flattener flattener(subject.schema, {});
    for (int round = 0; round < 500; ++round) {
      SCOPED_TRACE(testing::Message() << type.name << ", round " << round);
      std::memcpy(subject.at(0), good.data(), good.size());
      for (std::uint64_t flips = random() % 3 + 1; flips > 0; --flips) {
        std::byte* at = subject.at(random() % (round % 3 == 0 ? good.size() : tables));
        *at = round % 2 == 0 ? static_cast<std::byte>(random()) : *at ^ static_cast<std::byte>(1U << random() % 8);
      }
      try {
        const Tables read_back = read(*subject.schema, subject.record);
        touch(*subject.schema, read_back);
        // A reader may pass on what it got: writing it again is done or refused, but never reads outside of it.
        flattener.plan(read_back.flat(), 0, read_back.nodes[0].length);
        if (flattener.record_bytes() > (1 << 20)) continue;
        const Memory memory(flattener.record_bytes());
        flattener.write(memory.data(), 0);
      } catch (const Error& error) {
        ASSERT_TRUE(error.code() == Code::kCorrupt || error.code() == Code::kInvalid) << error.message();
      }
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace qads_test
