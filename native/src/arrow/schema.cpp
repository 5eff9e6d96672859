#include "arrow/schema.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include "arrow/schema_codec.hpp"
#include "base/text.hpp"

namespace qads::arrow {
namespace {

constexpr std::size_t kMaxMetadata = std::size_t{1} << 30;

const char* or_empty(const char* string) { return string == nullptr ? "" : string; }

// Copies a tree of ArrowSchema into nodes.
class TreeReader {
 public:
  std::vector<SchemaNode> read(const ArrowSchema& root) {
    read_node(root, -1, -1, 0);
    return std::move(nodes_);
  }

 private:
  std::int32_t read_node(const ArrowSchema& from, std::int32_t parent, std::int32_t column, int depth) {
    check(from, depth);
    const auto index = static_cast<std::int32_t>(nodes_.size());
    SchemaNode& node = nodes_.emplace_back();
    node.parent = parent;
    node.column = column;
    node.format = from.format;
    node.name = or_empty(from.name);
    node.metadata = metadata_of(from);
    node.flags = from.flags;
    for (std::int64_t i = 0; i < from.n_children; ++i) {
      if (from.children[i] == nullptr) fail(from, text("child ", i, " of ", from.n_children, " is NULL"));
      const auto own_column = parent < 0 ? static_cast<std::int32_t>(i) : column;
      const std::int32_t child = read_node(*from.children[i], index, own_column, depth + 1);
      at(index).children.push_back(child);
    }
    if (from.dictionary != nullptr) {
      const std::int32_t dictionary = read_node(*from.dictionary, index, column, depth + 1);
      at(index).dictionary = dictionary;
    }
    at(index).subtree = static_cast<std::int32_t>(nodes_.size()) - index;
    return index;
  }

  void check(const ArrowSchema& from, int depth) const {
    if (from.release == nullptr) fail(from, "it was released");
    if (from.format == nullptr) fail(from, "it has no format");
    if (depth > kMaxDepth) fail(from, text("it is nested deeper than ", kMaxDepth, " levels"));
    if (nodes_.size() >= kMaxNodes) fail(from, text("the schema has more than ", kMaxNodes, " fields"));
    if (from.n_children < 0 || (from.n_children > 0 && from.children == nullptr)) {
      fail(from, text("it has ", from.n_children, " children at ", static_cast<const void*>(from.children)));
    }
  }

  static std::string metadata_of(const ArrowSchema& from) {
    if (from.metadata == nullptr) return {};
    const std::int64_t size = metadata_bytes(from.metadata, kMaxMetadata);
    if (size < 0) fail(from, text("its metadata has a negative length or more than ", kMaxMetadata, " bytes"));
    return {from.metadata, static_cast<std::size_t>(size)};
  }

  [[noreturn]] static void fail(const ArrowSchema& from, const std::string& what) {
    // A released struct's strings are gone.
    const char* name = from.release == nullptr ? "" : or_empty(from.name);
    throw Error(Code::kInvalid, text("schema field '", name, "': ", what));
  }

  SchemaNode& at(std::int32_t index) { return nodes_[static_cast<std::size_t>(index)]; }

  std::vector<SchemaNode> nodes_;
};

using Pair = std::pair<std::string_view, std::string_view>;

// The pairs of well-formed metadata, sorted: producers that keep them in hash maps don't keep their order.
std::vector<Pair> sorted_pairs(std::string_view metadata) {
  std::vector<Pair> pairs;
  if (metadata.empty()) return pairs;
  std::size_t at = 0;
  const auto take_length = [&] {
    std::int32_t length = 0;
    std::memcpy(&length, metadata.data() + at, sizeof(length));
    at += sizeof(length);
    return static_cast<std::size_t>(length);
  };
  const auto take_text = [&] {
    const std::size_t length = take_length();
    const std::string_view value = metadata.substr(at, length);
    at += length;
    return value;
  };
  const std::size_t count = take_length();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view key = take_text();
    pairs.emplace_back(key, take_text());
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

bool same_metadata(const std::string& one, const std::string& other) {
  return one == other || sorted_pairs(one) == sorted_pairs(other);
}

// One line for people: "k=v, k=v".
std::string readable(const std::string& metadata) {
  std::string line;
  for (const auto& [key, value] : sorted_pairs(metadata)) {
    if (!line.empty()) line += ", ";
    line.append(key).append("=").append(value);
    if (line.size() > 200) return line.substr(0, 200) + "...";
  }
  return line;
}

}  // namespace

std::shared_ptr<const Schema> Schema::from_arrow(const ArrowSchema& root) {
  std::shared_ptr<Schema> schema(new Schema);
  schema->nodes_ = TreeReader().read(root);
  schema->finish(Code::kInvalid, Code::kUnsupportedType);
  schema->bytes_ = encode_schema(schema->nodes_);
  return schema;
}

std::shared_ptr<const Schema> Schema::from_bytes(std::span<const std::byte> bytes) {
  std::shared_ptr<Schema> schema(new Schema);
  schema->nodes_ = decode_schema(bytes);
  schema->finish(Code::kCorrupt, Code::kCorrupt);
  schema->bytes_.assign(bytes.begin(), bytes.end());
  return schema;
}

void Schema::finish(Code malformed, Code unsupported) {
  rules_.reserve(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    SchemaNode& node = nodes_[i];
    const std::optional<ParsedFormat> parsed = parse_format(node.format);
    if (!parsed) {
      throw Error(unsupported, text(path(static_cast<std::int32_t>(i)), " has format '", node.format,
                                    "', which the Arrow C Data interface doesn't define"));
    }
    node.rule = parsed->rule;
    NodeRule rule{parsed->rule};
    rule.parent = node.parent;
    rule.subtree = node.subtree;
    rule.child_count = static_cast<std::int32_t>(node.children.size());
    rule.dictionary = node.dictionary;
    if (node.rule.layout == Layout::kSparseUnion || node.rule.layout == Layout::kDenseUnion) {
      if (parsed->type_ids.size() != node.children.size()) {
        throw Error(malformed, text(path(static_cast<std::int32_t>(i)), " has format '", node.format, "' but ",
                                    node.children.size(), " children"));
      }
      TypeIdTable table;
      table.fill(-1);
      for (std::size_t k = 0; k < parsed->type_ids.size(); ++k) {
        table[static_cast<std::size_t>(parsed->type_ids[k])] = static_cast<std::int8_t>(k);
      }
      rule.type_ids = static_cast<std::int32_t>(type_ids_.size());
      type_ids_.push_back(table);
    }
    rules_.push_back(rule);
    fixed_buffers_ += rule.buffers;
    has_views_ = has_views_ || rule.layout == Layout::kView;
    const bool has_ends = rule.layout == Layout::kVariable || rule.layout == Layout::kList;
    tables_say_all_ = tables_say_all_ && !has_ends && rule.layout != Layout::kRunEndEncoded;
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) check_children(static_cast<std::int32_t>(i), malformed);
}

void Schema::check_children(std::int32_t index, Code malformed) {
  const SchemaNode& node = nodes_[static_cast<std::size_t>(index)];
  const auto fail = [&](const std::string& what) {
    throw Error(malformed, text(path(index), " with format '", node.format, "' ", what));
  };
  const auto child = [&](std::size_t i) -> NodeRule& { return rules_[static_cast<std::size_t>(node.children[i])]; };
  if (index == 0 && (node.rule.layout != Layout::kStruct || node.dictionary >= 0)) {
    fail("can't be a batch: its format must be '+s'");
  }
  if (node.rule.children != kAnyChildren && node.children.size() != static_cast<std::size_t>(node.rule.children)) {
    fail(text("has ", node.children.size(), " children, needs ", int{node.rule.children}));
  }
  if (node.dictionary >= 0 && !node.rule.is_index) fail("has a dictionary, but only integers can");
  if (node.rule.is_map && (child(0).layout != Layout::kStruct || child(0).child_count != 2)) {
    fail("needs a child that is a struct of key and value");
  }
  if (node.rule.layout == Layout::kRunEndEncoded) {
    const std::string& format = nodes_[static_cast<std::size_t>(node.children[0])].format;
    if ((format != "s" && format != "i" && format != "l") || child(0).dictionary >= 0) {
      fail(text("has run ends of format '", format, "', needs 's', 'i' or 'l' without dictionary"));
    }
    child(0).layout = Layout::kRunEnds;
    nodes_[static_cast<std::size_t>(node.children[0])].rule.layout = Layout::kRunEnds;
  }
}

std::string Schema::path(std::int32_t node) const {
  std::string names;
  for (std::int32_t at = node; at > 0;) {
    const SchemaNode& here = nodes_[static_cast<std::size_t>(at)];
    const bool dictionary = nodes_[static_cast<std::size_t>(here.parent)].dictionary == at;
    const std::string own = dictionary ? "<dictionary>" : here.name;
    names = names.empty() ? own : own + "." + names;
    at = here.parent;
  }
  return node <= 0 ? "the batch" : text("column '", names, "'");
}

namespace {

bool has_bytes(const char* metadata, const std::string& wanted) noexcept {
  if (metadata == nullptr) return wanted.empty();
  const std::int64_t size = metadata_bytes(metadata, kMaxMetadata);
  return size >= 0 && static_cast<std::size_t>(size) == wanted.size() &&
         std::memcmp(metadata, wanted.data(), wanted.size()) == 0;
}

bool same_node(const ArrowSchema* other, const std::vector<SchemaNode>& nodes, std::int32_t index) noexcept {
  const SchemaNode& node = nodes[static_cast<std::size_t>(index)];
  if (other == nullptr || other->release == nullptr || other->format == nullptr) return false;
  if (std::strcmp(node.format.c_str(), other->format) != 0) return false;
  if (index > 0 && (node.flags != other->flags || std::strcmp(node.name.c_str(), or_empty(other->name)) != 0))
    return false;
  if (other->n_children != static_cast<std::int64_t>(node.children.size())) return false;
  if ((other->dictionary != nullptr) != (node.dictionary >= 0)) return false;
  if (index > 0 && !has_bytes(other->metadata, node.metadata)) return false;
  if (!node.children.empty() && other->children == nullptr) return false;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (!same_node(other->children[i], nodes, node.children[i])) return false;
  }
  return node.dictionary < 0 || same_node(other->dictionary, nodes, node.dictionary);
}

}  // namespace

bool Schema::matches(const ArrowSchema& other) const noexcept { return same_node(&other, nodes_, 0); }

std::string Schema::difference(const Schema& other) const {
  const std::size_t count = std::min(nodes_.size(), other.nodes_.size());
  for (std::size_t i = 0; i < count; ++i) {
    const SchemaNode& mine = nodes_[i];
    const SchemaNode& theirs = other.nodes_[i];
    const std::string where = path(static_cast<std::int32_t>(i));
    if (i > 0 && mine.name != theirs.name) {
      return text(where, " is named '", theirs.name, "', expected '", mine.name, "'");
    }
    if (mine.format != theirs.format) {
      return text(where, " has format '", theirs.format, "', expected '", mine.format, "'");
    }
    if (mine.children.size() != theirs.children.size()) {
      return text(where, " has ", theirs.children.size(), i == 0 ? " columns" : " children", ", expected ",
                  mine.children.size());
    }
    if ((mine.dictionary >= 0) != (theirs.dictionary >= 0)) {
      return text(where, theirs.dictionary >= 0 ? " has a" : " has no", " dictionary, expected ",
                  mine.dictionary >= 0 ? "one" : "none");
    }
    if (i > 0 && mine.flags != theirs.flags) {
      return text(where, " has flags ", theirs.flags, ", expected ", mine.flags);
    }
    if (i > 0 && !same_metadata(mine.metadata, theirs.metadata)) {
      return text(where, " has metadata {", readable(theirs.metadata), "}, expected {", readable(mine.metadata), "}");
    }
  }
  return {};
}

}  // namespace qads::arrow
