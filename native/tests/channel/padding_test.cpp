// What earlier batches and builders left in the memory never shows: not between the buffers of a record, not behind its end.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <vector>

#include "layout/record.hpp"
#include "segment/segment.hpp"
#include "support/random_arrays.hpp"
#include "support/record_round_trip.hpp"
#include "support/segment_ends.hpp"

namespace qads_test {
namespace {

namespace layout = qads::layout;

constexpr std::int64_t kCapacity = 1 << 20;
constexpr int kStale = 0xA5;

// Every byte of the data section is somebody's old value.
void leave_stale_bytes(qads_arena* arena) {
  void* address = nullptr;
  qads_allocation* allocation = nullptr;
  expect_ok(qads_arena_allocate(arena, kCapacity, 0, &address, &allocation));
  std::memset(address, kStale, kCapacity);
  qads_allocation_release(allocation);
}

template <typename T>
T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

class LastRecord {
 public:
  explicit LastRecord(const qads::segment::Segment& segment) : data_(segment.data()) {
    const std::uint64_t sequence = segment.sync().head.load() - 1;
    for (const layout::Slot& slot : segment.slots()) {
      if (slot.sequence.load() != sequence) continue;
      begin_ = slot.record_offset;
      bytes_.assign(slot.record_length, true);
    }
    const auto header = load<layout::RecordHeader>(data_ + begin_);
    const std::uint64_t nodes = sizeof(header) + header.node_count * sizeof(layout::RecordNode);
    const std::uint64_t tables = nodes + header.buffer_count * sizeof(layout::RecordBuffer);
    means_something(begin_, tables);
    for (std::uint32_t i = 0; i < header.buffer_count; ++i) {
      const auto buffer = load<layout::RecordBuffer>(data_ + begin_ + nodes + i * sizeof(layout::RecordBuffer));
      if (buffer.offset != layout::kAbsent) means_something(buffer.offset, buffer.length);
    }
  }

  std::int64_t padding() const { return std::count(bytes_.begin(), bytes_.end(), true); }
  // Bytes that belong to no table and no buffer and aren't zero.
  int stale() const {
    int found = 0;
    for (std::size_t i = 0; i < bytes_.size(); ++i) found += bytes_[i] && data_[begin_ + i] != std::byte{0};
    return found;
  }

 private:
  void means_something(std::uint64_t offset, std::uint64_t size) {
    const auto first = bytes_.begin() + static_cast<std::ptrdiff_t>(offset - begin_);
    std::fill(first, first + static_cast<std::ptrdiff_t>(size), false);
  }

  const std::byte* data_;
  std::uint64_t begin_ = 0;
  std::vector<bool> bytes_;  // true: padding
};

// A union of nothing never has any.
std::vector<NamedType> types_with_rows() {
  std::vector<NamedType> types;
  const auto has_rows = [](const NamedType& named) {
    return RandomArrays(1).array(named.type, 1, Nulls::kNone)->length() == 1;
  };
  std::copy_if(all_types().begin(), all_types().end(), std::back_inserter(types), has_rows);
  return types;
}

class Padding : public testing::TestWithParam<NamedType> {};

TEST_P(Padding, IsZerosWhateverTheMemoryWasUsedForBefore) {
  const auto schema = arrow::schema({arrow::field("x", GetParam().type), arrow::field("y", arrow::int8())});
  const Directory directory;
  const CSchema exported(*schema);
  RandomArrays random(7);
  Outlet out(directory, "s", arena_options(4, kCapacity));
  Inlet in(directory, "s");
  const auto segment = qads::segment::Segment::attach("s", {.directory = directory.path()});
  std::int64_t padding = 0;
  for (const std::int64_t rows : {1, 7, 65, 300}) {
    for (const Nulls nulls : kAllNulls) {
      leave_stale_bytes(out.arena);
      const auto batch = random.batch(schema, rows, nulls);
      const std::int64_t first = random.between(0, rows);
      for (const auto& part : {batch, batch->Slice(first), batch->Slice(0, first)}) {
        CArray array(*part);
        ASSERT_EQ(qads_writer_write(out.writer, &array, &exported, 0, 0), QADS_OK) << qads_last_error();
        const LastRecord record(*segment);
        EXPECT_EQ(record.stale(), 0) << rows << " rows, nulls " << name_of(nulls) << ", " << part->num_rows()
                                     << " written";
        padding += record.padding();
        Got got;
        ASSERT_EQ(in.next(got), QADS_OK);
      }
    }
  }
  EXPECT_GT(padding, 0);
}

INSTANTIATE_TEST_SUITE_P(OfEachType, Padding, testing::ValuesIn(types_with_rows()),
                         [](const auto& type) { return type.param.name; });

TEST(Padding, OfABuildersBufferIsZerosUnlessItsBuilderWritesThere) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(4, kCapacity));
  for (const std::int64_t size : {1, 63, 64, 65, 8100}) {
    leave_stale_bytes(out.arena);
    void* address = nullptr;
    qads_allocation* allocation = nullptr;
    expect_ok(qads_arena_allocate(out.arena, size, 0, &address, &allocation));
    const auto* bytes = static_cast<const unsigned char*>(address);
    EXPECT_EQ(std::count(bytes + size, bytes + (size + 63) / 64 * 64, 0), (64 - size % 64) % 64) << size;
    qads_allocation_release(allocation);
  }
}

}  // namespace
}  // namespace qads_test
