#include "arrow/flatten.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

#include "support/random_arrays.hpp"
#include "support/record_round_trip.hpp"

namespace {
std::atomic<std::int64_t> allocations{0};
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang_analyzer__)
#define QADS_COUNTS_ALLOCATIONS 1
// Not inlined: the compiler would complain that what came from new goes to free.
[[gnu::noinline]] void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace qads_test {
namespace {

using qads::Error;
using qads::arrow::Flattener;
using qads::arrow::Region;

std::shared_ptr<arrow::RecordBatch> batch_of(const std::shared_ptr<arrow::Array>& column) {
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("x", column->type())}), column->length(), {column});
}

// A column of libarrow whose buffers lie in `memory`, as a producer that builds in the segment would have it.
std::shared_ptr<arrow::Array> moved_into(const Memory& memory, const arrow::Array& array, std::int64_t shift = 0) {
  auto data = array.data()->Copy();
  std::byte* at = memory.data() + shift;
  for (auto& buffer : data->buffers) {
    if (buffer == nullptr) continue;
    std::memcpy(at, buffer->data(), static_cast<std::size_t>(buffer->size()));
    buffer = std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(at), buffer->size());
    at += (buffer->size() + 63) / 64 * 64;
  }
  return arrow::MakeArray(data);
}

struct Planned {
  std::shared_ptr<const qads::arrow::Schema> schema;
  Flattener flattener;
  CArray array;

  Planned(const std::shared_ptr<arrow::Array>& column, Region region)
      : schema(core_schema(*batch_of(column)->schema())), flattener(schema, region), array(*batch_of(column)) {
    flattener.plan(array, 0, column->length());
  }
  const qads_column_report& report() const { return flattener.columns().at(0); }
};

Region region_of(const Memory& memory) { return {memory.data(), memory.size()}; }

TEST(Flatten, RefersToWhatLiesInTheRegionAsItShould) {
  const Memory memory(1 << 16);
  RandomArrays random(1);
  for (const auto& type : {arrow::int64(), arrow::utf8(), arrow::boolean(), arrow::utf8_view(), arrow::binary(),
                           arrow::decimal256(5, 1), arrow::month_day_nano_interval()}) {
    SCOPED_TRACE(type->ToString());
    auto source = random.array(type, 100, Nulls::kAlternating);
    if (source->data()->buffers[1] != nullptr && arrow::is_binary_like(type->id())) {
      // Offsets that begin elsewhere must be written anew.
      const auto* offsets = source->data()->GetValues<std::int32_t>(1);
      if (offsets[0] != 0) continue;
    }
    const auto column = moved_into(memory, *source);
    const Planned planned(column, region_of(memory));
    if (type->id() == arrow::Type::STRING_VIEW) {
      EXPECT_GT(planned.report().bytes_referenced, 0);
      continue;
    }
    EXPECT_EQ(planned.report().reason, QADS_COPY_NONE);
    EXPECT_EQ(planned.report().bytes_copied, 0);
    EXPECT_GT(planned.report().bytes_referenced, 0);
    EXPECT_EQ(planned.flattener.bytes_copied(), 0U);
    for (const auto& reference : planned.flattener.references()) {
      EXPECT_EQ(reference.offset % 64, 0U);
      EXPECT_LE(reference.offset + reference.length, memory.size());
    }
  }
}

// What a planned column is once it was written to the end of the region.
std::shared_ptr<arrow::Array> given_back(Planned& planned, const Memory& memory, const arrow::DataType& type,
                                         Tables& tables) {
  const std::uint64_t offset = memory.size() - planned.flattener.record_bytes();
  planned.flattener.write(memory.data() + offset, offset);
  qads::arrow::read_record(*planned.schema, {memory.data(), memory.size()}, offset, planned.flattener.record_bytes(),
                           tables.nodes, tables.buffers);
  static CountingOwner nobody;  // the column outlives this call
  CArray exported;
  qads::arrow::export_batch(*planned.schema, tables.nodes.data(), tables.buffers.data(), nobody.owner(), &exported);
  const auto schema = arrow::schema({arrow::field("x", type.GetSharedPtr())});
  return arrow::ImportRecordBatch(&exported, schema).ValueOrDie()->column(0);
}

TEST(Flatten, GivesBackWhatLiesInTheRegion) {
  const Memory memory(1 << 16);
  RandomArrays random(5);
  const auto column = moved_into(memory, *random.array(arrow::int32(), 500, Nulls::kRandom));
  Planned planned(column, region_of(memory));
  ASSERT_EQ(planned.report().bytes_copied, 0);
  Tables tables;
  const auto read = given_back(planned, memory, *column->type(), tables);
  EXPECT_EQ(tables.buffers[2].address, column->data()->buffers[1]->data());
  EXPECT_TRUE(read->Equals(*column));
}

TEST(Flatten, SaysWhyItCopied) {
  const Memory memory(1 << 16);
  RandomArrays random(2);
  const auto ints = random.array(arrow::int64(), 200, Nulls::kAlternating);
  const auto reason = [&](const std::shared_ptr<arrow::Array>& column) {
    return Planned(column, region_of(memory)).report().reason;
  };
  EXPECT_EQ(reason(ints), QADS_COPY_OUTSIDE);
  EXPECT_EQ(reason(moved_into(memory, *ints)), QADS_COPY_NONE);
  EXPECT_EQ(reason(moved_into(memory, *ints)->Slice(3)), QADS_COPY_BIT_OFFSET);
  EXPECT_EQ(reason(moved_into(memory, *ints)->Slice(8)), QADS_COPY_ALIGNMENT) << "the bitmap begins at byte 1";
  EXPECT_EQ(reason(moved_into(memory, *ints)->Slice(7, 0)), QADS_COPY_NONE) << "no rows, nothing to copy";
  EXPECT_EQ(reason(moved_into(memory, *ints, 8)), QADS_COPY_ALIGNMENT);
  const auto full = random.array(arrow::int64(), 200, Nulls::kAll);
  EXPECT_EQ(reason(moved_into(memory, *full)), QADS_COPY_NONE);
  std::shared_ptr<arrow::Array> words;
  arrow::StringBuilder builder;
  ASSERT_TRUE(builder.AppendValues({"one", "two", "three"}).ok());
  ASSERT_TRUE(builder.Finish(&words).ok());
  EXPECT_EQ(reason(moved_into(memory, *words)->Slice(1)), QADS_COPY_REBASED) << "the first offset is 3";
  const Planned outside(words, {});
  EXPECT_EQ(outside.report().reason, QADS_COPY_OUTSIDE);
  EXPECT_EQ(outside.report().bytes_copied, 16 + 11);
}

TEST(Flatten, CopiesOnlyTheRowsAsked) {
  RandomArrays random(3);
  const auto column = random.array(arrow::int64(), 100000, Nulls::kNone)->Slice(50000, 10);
  const Planned planned(column, {});
  EXPECT_EQ(planned.flattener.bytes_copied(), 80U);
  EXPECT_LE(planned.flattener.record_bytes(), 256U + 64U);
}

TEST(Flatten, OmitsTheBitmapWhereNothingIsNull) {
  arrow::Int32Builder builder;
  ASSERT_TRUE(builder.AppendValues({1, 2, 3}, {true, false, true}).ok());
  const auto column = builder.Finish().ValueOrDie()->Slice(2, 1);
  ASSERT_NE(column->data()->buffers[0], nullptr);
  Planned planned(column, {});
  const Record record = flatten(planned.flattener, planned.array, 0, 1);
  const Tables tables = read(*planned.schema, record);
  EXPECT_EQ(tables.nodes[1].null_count, 0);
  EXPECT_EQ(tables.buffers[1].address, nullptr);
}

// Tables that are there already aren't written again: whatever the memory held, the record must be the same.
TEST(Flatten, MakesTheSameRecordOverWhateverTheMemoryHeld) {
  RandomArrays random(12);
  const auto schema = random.schema(9);
  const auto batch = random.batch(schema, 300, Nulls::kRandom);
  const CArray array(*batch);
  Flattener flattener(core_schema(*schema), {});
  const Memory used(1 << 20);
  for (int round = 0; round < 200; ++round) {
    const std::int64_t row = random.between(0, 3) * 60;
    const std::int64_t rows = random.between(0, 2) * 30;
    const Record fresh = flatten(flattener, array, row, rows);
    ASSERT_LE(fresh.length, used.size());
    flattener.write(used.data(), fresh.offset);
    ASSERT_EQ(std::memcmp(used.data(), fresh.memory->data() + fresh.offset, fresh.length), 0) << "round " << round;
    if (round % 3 == 0) used.data()[random.between(0, 200)] ^= std::byte{1};
  }
}

// Arrow wants zeros there; Arrow Java's vectors have whatever the memory held.
TEST(Flatten, WritesZerosBehindShortViews) {
  const Memory memory(1 << 16);
  arrow::StringViewBuilder builder;
  for (std::size_t size = 0; size <= 14; ++size) ASSERT_TRUE(builder.Append(std::string(size, 'x')).ok());
  const std::shared_ptr<arrow::Array> clean = builder.Finish().ValueOrDie();
  const auto dirty = moved_into(memory, *clean);
  auto* views = reinterpret_cast<std::byte*>(const_cast<std::uint8_t*>(dirty->data()->buffers[1]->data()));
  for (std::size_t size = 0; size < 12; ++size) std::memset(views + 16 * size + 4 + size, 0xA5, 12 - size);
  ASSERT_FALSE(dirty->ValidateFull().ok());

  Planned planned(dirty, region_of(memory));
  EXPECT_EQ(planned.report().reason, QADS_COPY_REBASED) << "what is in the region is not what readers may get";
  Tables tables;
  const auto read = given_back(planned, memory, *dirty->type(), tables);
  EXPECT_TRUE(read->ValidateFull().ok());
  EXPECT_TRUE(read->Equals(*clean));
}

TEST(Flatten, RefusesRowsThatTheBatchHasNot) {
  RandomArrays random(4);
  Planned planned(random.array(arrow::int8(), 10, Nulls::kNone), {});
  for (const auto& [row, rows] : {std::pair{-1, 1}, {0, 11}, {5, 6}, {11, 0}, {0, -1}}) {
    EXPECT_THROW(planned.flattener.plan(planned.array, row, rows), Error) << row << " + " << rows;
  }
  EXPECT_NO_THROW(planned.flattener.plan(planned.array, 10, 0));
}

TEST(Flatten, FindsTheMostRowsThatFit) {
  RandomArrays random(6);
  for (const auto& type : {arrow::int64(), arrow::boolean(), arrow::utf8(), arrow::list(arrow::utf8()),
                           arrow::utf8_view(), arrow::dictionary(arrow::int8(), arrow::utf8())}) {
    SCOPED_TRACE(type->ToString());
    Planned planned(random.array(type, 900, Nulls::kRandom), {});
    const auto bytes_of = [&](std::int64_t row, std::int64_t rows) {
      planned.flattener.plan(planned.array, row, rows);
      return planned.flattener.record_bytes();
    };
    const std::uint64_t all = bytes_of(0, 900);
    EXPECT_EQ(planned.flattener.rows_that_fit(planned.array, 0, all), 900);
    EXPECT_EQ(planned.flattener.rows_that_fit(planned.array, 0, 0), 0);
    for (const std::int64_t row : {0, 1, 450, 899}) {
      for (const std::uint64_t most : {all / 20, all / 3, all - 64}) {
        const std::int64_t rows = planned.flattener.rows_that_fit(planned.array, row, most);
        if (rows > 0) {
          EXPECT_LE(bytes_of(row, rows), most);
        }
        if (row + rows < 900) {
          EXPECT_GT(bytes_of(row, rows + 1), most) << row << ", " << most;
        }
      }
    }
  }
}

TEST(Flatten, FindsRowsOfLargeBatchesToWithinAThousandth) {
  RandomArrays random(8);
  Planned planned(random.array(arrow::int32(), 1000000, Nulls::kNone), {});
  const std::int64_t rows = planned.flattener.rows_that_fit(planned.array, 1000, 1 << 20);
  planned.flattener.plan(planned.array, 1000, rows);
  EXPECT_LE(planned.flattener.record_bytes(), 1U << 20);
  EXPECT_GE(rows, (1 << 18) - 1100);
}

#ifdef QADS_COUNTS_ALLOCATIONS  // a sanitizer has its own operator new
TEST(Flatten, AllocatesNothingForBatchesOfAShapeSeenBefore) {
  RandomArrays random(9);
  const auto schema = random.schema(20);
  const auto batch = random.batch(schema, 100, Nulls::kRandom);
  const auto core = core_schema(*schema);
  const CArray array(*batch);
  Flattener flattener(core, {});
  const Record record = flatten(flattener, array, 0, 100);
  Tables tables = read(*core, record);
  const qads_flat_batch flat = tables.flat();
  flattener.plan(flat, 0, 100);
  Tables again = read(*core, record);
  const std::int64_t before = allocations.load();
  for (int i = 0; i < 10; ++i) {
    flattener.plan(array, 0, 100);
    flattener.write(record.memory->data() + record.offset, record.offset);
    flattener.plan(flat, 0, 100);
    qads::arrow::read_record(*core, record.section(), record.offset, record.length, again.nodes, again.buffers);
  }
  EXPECT_EQ(allocations.load(), before);
  CountingOwner owner;
  ArrowArray exported;
  qads::arrow::export_batch(*core, tables.nodes.data(), tables.buffers.data(), owner.owner(), &exported);
  exported.release(&exported);
  EXPECT_LE(allocations.load(), before + 1) << "an exported batch is one allocation";
}
#endif

}  // namespace
}  // namespace qads_test
