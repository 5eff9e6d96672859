#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "arrow/copy_out.hpp"
#include "support/random_arrays.hpp"
#include "support/record_round_trip.hpp"

namespace qads_test {
namespace {

// One batch in a record, ready to be exported.
struct Stored {
  std::shared_ptr<arrow::RecordBatch> batch;
  std::shared_ptr<const qads::arrow::Schema> schema;
  Record record;
  Tables tables;

  explicit Stored(const std::shared_ptr<arrow::Schema>& of, std::int64_t rows = 30, std::uint64_t seed = 1)
      : batch(RandomArrays(seed).batch(of, rows, Nulls::kRandom)), schema(core_schema(*of)) {
    qads::arrow::Flattener flattener(schema, {});
    record = flatten(flattener, CArray(*batch), 0, rows);
    tables = read(*schema, record);
  }
  void export_to(CountingOwner& owner, ArrowArray* out) const {
    qads::arrow::export_batch(*schema, tables.nodes.data(), tables.buffers.data(), owner.owner(), out);
  }
};

std::shared_ptr<arrow::Schema> nested_schema() {
  return arrow::schema({arrow::field("a", arrow::int32()),
                        arrow::field("s", arrow::struct_({arrow::field("v", arrow::utf8_view()),
                                                          arrow::field("l", arrow::list(arrow::int8()))})),
                        arrow::field("d", arrow::dictionary(arrow::int8(), arrow::utf8()))});
}

ArrowArray take(ArrowArray* from) {
  ArrowArray moved = *from;
  from->release = nullptr;
  return moved;
}

TEST(ExportedBatch, ReleasesItsOwnerOnceWithTheRoot) {
  const Stored stored(nested_schema());
  CountingOwner owner;
  ArrowArray root;
  stored.export_to(owner, &root);
  EXPECT_EQ(owner.releases, 0);
  root.release(&root);
  EXPECT_EQ(root.release, nullptr);
  EXPECT_EQ(owner.releases, 1);
}

TEST(ExportedBatch, LivesAsLongAsAnyChildThatWasMovedOut) {
  const Stored stored(nested_schema());
  CountingOwner owner;
  ArrowArray root;
  stored.export_to(owner, &root);
  ArrowArray column = take(root.children[1]);
  root.release(&root);
  EXPECT_EQ(owner.releases, 0);
  ArrowArray grandchild = take(column.children[1]);
  ArrowArray items = take(grandchild.children[0]);
  column.release(&column);
  EXPECT_EQ(owner.releases, 0);
  grandchild.release(&grandchild);
  EXPECT_EQ(owner.releases, 0);
  EXPECT_EQ(items.length, stored.tables.nodes[5].length);
  items.release(&items);
  EXPECT_EQ(owner.releases, 1);
}

TEST(ExportedBatch, LetsADictionaryBeMovedOut) {
  const Stored stored(nested_schema());
  CountingOwner owner;
  ArrowArray root;
  stored.export_to(owner, &root);
  ArrowArray dictionary = take(root.children[2]->dictionary);
  root.release(&root);
  EXPECT_EQ(owner.releases, 0);
  const auto imported = arrow::ImportArray(&dictionary, arrow::utf8());
  ASSERT_TRUE(imported.ok());
  EXPECT_TRUE((*imported)->ValidateFull().ok());
}

TEST(ExportedBatch, MayBeReleasedColumnByColumnInAnyOrderFromAnyThread) {
  RandomArrays random(3);
  const Stored stored(random.schema(16));
  for (int round = 0; round < 50; ++round) {
    CountingOwner owner;
    ArrowArray root;
    stored.export_to(owner, &root);
    std::vector<ArrowArray> parts;
    parts.reserve(17);
    for (std::int64_t i = 0; i < root.n_children; ++i) parts.push_back(take(root.children[i]));
    parts.push_back(root);
    std::shuffle(parts.begin(), parts.end(), std::mt19937(static_cast<unsigned>(round)));
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (std::size_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = t; i < parts.size(); i += 4) parts[i].release(&parts[i]);
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(owner.releases, 1);
  }
}

TEST(ExportedBatch, HandsOutAddressesForBuffersWithoutBytes) {
  for (const auto& type : {arrow::int64(), arrow::utf8(), arrow::boolean(), arrow::list(arrow::int8()),
                           arrow::utf8_view(), arrow::fixed_size_binary(0)}) {
    const Stored stored(arrow::schema({arrow::field("x", type)}), 0);
    CountingOwner owner;
    CArray root;
    stored.export_to(owner, &root);
    const ArrowArray& x = *root.children[0];
    EXPECT_EQ(x.buffers[0], nullptr) << "validity is absent";
    for (std::int64_t b = 1; b < x.n_buffers; ++b) {
      EXPECT_NE(x.buffers[b], nullptr) << type->ToString() << ", buffer " << b;
      if (x.n_buffers == 2) {
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(x.buffers[b]) % 64, 0U);
      }
    }
  }
  const Stored words(arrow::schema({arrow::field("x", arrow::utf8())}), 0);
  EXPECT_EQ(*static_cast<const std::int32_t*>(words.tables.buffers[2].address), 0) << "one zero offset";
  EXPECT_EQ(words.tables.buffers[2].length, 4);
}

TEST(ExportedBatch, GivesViewsTheirBufferOfSizes) {
  arrow::StringViewBuilder builder;
  ASSERT_TRUE(builder.Append("a string that is not inline at all").ok());
  ASSERT_TRUE(builder.Append("x").ok());
  const auto column = builder.Finish().ValueOrDie();
  const auto schema = core_schema(*arrow::schema({arrow::field("x", arrow::utf8_view())}));
  qads::arrow::Flattener flattener(schema, {});
  const CArray array(*arrow::RecordBatch::Make(arrow::schema({arrow::field("x", arrow::utf8_view())}), 2, {column}));
  const Record record = flatten(flattener, array, 0, 2);
  const Tables tables = read(*schema, record);
  CountingOwner owner;
  CArray root;
  qads::arrow::export_batch(*schema, tables.nodes.data(), tables.buffers.data(), owner.owner(), &root);
  const ArrowArray& x = *root.children[0];
  ASSERT_EQ(x.n_buffers, 4);
  EXPECT_EQ(*static_cast<const std::int64_t*>(x.buffers[3]), 34);
  EXPECT_EQ(std::memcmp(x.buffers[2], "a string that is not inline at all", 34), 0);
}

TEST(CopiedBatch, LivesOnWhenTheRecordIsOverwritten) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomArrays random(seed);
    const Stored stored(random.schema(6), 70, seed);
    auto copy = qads::arrow::copy_batch(*stored.schema, stored.tables.nodes.data(), stored.tables.buffers.data());
    std::memset(stored.record.memory->data(), 0x5A, stored.record.memory->size());
    EXPECT_EQ(not_normal(*stored.schema, {copy->nodes, copy->buffers}), "");
    const std::vector<qads_node> nodes = copy->nodes;
    const std::vector<qads_buffer> buffers = copy->buffers;
    CArray root;
    qads::arrow::export_batch(*stored.schema, nodes.data(), buffers.data(), qads::arrow::owner_of(std::move(copy)),
                              &root);
    const auto imported = arrow::ImportRecordBatch(&root, stored.batch->schema());
    ASSERT_TRUE(imported.ok());
    ASSERT_TRUE((*imported)->ValidateFull().ok());
    ASSERT_TRUE((*imported)->Equals(*stored.batch));
  }
}

}  // namespace
}  // namespace qads_test
