// Reading a record that another process wrote: every word is loaded once, checked, and used from the private copy.
#include <limits>

#include "arrow/bits.hpp"
#include "arrow/rebuild.hpp"
#include "base/text.hpp"

namespace qads::arrow {
namespace {

constexpr std::uint64_t kMaxLength = std::numeric_limits<std::int64_t>::max();

// Relaxed atomic: the compiler may neither load it again later nor tear it. Records are published by the ring.
template <typename T>
T load_once(const std::byte* from) {
  return __atomic_load_n(reinterpret_cast<const T*>(from), __ATOMIC_RELAXED);
}

class RecordReader {
 public:
  RecordReader(const Schema& schema, DataSection data, std::uint64_t offset)
      : schema_(schema), rules_(schema.rules().data()), data_(data), offset_(offset) {}

  void read(std::uint64_t length, std::vector<qads_node>& nodes, std::vector<qads_buffer>& buffers);

 private:
  std::size_t read_fixed(std::size_t index, std::size_t count);
  void read_node(std::size_t index);
  void read_buffer(qads_buffer& to, const std::byte* from) const;
  void check_leaf(std::size_t index, std::int64_t length, std::int64_t nulls, const qads_buffer* buffers) const;
  void check_nulls(std::size_t index, std::int64_t nulls, std::int64_t wanted) const;
  void check_parent(std::size_t index, const qads_buffer* buffers) const;
  void check_offsets(std::size_t index, const qads_buffer& offsets, std::int64_t limit) const;
  void check_children(std::size_t index, std::int64_t length) const;
  void check_run_ends(std::size_t index, const qads_buffer* buffers) const;

  void need(std::size_t index, const qads_buffer& buffer, std::int64_t count, std::int64_t width) const {
    std::int64_t bytes = 0;
    if (__builtin_mul_overflow(count, width, &bytes) || bytes > buffer.length) [[unlikely]] {
      fail_short(index, buffer, count, width);
    }
  }

  [[noreturn, gnu::cold, gnu::noinline]] void fail(std::size_t index, const std::string& what) const {
    throw Error(Code::kCorrupt,
                text("record at offset ", offset_, ", ", schema_.path(static_cast<std::int32_t>(index)), ": ", what));
  }
  [[noreturn, gnu::cold, gnu::noinline]] void fail_record(const std::string& what) const {
    throw Error(Code::kCorrupt, text("record at offset ", offset_, ": ", what));
  }
  [[noreturn, gnu::cold, gnu::noinline]] void fail_buffer(std::uint64_t offset, std::uint64_t length) const {
    fail_record(
        text("a buffer has offset ", offset, " and length ", length, " in a data section of ", data_.size, " bytes"));
  }
  [[noreturn, gnu::cold, gnu::noinline]] void fail_short(std::size_t index, const qads_buffer& buffer,
                                                         std::int64_t count, std::int64_t width) const {
    fail(index, text("a buffer of ", buffer.length, " bytes, ", count, " times ", width, " are needed"));
  }
  [[noreturn, gnu::cold, gnu::noinline]] void fail_node(std::size_t index, std::uint64_t length, std::uint64_t nulls,
                                                        std::uint64_t count, std::size_t left) const {
    fail(index, text("length ", length, ", ", nulls, " nulls, ", count, " buffers of ", left, " left in the record"));
  }

  const Schema& schema_;
  const NodeRule* rules_;
  DataSection data_;
  std::uint64_t offset_;
  qads_node* nodes_ = nullptr;
  const std::byte* node_at_ = nullptr;  // the next node and the next buffer in the record, and where the latter goes
  const std::byte* buffer_at_ = nullptr;
  qads_buffer* next_ = nullptr;
  qads_buffer* end_ = nullptr;
};

void RecordReader::read(std::uint64_t length, std::vector<qads_node>& nodes, std::vector<qads_buffer>& buffers) {
  if (offset_ % layout::kBufferAlignment != 0 || offset_ > data_.size || length > data_.size - offset_ ||
      length < sizeof(layout::RecordHeader)) {
    fail_record(text("length ", length, " in a data section of ", data_.size, " bytes"));
  }
  const std::byte* at = data_.base + offset_;
  const auto rows = load_once<std::uint64_t>(at + offsetof(layout::RecordHeader, rows));
  const std::size_t node_count = load_once<std::uint32_t>(at + offsetof(layout::RecordHeader, node_count));
  const std::size_t buffer_count = load_once<std::uint32_t>(at + offsetof(layout::RecordHeader, buffer_count));
  if (node_count != schema_.rules().size()) {
    fail_record(text(node_count, " nodes, the schema has ", schema_.rules().size()));
  }
  const std::uint64_t tables = sizeof(layout::RecordHeader) + node_count * sizeof(layout::RecordNode) +
                               buffer_count * sizeof(layout::RecordBuffer);
  if (tables > length) fail_record(text(buffer_count, " buffers in a record of ", length, " bytes"));

  nodes.resize(node_count);
  buffers.resize(buffer_count);
  nodes_ = nodes.data();
  next_ = buffers.data();
  end_ = next_ + buffer_count;
  node_at_ = at + sizeof(layout::RecordHeader);
  buffer_at_ = node_at_ + node_count * sizeof(layout::RecordNode);
  for (std::size_t i = 0; i < node_count;) {
    read_node(i++);
    i = read_fixed(i, node_count);
  }
  if (next_ != end_) fail_record(text(buffer_count, " buffers, ", end_ - next_, " more than its nodes have"));
  if (rows != static_cast<std::uint64_t>(nodes_[0].length)) {
    fail_record(text(rows, " rows, the batch has ", nodes_[0].length));
  }
  // Now that the children's lengths are known.
  const qads_buffer* own = buffers.data();
  for (std::size_t i = 0; i < node_count; ++i) {
    if (rules_[i].child_count > 0) check_parent(i, own);
    if (i == 0 && schema_.is_flat()) break;
    own += nodes_[i].buffer_count;
  }
}

// As many nodes as there are of what most nodes are: fixed width, no nulls. What read_node does, in one go; returns the first
// other node, or one that something is wrong with (read_node loads its words again, and checks what it uses).
inline std::size_t RecordReader::read_fixed(std::size_t index, std::size_t count) {
  const DataSection data = data_;
  const std::byte* node = node_at_;
  const std::byte* buffer = buffer_at_;
  qads_buffer* to = next_;
  for (; index < count && rules_[index].layout == Layout::kFixed && end_ - to >= 2; ++index) {
    const auto length = load_once<std::uint64_t>(node + offsetof(layout::RecordNode, length));
    std::uint64_t unusual = load_once<std::uint64_t>(node + offsetof(layout::RecordNode, null_count));
    unusual |= load_once<std::uint64_t>(node + offsetof(layout::RecordNode, buffer_count)) ^ 2;
    unusual |= load_once<std::uint64_t>(buffer + offsetof(layout::RecordBuffer, offset)) ^ layout::kAbsent;
    unusual |= load_once<std::uint64_t>(buffer + offsetof(layout::RecordBuffer, length));
    const std::byte* const values = buffer + sizeof(layout::RecordBuffer);
    const auto offset = load_once<std::uint64_t>(values + offsetof(layout::RecordBuffer, offset));
    const auto bytes = load_once<std::uint64_t>(values + offsetof(layout::RecordBuffer, length));
    // Lengths below 2^31 times widths below 2^31 can't overflow.
    unusual |= offset % layout::kBufferAlignment | length >> 31;
    const std::uint64_t needed = length * static_cast<std::uint64_t>(rules_[index].width);
    if (unusual != 0 || offset > data.size || bytes > data.size - offset || bytes < needed) break;
    nodes_[index] = {.length = static_cast<std::int64_t>(length), .null_count = 0, .buffer_count = 2};
    to[0] = {.address = nullptr, .length = 0};
    to[1] = {.address = data.base + offset, .length = static_cast<std::int64_t>(bytes)};
    to += 2;
    node += sizeof(layout::RecordNode);
    buffer += 2 * sizeof(layout::RecordBuffer);
  }
  node_at_ = node;
  buffer_at_ = buffer;
  next_ = to;
  return index;
}

void RecordReader::read_node(std::size_t index) {
  const NodeRule& rule = rules_[index];
  const auto length = load_once<std::uint64_t>(node_at_ + offsetof(layout::RecordNode, length));
  const auto nulls = load_once<std::uint64_t>(node_at_ + offsetof(layout::RecordNode, null_count));
  const auto count = load_once<std::uint64_t>(node_at_ + offsetof(layout::RecordNode, buffer_count));
  const auto left = static_cast<std::size_t>(end_ - next_);
  const bool count_is_right = count == rule.buffers || (rule.layout == Layout::kView && count > rule.buffers);
  if (length > kMaxLength || nulls > length || !count_is_right || count > left) [[unlikely]] {
    fail_node(index, length, nulls, count, left);
  }
  node_at_ += sizeof(layout::RecordNode);
  nodes_[index] = {.length = static_cast<std::int64_t>(length),
                   .null_count = static_cast<std::int64_t>(nulls),
                   .buffer_count = static_cast<std::int64_t>(count)};
  const qads_buffer* const own = next_;
  for (std::uint64_t b = 0; b < count; ++b, ++next_, buffer_at_ += sizeof(layout::RecordBuffer)) {
    read_buffer(*next_, buffer_at_);
  }
  check_leaf(index, static_cast<std::int64_t>(length), static_cast<std::int64_t>(nulls), own);
}

inline void RecordReader::read_buffer(qads_buffer& to, const std::byte* from) const {
  const auto offset = load_once<std::uint64_t>(from + offsetof(layout::RecordBuffer, offset));
  const auto length = load_once<std::uint64_t>(from + offsetof(layout::RecordBuffer, length));
  if (offset == layout::kAbsent && length == 0) {
    to = {.address = nullptr, .length = 0};
    return;
  }
  if (offset % layout::kBufferAlignment != 0 || offset > data_.size || length > data_.size - offset) [[unlikely]] {
    fail_buffer(offset, length);
  }
  to = {.address = data_.base + offset, .length = static_cast<std::int64_t>(length)};
}

// Whatever can be said about a node without walking through its rows, and without its children.
void RecordReader::check_leaf(std::size_t index, std::int64_t length, std::int64_t nulls,
                              const qads_buffer* buffers) const {
  const NodeRule& rule = rules_[index];
  if (index == 0) check_nulls(index, nulls, 0);
  if (!rule.has_validity) {
    check_nulls(index, nulls, rule.layout == Layout::kNull ? length : 0);
  } else if (nulls > 0 || buffers[0].address != nullptr) {
    need(index, buffers[0], static_cast<std::int64_t>(bitmap_bytes(length)), 1);
  }
  switch (rule.layout) {
    case Layout::kBits:
      return need(index, buffers[1], static_cast<std::int64_t>(bitmap_bytes(length)), 1);
    case Layout::kRunEnds:
      check_nulls(index, nulls, 0);
      return need(index, buffers[1], length, rule.width);
    case Layout::kFixed:
      return need(index, buffers[1], length, rule.width);
    case Layout::kVariable:
      return check_offsets(index, buffers[1], buffers[2].length);
    case Layout::kView:
      return need(index, buffers[1], length, static_cast<std::int64_t>(kViewBytes));
    case Layout::kListView:
      need(index, buffers[1], length, rule.offset_width);
      return need(index, buffers[2], length, rule.offset_width);
    case Layout::kSparseUnion:
      return need(index, buffers[0], length, 1);
    case Layout::kDenseUnion:
      need(index, buffers[0], length, 1);
      return need(index, buffers[1], length, rule.offset_width);
    case Layout::kNull:
    case Layout::kList:
    case Layout::kFixedSizeList:
    case Layout::kStruct:
    case Layout::kRunEndEncoded:
      return;
  }
}

void RecordReader::check_nulls(std::size_t index, std::int64_t nulls, std::int64_t wanted) const {
  if (nulls != wanted) fail(index, text(nulls, " nulls, its type has ", wanted));
}

void RecordReader::check_parent(std::size_t index, const qads_buffer* buffers) const {
  const NodeRule& rule = rules_[index];
  const std::int64_t length = nodes_[index].length;
  switch (rule.layout) {
    case Layout::kList:
      return check_offsets(index, buffers[1], nodes_[index + 1].length);
    case Layout::kFixedSizeList: {
      std::int64_t rows = 0;
      if (__builtin_mul_overflow(length, std::int64_t{rule.width}, &rows)) fail(index, text("length ", length));
      return check_children(index, rows);
    }
    case Layout::kStruct:
    case Layout::kSparseUnion:
      return check_children(index, length);
    case Layout::kRunEndEncoded:
      return check_run_ends(index, buffers);
    default:
      return;
  }
}

// The first offset is 0, and the last lies within what the offsets point into.
void RecordReader::check_offsets(std::size_t index, const qads_buffer& offsets, std::int64_t limit) const {
  const std::int64_t length = nodes_[index].length;
  const int width = rules_[index].offset_width;
  if (length == std::numeric_limits<std::int64_t>::max()) fail(index, text("length ", length));
  need(index, offsets, length + 1, width);
  const auto* at = static_cast<const std::byte*>(offsets.address);
  std::int64_t first = 0;
  std::int64_t last = 0;
  if (width == 4) {
    first = load_once<std::int32_t>(at);
    last = load_once<std::int32_t>(at + length * 4);
  } else {
    first = load_once<std::int64_t>(at);
    last = load_once<std::int64_t>(at + length * 8);
  }
  if (first != 0 || last < 0 || last > limit) [[unlikely]] {
    fail(index, text("offsets from ", first, " to ", last, " into ", limit));
  }
}

void RecordReader::check_children(std::size_t index, std::int64_t length) const {
  const std::int32_t count = rules_[index].child_count;
  const bool leaves = rules_[index].subtree == count + 1;
  std::size_t child = index + 1;
  for (std::int32_t k = 0; k < count; ++k) {
    if (nodes_[child].length != length) [[unlikely]] {
      fail(child, text("length ", nodes_[child].length, ", its parent needs ", length));
    }
    child += leaves ? 1 : static_cast<std::size_t>(rules_[child].subtree);
  }
}

void RecordReader::check_run_ends(std::size_t index, const qads_buffer* buffers) const {
  const qads_node& ends = nodes_[index + 1];
  const qads_node& values = nodes_[index + 1 + static_cast<std::size_t>(rules_[index + 1].subtree)];
  if (ends.length != values.length) fail(index, text(ends.length, " run ends, ", values.length, " values"));
  const std::int64_t length = nodes_[index].length;
  if (length == 0) return;
  const std::int64_t width = rules_[index + 1].width;
  const qads_buffer& buffer = buffers[nodes_[index].buffer_count + 1];
  need(index + 1, buffer, ends.length, width);
  if (ends.length == 0) fail(index + 1, text("no runs for ", length, " rows"));
  const std::byte* at = static_cast<const std::byte*>(buffer.address) + (ends.length - 1) * width;
  const std::int64_t last = width == 2   ? load_once<std::int16_t>(at)
                            : width == 4 ? load_once<std::int32_t>(at)
                                         : load_once<std::int64_t>(at);
  if (last != length) fail(index + 1, text("the last run ends at row ", last, " of ", length));
}

}  // namespace

void read_record(const Schema& schema, DataSection data, std::uint64_t offset, std::uint64_t length,
                 std::vector<qads_node>& nodes, std::vector<qads_buffer>& buffers) {
  RecordReader(schema, data, offset).read(length, nodes, buffers);
}

}  // namespace qads::arrow
