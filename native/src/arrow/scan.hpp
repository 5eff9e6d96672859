// Passes over the offsets, views, type ids and run ends of an array: which part of what they point into is used, and is
// all of it possible. Sources needn't be aligned. Each returns what it found; -1 in `bad` means nothing wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "arrow/bits.hpp"
#include "arrow/schema.hpp"

namespace qads::arrow {

template <typename T>
T load(const std::byte* from, std::int64_t index) {
  T value;
  std::memcpy(&value, from + index * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
  return value;
}

inline std::int64_t load_int(const std::byte* from, std::int64_t index, int width) {
  switch (width) {
    case 2:
      return load<std::int16_t>(from, index);
    case 4:
      return load<std::int32_t>(from, index);
    default:
      return load<std::int64_t>(from, index);
  }
}

// Which rows count. bits == nullptr: all.
struct Validity {
  const std::byte* bits = nullptr;
  std::int64_t first = 0;
  bool operator()(std::int64_t row) const { return bits == nullptr || get_bit(bits, first + row); }
};

// Part of a child, or of a buffer, that is referred to: [low, high); low > high: none of it.
struct Extent {
  std::int64_t low = std::numeric_limits<std::int64_t>::max();
  std::int64_t high = 0;
  void add(std::int64_t begin, std::int64_t end) {
    if (begin < low) low = begin;
    if (end > high) high = end;
  }
  bool empty() const { return low >= high; }
};

struct OffsetScan {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t bad = -1;  // row whose offset is negative or larger than the next one
};
// rows + 1 offsets of `width` bytes.
OffsetScan scan_offsets(const std::byte* offsets, std::int64_t rows, int width);

struct ListViewScan {
  Extent used;
  bool normal = true;     // null and empty rows have offset and size 0
  std::int64_t bad = -1;  // row that reaches out of the child
};
ListViewScan scan_list_views(const std::byte* offsets, const std::byte* sizes, std::int64_t rows, int width,
                             Validity valid, std::int64_t child_length);

// The bytes of a view that mean something when it holds `size` bytes itself, as two words: its size, and those bytes.
struct InlineMask {
  std::uint64_t low;
  std::uint64_t high;
};
constexpr InlineMask inline_mask(std::int32_t size) {
  constexpr std::int32_t kLowBytes = 4;  // beside the size itself
  constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
  return {.low = size >= kLowBytes ? kAll : kAll >> (8 * (kLowBytes - size)),
          .high = size <= kLowBytes ? 0 : kAll >> (8 * (kInlineBytes - size))};
}

struct ViewScan {
  bool normal = true;     // null rows are all zeros, and so is what is behind short values
  std::int64_t bad = -1;  // row that reaches out of its buffer
};
// `used` has one entry a data buffer and is added to.
ViewScan scan_views(const std::byte* views, std::int64_t rows, Validity valid, const std::int64_t* buffer_lengths,
                    std::int64_t buffer_count, Extent* used);

// Rows whose id no child has, or -1.
std::int64_t scan_type_ids(const std::byte* ids, std::int64_t rows, const TypeIdTable& table);
// The same, and offsets (32 bits) out of their child; `used` has one entry a child and is added to.
std::int64_t scan_dense_union(const std::byte* ids, const std::byte* offsets, std::int64_t rows,
                              const TypeIdTable& table, const std::int64_t* child_lengths, Extent* used);

struct RunScan {
  std::int64_t first = 0;  // runs [first, end) cover the rows
  std::int64_t end = 0;
  std::int64_t bad = -1;  // run whose end isn't behind the one before it
};
// rows > 0. end == runs and bad == -1 with a last run end < row + rows can't be: then bad is `runs`.
RunScan scan_runs(const std::byte* ends, std::int64_t runs, int width, std::int64_t row, std::int64_t rows);

}  // namespace qads::arrow
