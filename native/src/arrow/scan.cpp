#include "arrow/scan.hpp"

#include <type_traits>

namespace qads::arrow {
namespace {

template <typename T>
OffsetScan scan_offsets_of(const std::byte* offsets, std::int64_t rows) {
  using Bits = std::make_unsigned_t<T>;
  // No branch, so that it runs in vectors: the sign of every value and of every difference. As long as no value is
  // negative, no difference overflows.
  auto signs = static_cast<Bits>(load<T>(offsets, 0));
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto here = load<Bits>(offsets, i);
    const auto next = load<Bits>(offsets, i + 1);
    signs = static_cast<Bits>(signs | next | (next - here));
  }
  OffsetScan scan{.first = load<T>(offsets, 0), .last = load<T>(offsets, rows), .bad = -1};
  if (static_cast<T>(signs) >= 0) return scan;
  scan.bad = 0;
  while (load<T>(offsets, scan.bad) >= 0 && load<T>(offsets, scan.bad) <= load<T>(offsets, scan.bad + 1)) ++scan.bad;
  return scan;
}

template <typename T>
ListViewScan scan_list_views_of(const std::byte* offsets, const std::byte* sizes, std::int64_t rows, Validity valid,
                                std::int64_t child_length) {
  ListViewScan scan;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t offset = load<T>(offsets, i);
    const std::int64_t size = load<T>(sizes, i);
    if (size == 0 || !valid(i)) {
      scan.normal = scan.normal && size == 0 && offset == 0;
      continue;
    }
    if (offset < 0 || size < 0 || size > child_length || offset > child_length - size) {
      scan.bad = i;
      return scan;
    }
    scan.used.add(offset, offset + size);
  }
  return scan;
}

template <typename T>
RunScan scan_runs_of(const std::byte* ends, std::int64_t runs, std::int64_t row, std::int64_t rows) {
  // The first run that ends behind `position`. Stays within the buffer also if the ends aren't sorted.
  const auto find = [&](std::int64_t position) {
    std::int64_t low = 0;
    std::int64_t high = runs;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (load<T>(ends, middle) > position) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  };
  RunScan scan{.first = find(row), .end = find(row + rows - 1) + 1, .bad = -1};
  if (scan.end > runs || scan.first >= scan.end) {
    scan.bad = runs;
    return scan;
  }
  std::int64_t before = row;
  for (std::int64_t i = scan.first; i < scan.end; ++i) {
    const std::int64_t end = load<T>(ends, i);
    if (end <= before || (i + 1 < scan.end && end >= row + rows)) {
      scan.bad = i;
      return scan;
    }
    before = end;
  }
  return scan;
}

}  // namespace

OffsetScan scan_offsets(const std::byte* offsets, std::int64_t rows, int width) {
  return width == 4 ? scan_offsets_of<std::int32_t>(offsets, rows) : scan_offsets_of<std::int64_t>(offsets, rows);
}

ListViewScan scan_list_views(const std::byte* offsets, const std::byte* sizes, std::int64_t rows, int width,
                             Validity valid, std::int64_t child_length) {
  return width == 4 ? scan_list_views_of<std::int32_t>(offsets, sizes, rows, valid, child_length)
                    : scan_list_views_of<std::int64_t>(offsets, sizes, rows, valid, child_length);
}

ViewScan scan_views(const std::byte* views, std::int64_t rows, Validity valid, const std::int64_t* buffer_lengths,
                    std::int64_t buffer_count, Extent* used) {
  ViewScan scan;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::byte* view = views + i * static_cast<std::int64_t>(kViewBytes);
    if (!valid(i)) {
      scan.normal = scan.normal && load<std::uint64_t>(view, 0) == 0 && load<std::uint64_t>(view, 1) == 0;
      continue;
    }
    const std::int64_t size = load<std::int32_t>(view, 0);
    if (size >= 0 && size <= kInlineBytes) {
      const InlineMask mask = inline_mask(static_cast<std::int32_t>(size));
      const std::uint64_t behind =
          (load<std::uint64_t>(view, 0) & ~mask.low) | (load<std::uint64_t>(view, 1) & ~mask.high);
      scan.normal = scan.normal && behind == 0;
      continue;
    }
    const std::int64_t buffer = load<std::int32_t>(view, 2);
    const std::int64_t offset = load<std::int32_t>(view, 3);
    if (size < 0 || buffer < 0 || buffer >= buffer_count || offset < 0 || offset + size > buffer_lengths[buffer]) {
      scan.bad = i;
      return scan;
    }
    used[buffer].add(offset, offset + size);
  }
  return scan;
}

namespace {

// Index of the child that an id means, or -1.
int child_of(const TypeIdTable& table, std::int8_t id) { return id < 0 ? -1 : table[static_cast<std::uint8_t>(id)]; }

}  // namespace

std::int64_t scan_type_ids(const std::byte* ids, std::int64_t rows, const TypeIdTable& table) {
  for (std::int64_t i = 0; i < rows; ++i) {
    if (child_of(table, load<std::int8_t>(ids, i)) < 0) return i;
  }
  return -1;
}

std::int64_t scan_dense_union(const std::byte* ids, const std::byte* offsets, std::int64_t rows,
                              const TypeIdTable& table, const std::int64_t* child_lengths, Extent* used) {
  for (std::int64_t i = 0; i < rows; ++i) {
    const int child = child_of(table, load<std::int8_t>(ids, i));
    if (child < 0) return i;
    const std::int64_t offset = load<std::int32_t>(offsets, i);
    if (offset < 0 || offset >= child_lengths[child]) return i;
    used[child].add(offset, offset + 1);
  }
  return -1;
}

RunScan scan_runs(const std::byte* ends, std::int64_t runs, int width, std::int64_t row, std::int64_t rows) {
  switch (width) {
    case 2:
      return scan_runs_of<std::int16_t>(ends, runs, row, rows);
    case 4:
      return scan_runs_of<std::int32_t>(ends, runs, row, rows);
    default:
      return scan_runs_of<std::int64_t>(ends, runs, row, rows);
  }
}

}  // namespace qads::arrow
