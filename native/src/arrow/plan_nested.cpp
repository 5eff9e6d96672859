// Planning: the types with children. Each says which rows of its children the record takes; the walk comes to them later.
#include "arrow/plan.hpp"
#include "base/text.hpp"

namespace qads::arrow {

void Plan::check_rows(std::int32_t child, std::int64_t needed) const {
  if (needed > sources_->nodes()[child].length) [[unlikely]]
    fail_rows(child, needed);
}

// Structs and sparse unions: the parent's offset counts for the children too.
void Plan::children_row_by_row(const Node& node) {
  const Source* const sources = sources_->nodes();
  const Window window = node.rows == 0 ? Window{0, 0} : Window{node.first, node.rows};
  const std::int64_t needed = window.start + window.length;
  std::int32_t child = node.index + 1;
  for (std::int32_t k = node.rule.child_count; k > 0; --k) {
    if (needed > sources[child].length) [[unlikely]]
      fail_rows(child, needed);
    windows_[static_cast<std::size_t>(child)] = window;
    child += rules_[child].subtree;
  }
}

void Plan::list(const Node& node) {
  const OffsetScan scan = offsets(node);
  check_rows(node.index + 1, scan.last);
  windows_[static_cast<std::size_t>(node.index) + 1] = {scan.first, scan.last - scan.first};
}

void Plan::fixed_size_list(const Node& node) {
  const std::int64_t size = node.rule.width;
  std::int64_t end = 0;
  if (__builtin_mul_overflow(node.first + node.rows, size, &end)) {
    fail(node.index, text(node.first + node.rows, " rows of ", size));
  }
  const bool empty = node.rows == 0 || size == 0;
  if (!empty) check_rows(node.index + 1, end);
  windows_[static_cast<std::size_t>(node.index) + 1] =
      empty ? Window{0, 0} : Window{node.first * size, node.rows * size};
}

void Plan::list_view(const Node& node) {
  Window& child = windows_[static_cast<std::size_t>(node.index) + 1];
  child = {0, 0};
  if (node.rows == 0) {
    absent();
    return absent();
  }
  const int width = node.rule.offset_width;
  const std::byte* offsets = need(node, 1, node.first + node.rows, width) + node.first * width;
  const std::byte* sizes = need(node, 2, node.first + node.rows, width) + node.first * width;
  const std::int64_t child_length = sources_->nodes()[node.index + 1].length;
  const ListViewScan scan = scan_list_views(offsets, sizes, node.rows, width, valid(node), child_length);
  if (scan.bad >= 0) {
    fail(node.index, text("row ", scan.bad, " has offset ", load_int(offsets, scan.bad, width), " and size ",
                          load_int(sizes, scan.bad, width), " in a child of ", child_length, " rows"));
  }
  if (!scan.used.empty()) child = {scan.used.low, scan.used.high - scan.used.low};
  const auto bytes = static_cast<std::uint64_t>(node.rows * width);
  if (scan.normal && child.start == 0) {
    plain(node, offsets, bytes);
    plain(node, sizes, bytes);
  } else {
    copied(node, Work::kListViews, offsets, bytes, QADS_COPY_REBASED).value = child.start;
    copied(node, Work::kListViews, sizes, bytes, QADS_COPY_REBASED);
  }
}

void Plan::sparse_union(const Node& node) {
  children_row_by_row(node);
  if (node.rows == 0) return absent();
  const std::byte* ids = need(node, 0, node.first + node.rows, 1) + node.first;
  const std::int64_t bad = scan_type_ids(ids, node.rows, schema_->type_ids(node.rule));
  if (bad >= 0) fail(node.index, text("row ", bad, " has type id ", int{load<std::int8_t>(ids, bad)}));
  plain(node, ids, static_cast<std::uint64_t>(node.rows));
}

void Plan::dense_union(const Node& node) {
  const auto count = static_cast<std::size_t>(node.rule.child_count);
  extents_.assign(count, {});
  lengths_.resize(count);
  std::int32_t child = node.index + 1;
  for (std::size_t k = 0; k < count; ++k) {
    lengths_[k] = sources_->nodes()[child].length;
    windows_[static_cast<std::size_t>(child)] = {0, 0};
    child += rules_[child].subtree;
  }
  if (node.rows == 0) {
    absent();
    return absent();
  }
  const std::byte* ids = need(node, 0, node.first + node.rows, 1) + node.first;
  const std::byte* offsets = need(node, 1, node.first + node.rows, 4) + 4 * node.first;
  const std::int64_t bad =
      scan_dense_union(ids, offsets, node.rows, schema_->type_ids(node.rule), lengths_.data(), extents_.data());
  if (bad >= 0) {
    fail(node.index, text("row ", bad, " has type id ", int{load<std::int8_t>(ids, bad)}, " and offset ",
                          load<std::int32_t>(offsets, bad)));
  }
  const std::size_t first_base = child_bases_.size();
  bool rebased = false;
  child = node.index + 1;
  for (const Extent& used : extents_) {
    if (!used.empty()) windows_[static_cast<std::size_t>(child)] = {used.low, used.high - used.low};
    child_bases_.push_back(windows_[static_cast<std::size_t>(child)].start);
    rebased = rebased || child_bases_.back() != 0;
    child += rules_[child].subtree;
  }
  plain(node, ids, static_cast<std::uint64_t>(node.rows));
  const auto bytes = static_cast<std::uint64_t>(4 * node.rows);
  if (rebased) {
    copied(node, Work::kDense, offsets, bytes, QADS_COPY_REBASED).value = static_cast<std::int64_t>(first_base);
  } else {
    plain(node, offsets, bytes);
  }
}

void Plan::run_end_encoded(const Node& node) {
  const std::int32_t ends = node.index + 1;
  const std::int32_t values = ends + rules_[ends].subtree;
  Window& ends_window = windows_[static_cast<std::size_t>(ends)];
  Window& values_window = windows_[static_cast<std::size_t>(values)];
  ends_window = values_window = {0, 0};
  if (node.rows == 0) return;
  const Source& source = sources_->nodes()[ends];
  const int width = rules_[ends].width;
  const Node child{
      .index = ends, .rule = rules_[ends], .source = source, .first = source.offset, .rows = source.length, .nulls = 0};
  if (source.length == 0) fail(ends, text("no runs for ", node.rows, " rows"));
  const std::byte* from = need(child, 1, source.offset + source.length, width) + source.offset * width;
  const RunScan scan = scan_runs(from, source.length, width, node.first, node.rows);
  if (scan.bad >= 0) {
    const std::int64_t bad = scan.bad < source.length ? scan.bad : source.length - 1;
    fail(ends, text("run ", bad, " of ", source.length, " ends at row ", load_int(from, bad, width),
                    "; the ends must grow and reach row ", node.first + node.rows));
  }
  check_rows(values, scan.end);
  ends_window = values_window = {scan.first, scan.end - scan.first};
}

void Plan::run_ends(const Node& node) {
  if (node.nulls > 0) fail(node.index, text(node.nulls, " nulls among run ends"));
  if (node.rows == 0) return absent();
  // The parent is the node before, and has looked at the buffer.
  const Window& parent = windows_[static_cast<std::size_t>(node.index) - 1];
  const std::int64_t first_row = sources_->nodes()[node.index - 1].offset + parent.start;
  const int width = node.rule.width;
  const std::byte* from = need(node, 1, node.first + node.rows, width) + node.first * width;
  const auto bytes = static_cast<std::uint64_t>(node.rows * width);
  if (first_row == 0 && load_int(from, node.rows - 1, width) == parent.length) {
    plain(node, from, bytes);
  } else {
    PlannedBuffer& buffer = copied(node, Work::kRunEnds, from, bytes, QADS_COPY_REBASED);
    buffer.value = first_row;
    buffer.width = static_cast<std::uint8_t>(width);
  }
}

}  // namespace qads::arrow
