#include <cerrno>
#include <cstddef>

#include "arrow_owned.hpp"

namespace qads_python {
namespace {

// A copy of a tree's structs, node by node, because a consumer may move a child out of its parent and keep only that.
template <typename T>
struct Node {
  std::shared_ptr<const Owned<T>> owner;
  std::vector<T> children;
  std::vector<T*> child_pointers;
  T dictionary{};

  ~Node() {
    for (T& child : children) {
      if (child.release != nullptr) child.release(&child);
    }
    if (dictionary.release != nullptr) dictionary.release(&dictionary);
  }
};

template <typename T>
T share_node(const std::shared_ptr<const Owned<T>>& owner, const T& node) {
  auto held = std::make_unique<Node<T>>();
  held->owner = owner;
  const auto count = static_cast<std::size_t>(node.n_children);
  held->children.reserve(count);
  held->child_pointers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    held->children.push_back(share_node(owner, *node.children[i]));
    held->child_pointers.push_back(&held->children.back());
  }
  T out = node;
  out.children = count == 0 ? nullptr : held->child_pointers.data();
  if (node.dictionary != nullptr) {
    held->dictionary = share_node(owner, *node.dictionary);
    out.dictionary = &held->dictionary;
  }
  out.release = [](T* released) {
    delete static_cast<Node<T>*>(released->private_data);
    released->private_data = nullptr;
    released->release = nullptr;
  };
  out.private_data = held.release();
  return out;
}

struct Batches {
  std::shared_ptr<const OwnedSchema> schema;
  std::vector<std::shared_ptr<const OwnedArray>> batches;
  std::size_t at = 0;

  static Batches& of(ArrowArrayStream* stream) { return *static_cast<Batches*>(stream->private_data); }
};

// Nothing may be thrown into whoever reads the stream.
template <typename Call>
int guarded(Call call) noexcept {
  try {
    call();
    return 0;
  } catch (const std::exception&) {
    return ENOMEM;
  }
}

}  // namespace

ArrowSchema share(const std::shared_ptr<const OwnedSchema>& schema) { return share_node(schema, *schema->get()); }
ArrowArray share(const std::shared_ptr<const OwnedArray>& array) { return share_node(array, *array->get()); }

ArrowArrayStream stream_of(std::shared_ptr<const OwnedSchema> schema,
                           std::vector<std::shared_ptr<const OwnedArray>> batches) {
  ArrowArrayStream out{};
  out.get_schema = [](ArrowArrayStream* stream, ArrowSchema* schema_out) {
    return guarded([&] { *schema_out = share(Batches::of(stream).schema); });
  };
  out.get_next = [](ArrowArrayStream* stream, ArrowArray* array_out) {
    return guarded([&] {
      Batches& all = Batches::of(stream);
      *array_out = all.at == all.batches.size() ? ArrowArray{} : share(all.batches[all.at]);
      if (all.at < all.batches.size()) ++all.at;
    });
  };
  out.get_last_error = [](ArrowArrayStream*) -> const char* { return "no memory is left"; };
  out.release = [](ArrowArrayStream* stream) {
    delete static_cast<Batches*>(stream->private_data);
    stream->private_data = nullptr;
    stream->release = nullptr;
  };
  out.private_data = new Batches{std::move(schema), std::move(batches)};
  return out;
}

}  // namespace qads_python
