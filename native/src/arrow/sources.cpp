#include "arrow/sources.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace qads::arrow {
namespace {

// A view names its data buffer by a 32-bit number.
constexpr std::int64_t kMaxViewBuffers = std::numeric_limits<std::int32_t>::max();

// Lengths and counts that any node of a batch must have.
bool numbers_are_sane(std::int64_t length, std::int64_t null_count, std::int64_t offset) {
  return length >= 0 && offset >= 0 && length <= kUnknownLength - offset && null_count >= -1 && null_count <= length;
}

bool shape_is_sane(const NodeRule& rule, const ArrowArray& array) {
  if (array.release == nullptr || array.n_children != rule.child_count ||
      (array.dictionary != nullptr) != (rule.dictionary >= 0) || (array.n_children != 0 && array.children == nullptr)) {
    return false;
  }
  // Arrow's rule is no buffer for nulls; polars, and others that grew from the same code, give them an empty bitmap.
  const bool null_with_bitmap = rule.layout == Layout::kNull && array.n_buffers == 1;
  const bool right = array.n_buffers == rule.buffers || null_with_bitmap;
  const bool view = rule.layout == Layout::kView && array.n_buffers > rule.buffers &&
                    array.n_buffers - rule.buffers <= kMaxViewBuffers;
  return (rule.layout == Layout::kView ? view : right) && (rule.buffers == 0 || array.buffers != nullptr);
}

}  // namespace

Sources::Sources(std::shared_ptr<const Schema> schema)
    : schema_(std::move(schema)),
      rules_(schema_->rules().data()),
      nodes_(schema_->rules().size()),
      arrays_(schema_->rules().size()),
      fixed_buffers_(schema_->fixed_buffers()) {
  for (const std::int32_t column : schema_->nodes().front().children) {
    columns_.push_back(static_cast<std::size_t>(column));
  }
  columns_.push_back(nodes_.size());
}

void Sources::begin(const ArrowArray& batch) {
  view_buffers_ = 0;
  batch_ = &batch;
  load_array(0, &batch);
}

void Sources::begin(const qads_flat_batch& batch) {
  view_buffers_ = 0;
  batch_ = nullptr;
  if (batch.node_count != static_cast<std::int64_t>(nodes_.size()) || batch.nodes == nullptr) {
    fail(0, text(batch.node_count, " nodes at ", static_cast<const void*>(batch.nodes), ", the schema has ",
                 nodes_.size()));
  }
  if (batch.buffer_count < 0 || (batch.buffer_count > 0 && batch.buffers == nullptr)) {
    fail(0, text(batch.buffer_count, " buffers at ", static_cast<const void*>(batch.buffers)));
  }
  flat_ = &batch;
  flat_buffers_ = batch.buffers;
  flat_buffers_left_ = batch.buffer_count;
  load_flat(0);
}

void Sources::end() const {
  if (batch_ == nullptr && flat_buffers_left_ != 0)
    fail(0, text(flat_buffers_left_, " buffers more than its nodes have"));
}

void Sources::load_column(std::int32_t column) {
  const std::size_t first = columns_[static_cast<std::size_t>(column)];
  const std::size_t last = columns_[static_cast<std::size_t>(column) + 1];
  if (batch_ == nullptr) {
    for (std::size_t i = first; i < last; ++i) load_flat(i);
    return;
  }
  arrays_[first] = batch_->children[column];
  for (std::size_t i = first; i < last; ++i) {
    const NodeRule& rule = rules_[i];
    const ArrowArray* array = arrays_[i];
    load_array(i, array);
    std::size_t child = i + 1;
    for (std::int64_t k = 0; k < rule.child_count; ++k) {
      arrays_[child] = array->children[k];
      child += static_cast<std::size_t>(rules_[child].subtree);
    }
    if (rule.dictionary >= 0) arrays_[static_cast<std::size_t>(rule.dictionary)] = array->dictionary;
  }
}

void Sources::load_array(std::size_t index, const ArrowArray* array) {
  const NodeRule& rule = rules_[index];
  if (array == nullptr || !numbers_are_sane(array->length, array->null_count, array->offset) ||
      !shape_is_sane(rule, *array)) [[unlikely]] {
    fail_array(index, array);
  }
  nodes_[index] = {.length = array->length,
                   .null_count = array->null_count,
                   .offset = array->offset,
                   .buffer_count = rule.buffers,
                   .table = reinterpret_cast<const std::byte*>(array->buffers),
                   .stride = sizeof(const void*)};
  if (rule.layout == Layout::kView) load_views(index, *array);
}

void Sources::load_views(std::size_t index, const ArrowArray& array) {
  const std::int64_t data_buffers = array.n_buffers - 3;
  const auto* sizes = static_cast<const std::int64_t*>(array.buffers[array.n_buffers - 1]);
  if (data_buffers > 0 && sizes == nullptr)
    fail(index, text(data_buffers, " data buffers without a buffer of their sizes"));
  for (std::int64_t b = 0; b < data_buffers; ++b) {
    const void* address = array.buffers[b + 2];
    if (sizes[b] < 0 || (sizes[b] > 0 && address == nullptr)) {
      fail(index, text("data buffer ", b, " is at ", address, " and has ", sizes[b], " bytes"));
    }
  }
  nodes_[index].buffer_count = data_buffers + 2;
  view_buffers_ += static_cast<std::size_t>(data_buffers);
}

void Sources::load_flat(std::size_t index) {
  const NodeRule& rule = rules_[index];
  const qads_node& node = flat_->nodes[index];
  const bool count_is_right =
      node.buffer_count == rule.buffers || (rule.layout == Layout::kView && node.buffer_count > rule.buffers &&
                                            node.buffer_count - rule.buffers <= kMaxViewBuffers);
  if (!numbers_are_sane(node.length, node.null_count, 0) || !count_is_right || node.buffer_count > flat_buffers_left_)
      [[unlikely]] {
    fail_flat(index, node);
  }
  nodes_[index] = {.length = node.length,
                   .null_count = node.null_count,
                   .offset = 0,
                   .buffer_count = node.buffer_count,
                   .table = reinterpret_cast<const std::byte*>(flat_buffers_),
                   .stride = sizeof(qads_buffer)};
  check_buffers(index, flat_buffers_);
  flat_buffers_ += node.buffer_count;
  flat_buffers_left_ -= node.buffer_count;
  view_buffers_ += static_cast<std::size_t>(node.buffer_count - rule.buffers);
}

void Sources::check_buffers(std::size_t index, const qads_buffer* buffers) const {
  for (std::int64_t b = 0; b < nodes_[index].buffer_count; ++b) {
    const qads_buffer& buffer = buffers[b];
    if (buffer.length < 0 || (buffer.length > 0 && buffer.address == nullptr)) [[unlikely]] {
      fail(index, text("buffer ", b, " is at ", buffer.address, " and has ", buffer.length, " bytes"));
    }
  }
}

void Sources::fail(std::size_t index, const std::string& what) const {
  throw Error(Code::kInvalid, text(schema_->path(static_cast<std::int32_t>(index)), ": ", what));
}

void Sources::fail_array(std::size_t index, const ArrowArray* array) const {
  if (array == nullptr) fail(index, "its array is NULL");
  if (array->release == nullptr) fail(index, "its array was released");
  const NodeRule& rule = rules_[index];
  if (!numbers_are_sane(array->length, array->null_count, array->offset)) {
    fail(index,
         text("impossible length ", array->length, ", offset ", array->offset, " or null count ", array->null_count));
  }
  if (array->n_children != rule.child_count) {
    fail(index, text(array->n_children, " children, the schema has ", rule.child_count));
  }
  if ((array->dictionary != nullptr) != (rule.dictionary >= 0)) {
    fail(index, rule.dictionary >= 0 ? "its array has no dictionary, the schema has one"
                                     : "its array has a dictionary, the schema has none");
  }
  if ((array->n_children > 0 && array->children == nullptr) || (array->n_buffers > 0 && array->buffers == nullptr)) {
    fail(index, text(array->n_buffers, " buffers at ", static_cast<const void*>(array->buffers), ", ",
                     array->n_children, " children at ", static_cast<const void*>(array->children)));
  }
  const bool view = rule.layout == Layout::kView;
  fail(index, text(array->n_buffers, " buffers, its type has ", view ? "at least " : "", rule.buffers + int{view}));
}

void Sources::fail_flat(std::size_t index, const qads_node& node) const {
  if (!numbers_are_sane(node.length, node.null_count, 0)) {
    fail(index, text("impossible length ", node.length, " or null count ", node.null_count));
  }
  const NodeRule& rule = rules_[index];
  fail(index, text(node.buffer_count, " buffers, its type has ", rule.layout == Layout::kView ? "at least " : "",
                   int{rule.buffers}, ", and ", flat_buffers_left_, " are left in the batch"));
}

}  // namespace qads::arrow
