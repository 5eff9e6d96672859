// Handing a batch out as a tree of ArrowArray, in one allocation.
#include <new>

#include "arrow/exported_tree.hpp"
#include "arrow/rebuild.hpp"

namespace qads::arrow {
namespace {

// The front of the allocation. Behind it: the arrays of all nodes but the root (whose struct is the consumer's), pointers
// to children, pointers to buffers, and the sizes of the data buffers of views.
struct BatchTree : ExportedTree<ArrowArray> {
  Owner owner;
};

// What a buffer without bytes points to: many consumers dereference or check alignment without looking at the length.
alignas(layout::kBufferAlignment) constexpr std::byte kNothing[layout::kBufferAlignment] = {};

void destroy(ExportedTree<ArrowArray>* tree) noexcept {
  auto* batch = static_cast<BatchTree*>(tree);
  const Owner owner = batch->owner;
  batch->~BatchTree();
  if (owner.memory == nullptr) ::operator delete(batch);
  owner.release(owner.context);
}

// Where the parts of the allocation that aren't filled yet begin.
struct Parts {
  ArrowArray* arrays;
  ArrowArray** children;
  const void** buffers;
  std::int64_t* sizes;
};

struct Counts {
  std::size_t buffers = 0;
  std::size_t sizes = 0;
};

Counts count_parts(const Schema& schema, const qads_node* nodes) {
  Counts counts{.buffers = schema.fixed_buffers()};
  if (!schema.has_views()) return counts;
  for (std::size_t i = 0; i < schema.rules().size(); ++i) {
    const NodeRule& rule = schema.rules()[i];
    if (rule.layout != Layout::kView) continue;
    counts.sizes += static_cast<std::size_t>(nodes[i].buffer_count) - rule.buffers;
    ++counts.buffers;  // that of the sizes
  }
  counts.buffers += counts.sizes;
  return counts;
}

Parts allocate(const Schema& schema, const qads_node* nodes, Owner owner, BatchTree*& tree) {
  static_assert(sizeof(BatchTree) % alignof(ArrowArray) == 0 && sizeof(void*) == sizeof(std::int64_t));
  const std::size_t arrays = schema.rules().size() - 1;
  const Counts counts = count_parts(schema, nodes);
  // One size more than there are, so that the pointer to no sizes at all points into the allocation too.
  const std::size_t bytes = sizeof(BatchTree) + arrays * (sizeof(ArrowArray) + sizeof(ArrowArray*)) +
                            counts.buffers * sizeof(void*) + (counts.sizes + 1) * sizeof(std::int64_t);
  std::byte* memory = nullptr;
  if (owner.memory == nullptr) {
    memory = static_cast<std::byte*>(::operator new(bytes));
  } else {
    if (owner.memory->size() < bytes) owner.memory->resize(bytes);
    memory = owner.memory->data();
  }
  tree = new (memory) BatchTree;
  tree->live.store(static_cast<std::int64_t>(schema.rules().size()), std::memory_order_relaxed);
  tree->destroy = &destroy;
  tree->owner = owner;
  Parts parts{};
  parts.arrays = reinterpret_cast<ArrowArray*>(memory + sizeof(BatchTree));
  parts.children = reinterpret_cast<ArrowArray**>(parts.arrays + arrays);
  parts.buffers = static_cast<const void**>(static_cast<void*>(parts.children + arrays));
  parts.sizes = reinterpret_cast<std::int64_t*>(parts.buffers + counts.buffers);
  return parts;
}

// A view's buffers as the C Data interface wants them: with the sizes of the data buffers in a buffer of their own.
void fill_sizes(const NodeRule& rule, const qads_node& node, const qads_buffer* from, Parts& parts) {
  *parts.buffers++ = parts.sizes;
  for (std::int64_t i = rule.buffers; i < node.buffer_count; ++i) *parts.sizes++ = from[i].length;
}

const void* address_of(const qads_buffer& buffer, bool may_be_null) {
  return buffer.address != nullptr || may_be_null ? buffer.address : kNothing;
}

// What most nodes are: a validity and one buffer, no children, no dictionary.
bool is_plain(const NodeRule& rule) {
  return rule.buffers == 2 && rule.subtree == 1 && rule.has_validity && rule.layout != Layout::kView;
}

}  // namespace

void export_batch(const Schema& schema, const qads_node* nodes, const qads_buffer* buffers, Owner owner,
                  ArrowArray* out) {
  BatchTree* tree = nullptr;
  Parts parts = allocate(schema, nodes, owner, tree);
  ArrowArray* const arrays = parts.arrays;
  const NodeRule* const rules = schema.rules().data();
  const std::size_t count = schema.rules().size();
  auto* const owned = static_cast<ExportedTree<ArrowArray>*>(tree);
  ArrowArray* array = out;
  for (std::size_t i = 0; i < count; ++i) {
    const NodeRule& rule = rules[i];
    const qads_node& node = nodes[i];
    if (is_plain(rule)) {
      parts.buffers[0] = address_of(buffers[0], true);
      parts.buffers[1] = address_of(buffers[1], false);
      *array = {node.length, node.null_count, 0, 2, 0, parts.buffers, nullptr, nullptr, &release_exported<ArrowArray>,
                owned};
      parts.buffers += 2;
      buffers += 2;
      array = arrays + i;
      continue;
    }
    array->length = node.length;
    array->null_count = node.null_count;
    array->offset = 0;
    array->n_buffers = node.buffer_count;
    array->n_children = rule.child_count;
    array->buffers = parts.buffers;
    array->children = rule.child_count == 0 ? nullptr : parts.children;
    array->dictionary = rule.dictionary < 0 ? nullptr : arrays + (rule.dictionary - 1);
    array->release = &release_exported<ArrowArray>;
    array->private_data = owned;

    for (std::int64_t b = 0; b < node.buffer_count; ++b) {
      *parts.buffers++ = address_of(buffers[b], b == 0 && rule.has_validity);
    }
    if (rule.layout == Layout::kView) {
      fill_sizes(rule, node, buffers, parts);
      ++array->n_buffers;
    }
    buffers += node.buffer_count;
    std::size_t child = i + 1;
    for (std::int32_t k = rule.child_count; k > 0; --k) {
      *parts.children++ = arrays + (child - 1);
      child += static_cast<std::size_t>(rules[child].subtree);
    }
    array = arrays + i;
  }
}

}  // namespace qads::arrow
