#include "support/wild_array.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace qads_fuzz {
namespace {

using qads::arrow::Layout;
using qads::arrow::parse_format;

constexpr std::uint32_t kMostRows = 20;
constexpr std::uint32_t kMostBytes = 64;
constexpr std::int64_t kLargestBuffer = 64 << 20;  // a format may ask for 2 GB a value
constexpr std::int64_t kAnything = std::numeric_limits<std::int32_t>::max();

void release(ArrowArray* array) { array->release = nullptr; }

std::int64_t bitmap_bytes(std::int64_t bits) { return bits / 8 + (bits % 8 != 0 ? 1 : 0); }

void store(unsigned char* to, std::int64_t index, int width, std::int64_t value) {
  std::memcpy(to + index * width, &value, static_cast<std::size_t>(width));  // little-endian
}

}  // namespace

WildArray::WildArray(const ArrowSchema& schema, Input& input, bool flat) : input_(input), flat_(flat) {
  bool all_null = schema.n_children > 0;
  for (std::int64_t i = 0; i < schema.n_children; ++i) {
    all_null = all_null && std::strcmp(schema.children[i]->format, "n") == 0;
  }
  std::int64_t rows = input_.below(kMostRows);
  if (all_null && wild()) rows = input_.flag() ? std::numeric_limits<std::int64_t>::max() : std::int64_t{1} << 40;
  make(schema, rows);
}

ArrowArray* WildArray::make(const ArrowSchema& schema, std::int64_t rows) {
  const bool root = nodes_.empty();
  Node& node = nodes_.emplace_back();
  const auto parsed = parse_format(schema.format);
  const bool exact = flat_ || rows > kAnything;
  node.c.offset = exact ? 0 : input_.take<std::uint8_t>() % 16 * (input_.flag() ? 1 : 0);
  node.c.length = rows + (exact || root ? 0 : input_.take<std::uint8_t>() % 4);
  if (!root && wild())
    node.c.length = std::max<std::int64_t>(node.c.length - 1, 0);  // fewer rows than its parent needs
  const std::int64_t end = node.c.offset + node.c.length;
  if (parsed->rule.has_validity) validity(node, root ? 0 : end);
  fill(node, schema, *parsed, end);
  if (schema.dictionary != nullptr) node.c.dictionary = make(*schema.dictionary, 1 + input_.below(6));
  node.c.release = &release;
  node.c.private_data = &node;
  node.c.n_buffers = static_cast<std::int64_t>(node.buffers.size());
  node.c.buffers = node.buffers.data();
  node.c.n_children = static_cast<std::int64_t>(node.children.size());
  node.c.children = node.children.data();
  if (!flat_ && wild()) spoil(node);
  return &node.c;
}

unsigned char* WildArray::buffer(Node& node, std::int64_t bytes) {
  if (bytes > kLargestBuffer) throw std::length_error("a buffer of this array would be larger than is worth trying");
  const auto size = static_cast<std::size_t>(bytes);
  node.owned.push_back(std::make_unique<unsigned char[]>(size));
  unsigned char* const at = node.owned.back().get();
  const std::span<const std::uint8_t> given = input_.take_bytes(std::min<std::size_t>(size, 4));
  for (std::size_t i = 0; i < size && !given.empty(); ++i) {
    at[i] = static_cast<unsigned char>(given[i % given.size()] + i / given.size());
  }
  node.buffers.push_back(at);
  node.lengths.push_back(bytes);
  return at;
}

void WildArray::validity(Node& node, std::int64_t end) {
  if (end == 0 || input_.flag()) {
    node.buffers.push_back(nullptr);
    node.lengths.push_back(0);
    node.c.null_count = input_.flag() ? 0 : -1;
  } else {
    const unsigned char* bits = buffer(node, bitmap_bytes(end));
    std::int64_t nulls = 0;
    for (std::int64_t i = node.c.offset; i < end; ++i) nulls += bits[i / 8] >> (i % 8) & 1 ? 0 : 1;
    node.c.null_count = input_.flag() ? nulls : -1;
  }
  if (wild()) node.c.null_count = input_.number(4);
}

void WildArray::fill(Node& node, const ArrowSchema& schema, const qads::arrow::ParsedFormat& parsed, std::int64_t end) {
  const Rule& rule = parsed.rule;
  switch (rule.layout) {
    case Layout::kNull:
      node.c.null_count = input_.flag() ? -1 : node.c.length;
      return;
    case Layout::kBits:
      buffer(node, bitmap_bytes(end));
      return;
    case Layout::kFixed:
    case Layout::kRunEnds: {
      unsigned char* at = buffer(node, end * rule.width);
      if (schema.dictionary == nullptr || wild()) return;
      for (std::int64_t i = 0; i < end; ++i) store(at, i, rule.width, 0);
      return;
    }
    case Layout::kVariable:
      return variable(node, rule, end);
    case Layout::kView:
      return view(node, end);
    case Layout::kList:
      return list(node, schema, rule, end);
    case Layout::kListView:
      return list_view(node, schema, rule, end);
    case Layout::kFixedSizeList:
      return add_child(node, schema.children[0], end * rule.width);
    case Layout::kStruct:
      for (std::int64_t i = 0; i < schema.n_children; ++i) add_child(node, schema.children[i], end);
      return;
    case Layout::kSparseUnion:
    case Layout::kDenseUnion:
      return any_union(node, schema, parsed, end);
    case Layout::kRunEndEncoded:
      return run_ends(node, schema, end);
  }
}

void WildArray::add_child(Node& node, const ArrowSchema* schema, std::int64_t rows) {
  node.children.push_back(make(*schema, rows));
}

void WildArray::offsets(Node& node, int width, std::int64_t rows, std::int64_t total, std::int64_t most) {
  if (rows == 0 && input_.flag()) {  // an empty array may come without
    node.buffers.push_back(nullptr);
    node.lengths.push_back(0);
    return;
  }
  unsigned char* const at = buffer(node, (rows + 1) * width);
  std::int64_t value = rows == 0 ? 0 : input_.take<std::uint8_t>() % 3;
  for (std::int64_t i = 0; i <= rows; ++i) {
    if (wild()) {
      store(at, i, width, std::min(input_.number(total), most));
      continue;
    }
    value = std::min(value, total);
    store(at, i, width, value);
    value += input_.take<std::uint8_t>() % 8;
  }
}

void WildArray::variable(Node& node, const Rule& rule, std::int64_t end) {
  const std::int64_t total = input_.below(kMostBytes);
  offsets(node, rule.offset_width, end, total, flat_ ? kAnything : total);
  buffer(node, total);
}

void WildArray::view(Node& node, std::int64_t end) {
  unsigned char* const views = buffer(node, end * 16);
  const std::uint32_t count = input_.below(3);
  std::vector<std::int64_t> sizes;
  for (std::uint32_t b = 0; b < count; ++b) {
    sizes.push_back(16 + input_.below(kMostBytes));
    buffer(node, sizes.back());
  }
  for (std::int64_t i = 0; i < end; ++i) {
    const auto kind = input_.take<std::uint8_t>();
    if (kind >= 250) {
      lawful_ = false;  // whatever bytes are there
      continue;
    }
    std::array<std::int32_t, 4> one{};
    if (kind % 2 == 0 || count == 0) {
      one[0] = kind % 13;
      const auto text = input_.take_bytes(static_cast<std::size_t>(one[0]));
      if (!text.empty()) std::memcpy(&one[1], text.data(), text.size());
    } else {
      const std::uint32_t target = kind % count;
      one = {13 + kind % 3, 0, static_cast<std::int32_t>(target), 0};
      std::memcpy(&one[1], node.buffers[node.buffers.size() - count + target], sizeof one[1]);
    }
    std::memcpy(views + i * 16, one.data(), 16);
  }
  unsigned char* const said = buffer(node, static_cast<std::int64_t>(count * sizeof(std::int64_t)));
  if (count > 0) std::memcpy(said, sizes.data(), count * sizeof(std::int64_t));
  node.view = true;
}

void WildArray::list(Node& node, const ArrowSchema& schema, const Rule& rule, std::int64_t end) {
  const std::int64_t total = input_.below(kMostRows);
  offsets(node, rule.offset_width, end, total, kAnything);
  add_child(node, schema.children[0], total);
}

void WildArray::list_view(Node& node, const ArrowSchema& schema, const Rule& rule, std::int64_t end) {
  const std::int64_t total = input_.below(kMostRows);
  const int width = rule.offset_width;
  unsigned char* const from = buffer(node, end * width);
  unsigned char* const sizes = buffer(node, end * width);
  for (std::int64_t i = 0; i < end; ++i) {
    if (wild()) continue;
    const std::int64_t start = input_.take<std::uint8_t>() % (total + 1);
    store(from, i, width, start);
    store(sizes, i, width, input_.take<std::uint8_t>() % (total - start + 1));
  }
  add_child(node, schema.children[0], total);
}

void WildArray::any_union(Node& node, const ArrowSchema& schema, const qads::arrow::ParsedFormat& parsed,
                          std::int64_t end) {
  const auto count = static_cast<std::uint32_t>(parsed.type_ids.size());
  const bool dense = parsed.rule.layout == Layout::kDenseUnion;
  unsigned char* const ids = buffer(node, end);
  unsigned char* const places = dense ? buffer(node, end * 4) : nullptr;
  std::vector<std::int64_t> used(count);
  for (std::int64_t i = 0; i < end; ++i) {
    if (count == 0 || wild()) continue;
    const std::uint32_t child = input_.below(count);
    store(ids, i, 1, parsed.type_ids[child]);
    if (dense) store(places, i, 4, used[child]++);
  }
  for (std::uint32_t k = 0; k < count; ++k) add_child(node, schema.children[k], dense ? used[k] : end);
}

void WildArray::run_ends(Node& node, const ArrowSchema& schema, std::int64_t end) {
  const int width = parse_format(schema.children[0]->format)->rule.width;
  const std::int64_t runs = end == 0 ? 0 : 1 + input_.below(4);
  Node& ends = nodes_.emplace_back();
  ends.buffers.push_back(nullptr);
  ends.lengths.push_back(0);
  unsigned char* const at = buffer(ends, runs * width);
  for (std::int64_t i = 0; i < runs; ++i) {
    if (wild()) continue;
    store(at, i, width, i + 1 == runs ? std::max(end, runs) : i + 1);
  }
  ends.c = {.length = runs,
            .null_count = 0,
            .offset = 0,
            .n_buffers = 2,
            .n_children = 0,
            .buffers = ends.buffers.data(),
            .children = nullptr,
            .dictionary = nullptr,
            .release = &release,
            .private_data = &ends};
  node.children.push_back(&ends.c);
  add_child(node, schema.children[1], runs);
}

// What a producer may get wrong without lying about memory.
void WildArray::spoil(Node& node) {
  ArrowArray& array = node.c;
  switch (input_.below(9)) {
    case 0:
      array.length = -1 - input_.take<std::uint8_t>();
      break;
    case 1:
      array.offset = input_.flag() ? -1 : std::numeric_limits<std::int64_t>::min();
      break;
    case 2:
      array.offset = std::numeric_limits<std::int64_t>::max();  // no length can be added to it
      array.length = std::max<std::int64_t>(array.length, 1);
      break;
    case 3:
      array.n_buffers = std::min<std::int64_t>(array.n_buffers, input_.below(2));
      break;
    case 4:
      array.buffers = nullptr;
      break;
    case 5:
      if (!node.buffers.empty()) node.buffers[input_.below(static_cast<std::uint32_t>(node.buffers.size()))] = nullptr;
      break;
    case 6:
      if (!node.children.empty()) node.children.front() = nullptr;
      break;
    case 7:
      array.n_children = input_.flag() ? -1 : std::max<std::int64_t>(array.n_children - 1, 0);
      break;
    default:
      array.release = nullptr;
  }
}

qads_flat_batch WildArray::flat(bool shorten) {
  std::vector<const ArrowArray*> open = {&root()};
  while (!open.empty()) {
    const ArrowArray& array = *open.back();
    open.pop_back();
    if (array.dictionary != nullptr) open.push_back(array.dictionary);
    for (std::int64_t i = array.n_children; i-- > 0;) open.push_back(array.children[i]);
    const Node& node = *static_cast<const Node*>(array.private_data);
    const std::size_t count = node.buffers.size() - (node.view ? 1 : 0);
    flat_nodes_.push_back({array.length, array.null_count, static_cast<std::int64_t>(count)});
    for (std::size_t b = 0; b < count; ++b) flat_buffers_.push_back({node.buffers[b], node.lengths[b]});
  }
  if (shorten) {
    lawful_ = false;
    qads_node& node = flat_nodes_[input_.below(static_cast<std::uint32_t>(flat_nodes_.size()))];
    (input_.flag() ? node.length : node.null_count) = input_.number(40);
    for (qads_buffer& buffer : flat_buffers_) {
      if (input_.take<std::uint8_t>() >= 240) buffer.length = input_.take<std::uint8_t>() % (buffer.length + 1);
    }
  }
  return {static_cast<std::int64_t>(flat_nodes_.size()), static_cast<std::int64_t>(flat_buffers_.size()),
          flat_nodes_.data(), flat_buffers_.data(), nullptr};
}

}  // namespace qads_fuzz
