// How a tree of ArrowSchema or ArrowArray that was made in one allocation is released. The C Data interface lets a
// consumer move children out: copy the struct, then set the original's release to NULL. So every struct of the tree is
// counted, whoever holds it when it is released, and the allocation goes with the last one.
#pragma once

#include <atomic>
#include <cstdint>

namespace qads::arrow {

template <typename Node>
struct ExportedTree {
  std::atomic<std::int64_t> live;                // structs not yet released
  void (*destroy)(ExportedTree* tree) noexcept;  // frees the allocation that this lies in
};

// Marks `node`, and what was not moved out from under it, as released; returns how many structs that were.
template <typename Node>
std::int64_t mark_released(Node* node, void (*ours)(Node*)) {
  std::int64_t count = 1;
  const auto visit = [&](Node* child) {
    if (child->release == ours) {
      if (child->n_children == 0 && child->dictionary == nullptr) {
        child->release = nullptr;
        ++count;
      } else {
        count += mark_released(child, ours);
      }
    } else if (child->release != nullptr) {
      child->release(child);  // a consumer put its own struct there
    }
  };
  Node** const children = node->children;
  for (std::int64_t i = 0, n = node->n_children; i < n; ++i) visit(children[i]);
  if (node->dictionary != nullptr) visit(node->dictionary);
  node->release = nullptr;
  return count;
}

template <typename Node>
void release_exported(Node* node) {
  auto* tree = static_cast<ExportedTree<Node>*>(node->private_data);
  const std::int64_t released = mark_released(node, &release_exported<Node>);
  // Acquire and release: whoever frees must come after every access of those who released before it. If all that is left
  // is ours, nobody else can touch the count any more, and the load alone will do.
  if (tree->live.load(std::memory_order_acquire) == released ||
      tree->live.fetch_sub(released, std::memory_order_acq_rel) == released) {
    tree->destroy(tree);
  }
}

}  // namespace qads::arrow
