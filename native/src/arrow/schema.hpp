// A schema as the core uses it: parsed once, checked, flattened in pre-order, so that no format string is looked at again
// while batches pass.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "arrow/type_rules.hpp"
#include "base/error.hpp"
#include "qadataswap/qadataswap.h"

namespace qads::arrow {

constexpr int kMaxDepth = 64;  // deeper trees are refused, so that no recursion can exhaust a stack
constexpr std::size_t kMaxNodes = std::size_t{1} << 20;

// One node of the tree. A node's children follow it, subtree by subtree, then its dictionary.
struct SchemaNode {
  TypeRule rule;                       // layout, widths, number of buffers: type_rules.hpp
  std::int32_t parent = -1;            // index of the parent node
  std::int32_t column = -1;            // top-level column this node belongs to; -1 for the root
  std::int32_t subtree = 1;            // nodes in this subtree, itself and its dictionary included
  std::vector<std::int32_t> children;  // indices of the child nodes
  std::int32_t dictionary = -1;        // index of the dictionary's node
  std::string format;
  std::string name;
  std::string metadata;  // the C Data interface's encoding, empty if none
  std::int64_t flags = 0;
};

// What batches need of a node, small and in one piece: the hot paths read only this. Children: the first is the next
// node, each other one lies `subtree` nodes after the one before it.
struct NodeRule : TypeRule {
  std::int32_t parent = -1;
  std::int32_t subtree = 1;
  std::int32_t child_count = 0;
  std::int32_t dictionary = -1;
  std::int32_t type_ids = -1;  // of a union: index into Schema::type_ids
};

// Which child a union's type id means; -1: none.
using TypeIdTable = std::array<std::int8_t, 128>;

class Schema {
 public:
  // Throws kInvalid (malformed, or the root isn't a struct) or kUnsupportedType, naming the field's path and format.
  static std::shared_ptr<const Schema> from_arrow(const ArrowSchema& schema);
  // From untrusted bytes of a schema section (schema_codec.hpp): kCorrupt, naming what is wrong.
  static std::shared_ptr<const Schema> from_bytes(std::span<const std::byte> bytes);

  const std::vector<SchemaNode>& nodes() const { return nodes_; }
  const std::vector<NodeRule>& rules() const { return rules_; }
  // Of all nodes; without the data buffers of views.
  std::size_t fixed_buffers() const { return fixed_buffers_; }
  bool has_views() const { return has_views_; }
  // A record's tables alone say whether it is right: no offsets or run ends have to fit as well.
  bool tables_say_all() const { return tables_say_all_; }
  // No column has children or a dictionary.
  bool is_flat() const { return rules_.size() == static_cast<std::size_t>(columns()) + 1; }
  const TypeIdTable& type_ids(const NodeRule& node) const { return type_ids_[static_cast<std::size_t>(node.type_ids)]; }
  const std::vector<std::byte>& bytes() const { return bytes_; }
  std::int32_t columns() const { return rules_.front().child_count; }
  // "column 'a.b.item'": for messages.
  std::string path(std::int32_t node) const;
  // The caller owns and releases *out. Children may be moved out.
  void export_to(ArrowSchema* out) const;
  // Exactly this schema; the root's name, flags and metadata don't count. Allocates nothing: cheap enough for every write.
  // False may also mean that the other one is malformed, or that only the order of metadata differs: ask from_arrow and
  // difference.
  bool matches(const ArrowSchema& other) const noexcept;
  // "" if equal; else the first difference, naming the field, what `other` has and what this one has. The order of
  // metadata, and the root's name, flags and metadata, don't count: pandas has the range of the index there.
  std::string difference(const Schema& other) const;

 private:
  Schema() = default;
  // Derives all the rest from nodes_ without rules; `code` is what a schema that breaks the rules is thrown as.
  void finish(Code malformed, Code unsupported);
  void check_children(std::int32_t index, Code malformed);

  std::vector<SchemaNode> nodes_;
  std::vector<NodeRule> rules_;
  std::vector<TypeIdTable> type_ids_;
  std::size_t fixed_buffers_ = 0;
  bool has_views_ = false;
  bool tables_say_all_ = true;
  std::vector<std::byte> bytes_;
};

}  // namespace qads::arrow
