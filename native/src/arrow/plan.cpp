// Planning: the walk over the nodes, and the types without children.
#include "arrow/plan.hpp"

#include <utility>

#include "arrow/bits.hpp"
#include "base/text.hpp"

namespace qads::arrow {
namespace {

constexpr std::uint64_t padded(std::uint64_t bytes) {
  return (bytes + layout::kBufferAlignment - 1) & ~(layout::kBufferAlignment - 1);
}

// More bytes than any machine has: beyond them sums could overflow.
constexpr std::uint64_t kMaxRecord = std::uint64_t{1} << 60;

// Looks at the bitmap of a column whose null count isn't known.
bool all_valid(const FixedColumn& column, std::int64_t first, std::int64_t rows) {
  if (column.validity == nullptr) return true;
  const std::int64_t bits = first + rows;
  return column.validity_bytes >= bits / 8 + (bits % 8 != 0) && count_ones(column.validity, first, rows) == rows;
}

}  // namespace

Plan::Plan(std::shared_ptr<const Schema> schema, Region region)
    : schema_(std::move(schema)),
      rules_(schema_->rules().data()),
      region_(region),
      windows_(schema_->rules().size()),
      nodes_(schema_->rules().size()),
      columns_(static_cast<std::size_t>(schema_->columns())) {}

void Plan::lay_out(Sources& sources, std::int64_t row, std::int64_t rows) {
  sources_ = &sources;
  if (repeat(row, rows)) return;
  ++shape_;
  repeatable_ = false;  // until all of this plan is known to be right
  if (buffers_.size() < sources.most_buffers()) buffers_.resize(sources.most_buffers());
  next_buffer_ = buffers_.data();
  view_windows_.clear();
  child_bases_.clear();
  references_.clear();
  data_bytes_ = copied_ = referenced_ = 0;

  lay_out_batch(row, rows);
  const Window window = rows == 0 ? Window{0, 0} : Window{sources.nodes()[0].offset + row, rows};
  const auto columns = static_cast<std::int32_t>(columns_.size());
  bool repeatable = false;
  for (std::int32_t column = 0, node = 1; column < columns; ++column) {
    const std::int32_t fixed = lay_out_fixed(column, node, window);
    repeatable = fixed == columns && buffers_.front().work == Work::kAbsent;
    column += fixed;
    node += fixed;
    if (column == columns) break;
    lay_out_column(column, node, window);
    node += rules_[node].subtree;
  }
  sources.end();
  buffer_count_ = static_cast<std::size_t>(next_buffer_ - buffers_.data());
  table_bytes_ = padded(sizeof(layout::RecordHeader) + nodes_.size() * sizeof(layout::RecordNode) +
                        buffer_count_ * sizeof(layout::RecordBuffer));
  repeatable_ = repeatable;
}

void Plan::lay_out_batch(std::int64_t row, std::int64_t rows) {
  const Source& source = sources_->nodes()[0];
  if (row < 0 || rows < 0 || row > source.length || rows > source.length - row) {
    fail(0, text("rows ", row, " to ", row, " + ", rows, " of ", source.length));
  }
  Node batch{.index = 0, .rule = rules_[0], .source = source, .first = source.offset + row, .rows = rows, .nulls = 0};
  windows_[0] = {row, rows};
  validity(batch);
  if (batch.nulls != 0) {
    fail(0, text(batch.nulls, " of its ", rows,
                 " rows are null themselves, which no record batch's can be: fill them, or ",
                 "write the struct as a column"));
  }
  nodes_[0] = {static_cast<std::uint64_t>(rows), 0, 1};
}

void Plan::lay_out_column(std::int32_t column, std::int32_t node, Window window) {
  const std::uint64_t copied_before = copied_;
  const std::uint64_t referenced_before = referenced_;
  reason_ = QADS_COPY_NONE;
  sources_->load_column(column);
  if (buffers_.size() < sources_->most_buffers()) grow_buffers(sources_->most_buffers());
  check_rows(node, window.start + window.length);
  windows_[static_cast<std::size_t>(node)] = window;
  for (const std::int32_t end = node + rules_[node].subtree; node < end; ++node) lay_out_node(node);
  columns_[static_cast<std::size_t>(column)] = {
      .bytes_copied = static_cast<std::int64_t>(copied_ - copied_before),
      .bytes_referenced = static_cast<std::int64_t>(referenced_ - referenced_before),
      .reason = reason_,
      .reserved = 0};
}

void Plan::grow_buffers(std::size_t most) {
  const auto used = next_buffer_ - buffers_.data();
  buffers_.resize(most);
  next_buffer_ = buffers_.data() + used;
}

// A batch of the shape of the one before: the same number of rows, fixed columns without nulls, in ordinary memory. All that
// is new is where the values lie.
bool Plan::repeat(std::int64_t row, std::int64_t rows) {
  const Source& batch = sources_->nodes()[0];
  if (!repeatable_ || rows != static_cast<std::int64_t>(nodes_[0].length)) return false;
  if (batch.null_count != 0 && (batch.null_count > 0 || batch.address(0) != nullptr)) return false;
  if (row < 0 || row > batch.length || rows > batch.length - row) return false;
  const Window window{batch.offset + row, rows};
  PlannedBuffer* to = buffers_.data() + 2;
  const auto count = static_cast<std::int32_t>(columns_.size());
  for (std::int32_t column = 0; column < count; ++column, to += 2) {
    const std::byte* const values = fixed_values(column, column + 1, window);
    if (values == nullptr) {
      sources_->rewind();
      return false;
    }
    to->from = values;
    sources_->skip_fixed();
  }
  sources_->end();
  return true;
}

// The rows of a column that is what most columns are: fixed width, no nulls, in ordinary memory, all of it there. nullptr: it
// isn't, or something is wrong with it.
inline const std::byte* Plan::fixed_values(std::int32_t column, std::int32_t node, Window window) const {
  const NodeRule& rule = rules_[node];
  FixedColumn from;
  if (rule.layout != Layout::kFixed || rule.subtree != 1 || !sources_->look_at_fixed(column, from)) return nullptr;
  std::int64_t end = 0;
  std::int64_t needed = 0;
  if (window.start + window.length > from.length ||
      __builtin_add_overflow(from.offset, window.start + window.length, &end) ||
      __builtin_mul_overflow(end, std::int64_t{rule.width}, &needed) || needed > from.value_bytes) {
    return nullptr;
  }
  const std::int64_t first = end - window.length;
  if (from.null_count != 0 && (from.null_count != -1 || !all_valid(from, first, window.length))) return nullptr;
  const std::byte* const values = from.values + first * rule.width;
  return in_region(values) ? nullptr : values;
}

// As many columns as there are of those that fixed_values() knows. What lay_out_column does, in one go; returns how many, and
// leaves the next one to it, and with it whatever is wrong.
std::int32_t Plan::lay_out_fixed(std::int32_t column, std::int32_t node, Window window) {
  const std::int64_t rows = window.length;
  const auto count = static_cast<std::int32_t>(columns_.size());
  const std::int32_t first_column = column;
  PlannedBuffer* to = next_buffer_;
  std::uint64_t data_bytes = data_bytes_;
  std::uint64_t copied = 0;
  for (; column < count; ++column, ++node) {
    const std::byte* const values = fixed_values(column, node, window);
    if (values == nullptr) break;
    const auto bytes = static_cast<std::uint64_t>(rows * rules_[node].width);
    if (bytes == 0 || bytes > kMaxRecord - data_bytes) break;
    nodes_[static_cast<std::size_t>(node)] = {static_cast<std::uint64_t>(rows), 0, 2};
    to[0].offset = layout::kAbsent;
    to[0].length = 0;
    to[0].work = Work::kAbsent;
    to[1].from = values;
    to[1].offset = data_bytes;
    to[1].length = bytes;
    to[1].work = Work::kPlain;
    columns_[static_cast<std::size_t>(column)] = {static_cast<std::int64_t>(bytes), 0, QADS_COPY_OUTSIDE, 0};
    to += 2;
    data_bytes += padded(bytes);
    copied += bytes;
    sources_->skip_fixed();
  }
  next_buffer_ = to;
  data_bytes_ = data_bytes;
  copied_ += copied;
  return column - first_column;
}

void Plan::lay_out_node(std::int32_t index) {
  const NodeRule& rule = rules_[index];
  const Source& source = sources_->nodes()[index];
  const Window window = windows_[static_cast<std::size_t>(index)];
  Node node{.index = index,
            .rule = rule,
            .source = source,
            .first = source.offset + window.start,
            .rows = window.length,
            .nulls = 0};
  PlannedBuffer* const own_buffers = next_buffer_;
  if (rule.has_validity) validity(node);
  if (rule.dictionary >= 0) [[unlikely]] {
    windows_[static_cast<std::size_t>(rule.dictionary)] = {0, sources_->nodes()[rule.dictionary].length};
  }
  switch (rule.layout) {
    case Layout::kNull:
      node.nulls = node.rows;
      break;
    case Layout::kBits:
      bits(node);
      break;
    case Layout::kFixed:
      fixed(node);
      break;
    case Layout::kRunEnds:
      run_ends(node);
      break;
    case Layout::kVariable:
      variable(node);
      break;
    case Layout::kView:
      view(node);
      break;
    case Layout::kList:
      list(node);
      break;
    case Layout::kListView:
      list_view(node);
      break;
    case Layout::kFixedSizeList:
      fixed_size_list(node);
      break;
    case Layout::kStruct:
      children_row_by_row(node);
      break;
    case Layout::kSparseUnion:
      sparse_union(node);
      break;
    case Layout::kDenseUnion:
      dense_union(node);
      break;
    case Layout::kRunEndEncoded:
      run_end_encoded(node);
      break;
  }
  nodes_[static_cast<std::size_t>(index)] = {.length = static_cast<std::uint64_t>(node.rows),
                                             .null_count = static_cast<std::uint64_t>(node.nulls),
                                             .buffer_count = static_cast<std::uint64_t>(next_buffer_ - own_buffers)};
}

// ---- Types without children ----------------------------------------------------------------------------------------

void Plan::validity(Node& node) {
  const Source& source = node.source;
  if (source.null_count == 0 || node.rows == 0) return absent();
  if (source.address(0) == nullptr) {
    if (source.null_count > 0) {
      fail(node.index, text(source.null_count, " nulls, but no validity buffer"));
    }
    return absent();
  }
  need(node, 0, node.first + node.rows, 0);
  if (source.null_count > 0 && node.rows == source.length) {
    node.nulls = source.null_count;
  } else {
    node.nulls = node.rows - count_ones(source.address(0), node.first, node.rows);
  }
  if (node.nulls == 0) return absent();
  bitmap(node, 0);
}

void Plan::bits(const Node& node) {
  if (node.rows == 0) return absent();
  need(node, 1, node.first + node.rows, 0);
  bitmap(node, 1);
}

void Plan::fixed(const Node& node) {
  const std::int64_t width = node.rule.width;
  if (node.rows == 0 || width == 0) return absent();
  const std::byte* from = need(node, 1, node.first + node.rows, width);
  plain(node, from + node.first * width, static_cast<std::uint64_t>(node.rows * width));
}

void Plan::variable(const Node& node) {
  const OffsetScan scan = offsets(node);
  if (scan.first == scan.last) return absent();
  const std::byte* from = need(node, 2, scan.last, 1);
  plain(node, from + scan.first, static_cast<std::uint64_t>(scan.last - scan.first));
}

// The buffer of rows + 1 offsets; says what they span.
OffsetScan Plan::offsets(const Node& node) {
  const int width = node.rule.offset_width;
  if (node.rows == 0) {  // the producer's offsets may not even exist
    copied(node, Work::kZeros, nullptr, static_cast<std::uint64_t>(width), QADS_COPY_NONE);
    copied_ -= static_cast<std::uint64_t>(width);
    return {};
  }
  if (node.first + node.rows == kUnknownLength) fail_short(node, 1, kUnknownLength, width);
  const std::byte* from = need(node, 1, node.first + node.rows + 1, width) + node.first * width;
  const OffsetScan scan = scan_offsets(from, node.rows, width);
  if (scan.bad >= 0) fail_offsets(node, from, scan.bad);
  const auto bytes = static_cast<std::uint64_t>((node.rows + 1) * width);
  if (scan.first == 0) {
    plain(node, from, bytes);
  } else {
    copied(node, Work::kRebase, from, bytes, QADS_COPY_REBASED).value = scan.first;
  }
  return scan;
}

void Plan::view(const Node& node) {
  const std::int64_t count = node.source.buffer_count - 2;
  if (node.rows == 0) return absent();
  constexpr auto kWidth = static_cast<std::int64_t>(kViewBytes);
  const std::byte* from = need(node, 1, node.first + node.rows, kWidth) + node.first * kWidth;
  extents_.assign(static_cast<std::size_t>(count), {});
  lengths_.clear();
  for (std::int64_t b = 0; b < count; ++b) lengths_.push_back(node.source.data_bytes(b + 2));
  const ViewScan scan = scan_views(from, node.rows, valid(node), lengths_.data(), count, extents_.data());
  if (scan.bad >= 0) {
    const std::byte* view = from + scan.bad * kWidth;
    fail(node.index, text("row ", scan.bad, " is a view of ", load<std::int32_t>(view, 0), " bytes at ",
                          load<std::int32_t>(view, 3), " in data buffer ", load<std::int32_t>(view, 2), " of ", count));
  }

  const std::size_t first_window = view_windows_.size();
  bool as_it_is = scan.normal;
  std::int32_t targets = 0;
  for (std::int64_t b = 0; b < count; ++b) {
    Extent& used = extents_[static_cast<std::size_t>(b)];
    if (used.empty()) {
      view_windows_.push_back({.low = 0, .target = -1});
      continue;
    }
    const std::byte* address = node.source.address(b + 2);
    // In place costs nothing, but begins where the buffer does.
    if (in_region(address) && reinterpret_cast<std::uintptr_t>(address) % layout::kBufferAlignment == 0) used.low = 0;
    as_it_is = as_it_is && used.low == 0 && targets == b;
    view_windows_.push_back({.low = used.low, .target = targets++});
  }

  const auto bytes = static_cast<std::uint64_t>(node.rows * kWidth);
  if (as_it_is) {
    plain(node, from, bytes);
  } else {
    copied(node, Work::kViews, from, bytes, QADS_COPY_REBASED).value = static_cast<std::int64_t>(first_window);
  }
  for (std::int64_t b = 0; b < count; ++b) {
    const Extent& used = extents_[static_cast<std::size_t>(b)];
    if (used.empty()) continue;
    const std::byte* address = node.source.address(b + 2);
    plain(node, address + used.low, static_cast<std::uint64_t>(used.high - used.low));
  }
}

// ---- Buffers -------------------------------------------------------------------------------------------------------

// The buffer's address, once it is known to hold `end` elements of `width` bytes, or of one bit where width is 0.
const std::byte* Plan::need(const Node& node, int buffer, std::int64_t end, std::int64_t width) const {
  std::int64_t bytes = 0;
  if (width == 0) {
    bytes = end / 8 + (end % 8 != 0);
  } else if (__builtin_mul_overflow(end, width, &bytes)) [[unlikely]] {
    fail_short(node, buffer, end, width);
  }
  if (bytes > node.source.bytes(buffer)) [[unlikely]]
    fail_short(node, buffer, end, width);
  return node.source.address(buffer);
}

Validity Plan::valid(const Node& node) const {
  if (node.nulls == 0) return {};
  return {.bits = node.source.address(0), .first = node.first};
}

void Plan::bitmap(const Node& node, int buffer) {
  const std::byte* from = node.source.address(buffer) + node.first / 8;
  const std::int64_t shift = node.first % 8;
  const std::uint64_t bytes = bitmap_bytes(node.rows);
  std::int32_t reason = QADS_COPY_BIT_OFFSET;
  if (shift == 0 && refer(from, bytes, reason)) return;
  copied(node, Work::kBits, from, bytes, reason).value = shift;
}

void Plan::plain(const Node& node, const std::byte* from, std::uint64_t bytes) {
  std::int32_t reason = QADS_COPY_OUTSIDE;
  if (in_region(from) && refer(from, bytes, reason)) return;
  copied(node, Work::kPlain, from, bytes, reason);
}

// Refers to the bytes in place if they lie in the region and are aligned; if not, says why.
bool Plan::refer(const std::byte* from, std::uint64_t bytes, std::int32_t& reason) {
  const std::uint64_t offset = region_offset(from);
  if (offset >= region_.size || bytes > region_.size - offset) {
    reason = QADS_COPY_OUTSIDE;
    return false;
  }
  if (offset % layout::kBufferAlignment != 0) {
    reason = QADS_COPY_ALIGNMENT;
    return false;
  }
  *next_buffer_++ = {from, offset, bytes, 0, 0, Work::kInPlace, 0};
  references_.push_back({.offset = offset, .length = bytes});
  referenced_ += bytes;
  return true;
}

PlannedBuffer& Plan::copied(const Node& node, Work work, const std::byte* from, std::uint64_t bytes,
                            std::int32_t reason) {
  if (bytes > kMaxRecord - data_bytes_) [[unlikely]] {
    fail(node.index, text("a buffer of ", bytes, " bytes after ", data_bytes_, " others"));
  }
  if (reason_ == QADS_COPY_NONE && reason != QADS_COPY_NONE) reason_ = in_region(from) ? reason : QADS_COPY_OUTSIDE;
  *next_buffer_ = {.from = from,
                   .offset = data_bytes_,
                   .length = bytes,
                   .node = node.index,
                   .width = node.rule.offset_width,
                   .work = work,
                   .value = 0};
  data_bytes_ += padded(bytes);
  copied_ += bytes;
  return *next_buffer_++;
}

// ---- Errors --------------------------------------------------------------------------------------------------------

void Plan::fail(std::int32_t index, const std::string& what) const {
  throw Error(Code::kInvalid, text(schema_->path(index), ": ", what));
}

void Plan::fail_short(const Node& node, int buffer, std::int64_t end, std::int64_t width) const {
  const std::string needed = width == 0 ? text(end, " bits") : text(end, " times ", width, " bytes");
  const std::int64_t bytes = node.source.bytes(buffer);
  if (node.source.address(buffer) == nullptr)
    fail(node.index, text("buffer ", buffer, " is NULL, ", needed, " are needed"));
  if (bytes == kUnknownLength) fail(node.index, text("buffer ", buffer, " would need ", needed));
  fail(node.index, text("buffer ", buffer, " has ", bytes, " bytes, ", needed, " are needed"));
}

void Plan::fail_rows(std::int32_t child, std::int64_t needed) const {
  fail(child, text(sources_->nodes()[child].length, " rows, its parent refers to ", needed));
}

void Plan::fail_offsets(const Node& node, const std::byte* from, std::int64_t row) const {
  const int width = node.rule.offset_width;
  fail(node.index, text("offset ", load_int(from, row, width), " of row ", row,
                        " is negative or larger than the next, ", load_int(from, row + 1, width)));
}

}  // namespace qads::arrow
