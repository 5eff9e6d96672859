// Arrays that break the Arrow format are refused with the field and the numbers, before anything is published.
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "support/random_arrays.hpp"
#include "support/record_round_trip.hpp"

namespace qads_test {
namespace {

using qads::Code;
using qads::Error;
using qads::arrow::Flattener;

constexpr std::int64_t kRows = 20;

// A batch of one column "x", exported, for a test to spoil; also in flat form, taken from its record.
struct Spoiled {
  std::shared_ptr<arrow::Array> column;
  std::shared_ptr<arrow::RecordBatch> batch;
  std::shared_ptr<const qads::arrow::Schema> schema;
  Flattener flattener;
  CArray array;
  Record record;
  Tables tables;

  explicit Spoiled(const std::shared_ptr<arrow::DataType>& type, Nulls nulls = Nulls::kAlternating,
                   std::uint64_t seed = 3)
      : Spoiled(RandomArrays(seed).array(type, kRows, nulls)) {}
  explicit Spoiled(const std::shared_ptr<arrow::Array>& made)
      : column(made),
        batch(arrow::RecordBatch::Make(arrow::schema({arrow::field("x", made->type())}), made->length(), {made})),
        schema(core_schema(*batch->schema())),
        flattener(schema, {}),
        array(*batch),
        record(flatten(flattener, array, 0, made->length())),
        tables(read(*schema, record)) {}

  ArrowArray& x() const { return *array.children[0]; }
  template <typename T>
  T* values(ArrowArray& of, int buffer) const {
    return static_cast<T*>(const_cast<void*>(of.buffers[buffer]));
  }
  std::string refusal() {
    return message([&] { flattener.plan(array, 0, array.length); });
  }
  std::string flat_refusal() {
    return message([&] { flattener.plan(tables.flat(), 0, tables.nodes[0].length); });
  }
  static std::string message(const std::function<void()>& act) {
    try {
      act();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kInvalid);
      return error.message();
    }
    return "";
  }
};

#define EXPECT_SAYS(message, words)                         \
  do {                                                      \
    const std::string said = (message);                     \
    EXPECT_NE(said.find(words), std::string::npos) << said; \
  } while (false)

TEST(MalformedArray, IsRefusedForImpossibleNumbers) {
  Spoiled s(arrow::int64());
  ArrowArray& x = s.x();
  const std::int64_t length = x.length;
  x.length = -1;
  EXPECT_SAYS(s.refusal(), "column 'x': impossible length -1");
  x.null_count = -1;
  x.length = 5;
  EXPECT_SAYS(s.refusal(), "5 rows, its parent refers to 20");
  x.length = length;
  x.offset = -8;
  EXPECT_SAYS(s.refusal(), "offset -8");
  x.offset = std::numeric_limits<std::int64_t>::max();
  EXPECT_SAYS(s.refusal(), "impossible length 20");
  x.null_count = 0;  // else the bitmap would be looked at first, whose length nobody knows
  x.offset = std::numeric_limits<std::int64_t>::max() / 2;
  EXPECT_SAYS(s.refusal(), "times 8 bytes");
  x.offset = 0;
  x.null_count = 21;
  EXPECT_SAYS(s.refusal(), "null count 21");
  x.null_count = -2;
  EXPECT_SAYS(s.refusal(), "null count -2");
}

TEST(MalformedArray, OfNullsMayHaveABitmapThatNobodyReads) {
  Spoiled s(arrow::null());
  const void* bitmap = nullptr;
  s.x().n_buffers = 1;
  s.x().buffers = &bitmap;
  EXPECT_EQ(s.refusal(), "");
  s.x().n_buffers = 2;
  EXPECT_SAYS(s.refusal(), "2 buffers, its type has 0");
}

TEST(MalformedArray, IsRefusedForPartsThatAreMissingOrTooMany) {
  Spoiled s(arrow::dictionary(arrow::int8(), arrow::utf8()));
  ArrowArray& x = s.x();
  const ArrowArray good = x;
  x.n_buffers = 3;
  EXPECT_SAYS(s.refusal(), "3 buffers, its type has 2");
  x = good;
  x.n_children = 1;
  EXPECT_SAYS(s.refusal(), "1 children, the schema has 0");
  x = good;
  x.dictionary = nullptr;
  EXPECT_SAYS(s.refusal(), "no dictionary");
  x = good;
  x.buffers = nullptr;
  EXPECT_SAYS(s.refusal(), "2 buffers at 0");
  x = good;
  x.release = nullptr;
  EXPECT_SAYS(s.refusal(), "released");
  x = good;
  ArrowArray* const child = s.array.children[0];
  s.array.children[0] = nullptr;
  EXPECT_SAYS(s.refusal(), "column 'x': its array is NULL");
  s.array.children[0] = child;
  EXPECT_EQ(s.refusal(), "");
}

TEST(MalformedArray, IsRefusedForBuffersThatAreNull) {
  for (const auto& type : {arrow::int32(), arrow::utf8(), arrow::boolean(), arrow::list(arrow::int8()),
                           arrow::utf8_view(), arrow::list_view(arrow::int8())}) {
    SCOPED_TRACE(type->ToString());
    Spoiled s(type);
    s.x().buffers[1] = nullptr;
    EXPECT_SAYS(s.refusal(), "column 'x': buffer 1 is NULL");
  }
  Spoiled nulls(arrow::int32());
  nulls.x().null_count = 10;
  nulls.x().buffers[0] = nullptr;
  EXPECT_SAYS(nulls.refusal(), "10 nulls, but no validity buffer");
  nulls.x().null_count = -1;
  EXPECT_EQ(nulls.refusal(), "") << "unknown nulls without a bitmap are none";
}

TEST(MalformedArray, IsRefusedForOffsetsThatFallOrAreNegative) {
  for (const auto& type : {arrow::utf8(), arrow::list(arrow::int8())}) {
    Spoiled s(type);
    auto* offsets = s.values<std::int32_t>(s.x(), 1);
    const std::int32_t good = offsets[7];
    offsets[7] = offsets[8] + 1;
    EXPECT_SAYS(s.refusal(), "of row 7 is negative or larger than the next");
    offsets[7] = -5;
    EXPECT_SAYS(s.refusal(), "-5");
    offsets[7] = std::numeric_limits<std::int32_t>::min();
    EXPECT_SAYS(s.refusal(), "negative");
    offsets[7] = good;
    EXPECT_EQ(s.refusal(), "");
    offsets[0] = -1;
    EXPECT_SAYS(s.refusal(), "offset -1 of row 0");
  }
  Spoiled large(arrow::large_list(arrow::int8()));
  large.values<std::int64_t>(large.x(), 1)[20] = std::int64_t{1} << 40;
  EXPECT_SAYS(large.refusal(), "column 'x.item'");
}

TEST(MalformedArray, IsRefusedForViewsIntoNothing) {
  arrow::StringViewBuilder builder;
  ASSERT_TRUE(builder.Append("a string that is too long to be inline").ok());
  ASSERT_TRUE(builder.Append("short").ok());
  Spoiled s(builder.Finish().ValueOrDie());
  auto* view = s.values<std::int32_t>(s.x(), 1);
  const auto with = [&](int word, std::int32_t value) {
    const std::int32_t good = view[word];
    view[word] = value;
    const std::string said = s.refusal();
    view[word] = good;
    return said;
  };
  EXPECT_SAYS(with(0, -1), "row 0 is a view of -1 bytes");
  EXPECT_SAYS(with(0, 1 << 20), "1048576 bytes at 0 in data buffer 0 of 1");
  EXPECT_SAYS(with(2, 1), "data buffer 1 of 1");
  EXPECT_SAYS(with(2, -1), "data buffer -1");
  EXPECT_SAYS(with(3, 1), "at 1 in data buffer");
  EXPECT_SAYS(with(3, -1), "at -1 in data buffer");
  EXPECT_EQ(s.refusal(), "");
  s.x().n_buffers = 2;
  EXPECT_SAYS(s.refusal(), "its type has at least 3");
}

TEST(MalformedArray, IsRefusedForListViewsOutOfTheirChild) {
  Spoiled s(arrow::list_view(arrow::int8()), Nulls::kNone);
  auto* offsets = s.values<std::int32_t>(s.x(), 1);
  auto* sizes = s.values<std::int32_t>(s.x(), 2);
  sizes[4] = 1000000;
  EXPECT_SAYS(s.refusal(), "row 4 has offset");
  sizes[4] = -1;
  EXPECT_SAYS(s.refusal(), "size -1");
  sizes[4] = 1;
  offsets[4] = -1;
  EXPECT_SAYS(s.refusal(), "offset -1");
  offsets[4] = 1000000;
  EXPECT_SAYS(s.refusal(), "offset 1000000");
}

TEST(MalformedArray, IsRefusedForUnionsOfUnknownIdsAndWrongOffsets) {
  for (const auto& type :
       {arrow::sparse_union({arrow::field("a", arrow::int8()), arrow::field("b", arrow::utf8())}, {3, 9}),
        arrow::dense_union({arrow::field("a", arrow::int8()), arrow::field("b", arrow::utf8())}, {3, 9})}) {
    Spoiled s(type);
    auto* ids = s.values<std::int8_t>(s.x(), 0);
    const std::int8_t good = ids[5];
    ids[5] = 4;
    EXPECT_SAYS(s.refusal(), "row 5 has type id 4");
    ids[5] = -1;
    EXPECT_SAYS(s.refusal(), "row 5 has type id -1");
    ids[5] = good;
    if (type->id() == arrow::Type::SPARSE_UNION) continue;
    auto* offsets = s.values<std::int32_t>(s.x(), 1);
    offsets[5] = 1000;
    EXPECT_SAYS(s.refusal(), "offset 1000");
    offsets[5] = -1;
    EXPECT_SAYS(s.refusal(), "offset -1");
  }
}

TEST(MalformedArray, IsRefusedForRunsThatDoNotCoverTheRows) {
  Spoiled s(arrow::run_end_encoded(arrow::int32(), arrow::int8()));
  ArrowArray& ends = *s.x().children[0];
  auto* values = s.values<std::int32_t>(ends, 1);
  const std::int32_t last = values[ends.length - 1];
  values[ends.length - 1] = 19;
  EXPECT_SAYS(s.refusal(), "must grow and reach row 20");
  values[ends.length - 1] = last;
  values[0] = values[1];
  EXPECT_SAYS(s.refusal(), "must grow");
  values[0] = 0;
  EXPECT_EQ(s.refusal(), "") << "a run that ends before the first row is left out";
  const std::int64_t runs = ends.length;
  ends.length = 0;
  EXPECT_SAYS(s.refusal(), "no runs for 20 rows");
  ends.length = runs;
  values[0] = 1;
  s.x().children[1]->null_count = -1;
  s.x().children[1]->length = 1;
  EXPECT_SAYS(s.refusal(), "column 'x.values': 1 rows");
}

TEST(MalformedArray, IsRefusedForChildrenThatAreTooShort) {
  Spoiled fixed(arrow::fixed_size_list(arrow::int8(), 3));
  fixed.x().children[0]->length = 59;
  EXPECT_SAYS(fixed.refusal(), "59 rows, its parent refers to 60");
  Spoiled nested(arrow::struct_({arrow::field("a", arrow::int8())}));
  nested.x().children[0]->length = 19;
  EXPECT_SAYS(nested.refusal(), "column 'x.a': 19 rows, its parent refers to 20");
}

TEST(MalformedFlatBatch, IsRefusedForTablesThatAreNotTheSchemas) {
  Spoiled s(arrow::utf8());
  qads_flat_batch flat = s.tables.flat();
  const auto refusal = [&] { return Spoiled::message([&] { s.flattener.plan(flat, 0, kRows); }); };
  flat.node_count = 3;
  EXPECT_SAYS(refusal(), "3 nodes");
  flat = s.tables.flat();
  flat.nodes = nullptr;
  EXPECT_SAYS(refusal(), "nodes at 0");
  flat = s.tables.flat();
  flat.buffer_count = 5;
  EXPECT_SAYS(refusal(), "1 buffers more than its nodes have");
  flat.buffer_count = 3;
  EXPECT_SAYS(refusal(), "2 are left");
  flat.buffer_count = -1;
  EXPECT_SAYS(refusal(), "-1 buffers");
  flat = s.tables.flat();
  flat.buffers = nullptr;
  EXPECT_SAYS(refusal(), "buffers at 0");
  s.tables.nodes[1].buffer_count = 2;
  EXPECT_SAYS(s.flat_refusal(), "2 buffers, its type has 3");
}

TEST(MalformedFlatBatch, IsRefusedForBuffersThatAreTooShort) {
  for (const NamedType& type : all_types()) {
    if (type.name.ends_with("_0") || type.name == "null") continue;
    SCOPED_TRACE(type.name);
    Spoiled s(type.type);
    for (std::size_t b = 0; b < s.tables.buffers.size(); ++b) {
      const qads_buffer good = s.tables.buffers[b];
      if (good.length == 0) continue;
      s.tables.buffers[b].length = good.length - 1;
      EXPECT_NE(s.flat_refusal(), "") << "buffer " << b;
      s.tables.buffers[b] = {.address = nullptr, .length = good.length};
      EXPECT_SAYS(s.flat_refusal(), "is at 0 and has");
      s.tables.buffers[b] = {.address = good.address, .length = -1};
      EXPECT_SAYS(s.flat_refusal(), "has -1 bytes");
      s.tables.buffers[b] = good;
    }
    EXPECT_EQ(s.flat_refusal(), "");
  }
}

// The flat form carries lengths, so that whatever a binding hands over, nothing outside of it is read (ASan watches).
TEST(MalformedFlatBatch, IsNeverReadOutsideOfItsBuffers) {
  std::uint64_t seed = 5;
  std::mt19937_64 random(seed);
  for (const NamedType& type : all_types()) {
    if (type.name.ends_with("union_0")) continue;
    Spoiled s(type.type);
    const std::vector<std::byte> good(s.record.memory->data(), s.record.memory->data() + s.record.memory->size());
    const Tables tables = s.tables;
    const auto tables_end = s.record.offset + 16 + tables.nodes.size() * 24 + tables.buffers.size() * 16;
    for (int round = 0; round < 200; ++round) {
      SCOPED_TRACE(testing::Message() << type.name << ", round " << round);
      s.tables = tables;
      std::copy(good.begin(), good.end(), s.record.memory->data());
      for (std::uint64_t change = random() % 3; change > 0; --change) {
        std::byte* at = s.record.memory->data() + tables_end + random() % (good.size() - tables_end);
        *at = static_cast<std::byte>(random());
      }
      qads_node& node = s.tables.nodes[random() % tables.nodes.size()];
      (round % 2 == 0 ? node.length : node.null_count) += static_cast<std::int64_t>(random() % 5) - 2;
      try {
        s.flattener.plan(s.tables.flat(), 0, s.tables.nodes[0].length);
        const Memory memory(s.flattener.record_bytes());
        s.flattener.write(memory.data(), 0);
      } catch (const Error& error) {
        ASSERT_EQ(error.code(), Code::kInvalid) << error.message();
      }
    }
  }
}

}  // namespace
}  // namespace qads_test
