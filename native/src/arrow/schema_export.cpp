#include <cstring>
#include <memory>
#include <new>

#include "arrow/exported_tree.hpp"
#include "arrow/schema.hpp"

namespace qads::arrow {
namespace {

// The whole exported schema: the structs' strings are copies, so that it outlives the Schema.
struct SchemaTree : ExportedTree<ArrowSchema> {
  std::vector<SchemaNode> nodes;
  std::vector<ArrowSchema> structs;  // of all nodes but the root, whose struct is the consumer's
  std::vector<ArrowSchema*> children;
};

void destroy(ExportedTree<ArrowSchema>* tree) noexcept { delete static_cast<SchemaTree*>(tree); }

void fill(SchemaTree& tree, std::size_t index, ArrowSchema** children, ArrowSchema* out) {
  const SchemaNode& node = tree.nodes[index];
  const auto struct_of = [&](std::int32_t child) { return &tree.structs[static_cast<std::size_t>(child) - 1]; };
  for (std::size_t i = 0; i < node.children.size(); ++i) children[i] = struct_of(node.children[i]);
  *out = {.format = node.format.c_str(),
          .name = node.name.c_str(),
          .metadata = node.metadata.empty() ? nullptr : node.metadata.data(),
          .flags = node.flags,
          .n_children = static_cast<std::int64_t>(node.children.size()),
          .children = node.children.empty() ? nullptr : children,
          .dictionary = node.dictionary < 0 ? nullptr : struct_of(node.dictionary),
          .release = &release_exported<ArrowSchema>,
          .private_data = static_cast<ExportedTree<ArrowSchema>*>(&tree)};
}

}  // namespace

void Schema::export_to(ArrowSchema* out) const {
  auto tree = std::make_unique<SchemaTree>();
  tree->nodes = nodes_;
  tree->structs.resize(nodes_.size() - 1);
  tree->children.resize(nodes_.size());  // more than enough: every node but the root is at most one node's child
  tree->live.store(static_cast<std::int64_t>(nodes_.size()), std::memory_order_relaxed);
  tree->destroy = &destroy;
  ArrowSchema** children = tree->children.data();
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    fill(*tree, i, children, i == 0 ? out : &tree->structs[i - 1]);
    children += nodes_[i].children.size();
  }
  tree.release();  // NOLINT(bugprone-unused-return-value): the exported structs own it now
}

}  // namespace qads::arrow
