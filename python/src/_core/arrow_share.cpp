#include <atomic>
#include <cerrno>
#include <cstddef>

#include "arrow_owned.hpp"

namespace qads_python {
namespace {

// A copy of a tree's structs, together in a few allocations, which lives as long as any of them: a consumer may move a child out of
// its parent and keep only that.
template <typename T>
struct Copy {
  std::shared_ptr<const Owned<T>> owner;
  std::atomic<std::size_t> live;  // structs that weren't released yet
  std::vector<T> nodes;           // all but the root, which is the consumer's
  std::vector<T*> children;
};

template <typename T>
void release(T* released) {
  for (std::int64_t i = 0; i < released->n_children; ++i) {
    if (T* child = released->children[i]; child->release != nullptr) child->release(child);
  }
  if (T* values = released->dictionary; values != nullptr && values->release != nullptr) values->release(values);
  auto* copy = static_cast<Copy<T>*>(released->private_data);
  released->release = nullptr;
  if (copy->live.fetch_sub(1, std::memory_order_acq_rel) == 1) delete copy;
}

struct Counts {
  std::size_t nodes = 0;
  std::size_t children = 0;
};

template <typename T>
void count(const T& node, Counts& counts) {
  ++counts.nodes;
  counts.children += static_cast<std::size_t>(node.n_children);
  for (std::int64_t i = 0; i < node.n_children; ++i) count(*node.children[i], counts);
  if (node.dictionary != nullptr) count(*node.dictionary, counts);
}

// There is room for everything, so that no address changes any more.
template <typename T>
T copy_node(Copy<T>& copy, const T& node) {
  T out = node;
  const auto add = [&copy](const T& below) {
    copy.nodes.push_back({});
    T* at = &copy.nodes.back();
    *at = copy_node(copy, below);
    return at;
  };
  if (node.n_children > 0) {
    const std::size_t first = copy.children.size();
    copy.children.resize(first + static_cast<std::size_t>(node.n_children));
    out.children = &copy.children[first];
    for (std::int64_t i = 0; i < node.n_children; ++i) out.children[i] = add(*node.children[i]);
  }
  if (node.dictionary != nullptr) out.dictionary = add(*node.dictionary);
  out.release = &release<T>;
  out.private_data = &copy;
  return out;
}

template <typename T>
T share_tree(const std::shared_ptr<const Owned<T>>& owner) {
  Counts counts;
  count(*owner->get(), counts);
  auto copy = std::make_unique<Copy<T>>();
  copy->owner = owner;
  copy->live = counts.nodes;
  copy->nodes.reserve(counts.nodes - 1);
  copy->children.reserve(counts.children);
  const T out = copy_node(*copy, *owner->get());
  (void)copy.release();
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

ArrowSchema share(const std::shared_ptr<const OwnedSchema>& schema) { return share_tree(schema); }
ArrowArray share(const std::shared_ptr<const OwnedArray>& array) { return share_tree(array); }

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
