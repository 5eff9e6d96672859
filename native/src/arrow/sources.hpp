// What a batch to be written looks like, whichever form it came in: one entry a node, in the schema's order. Loading checks
// the shape (counts, lengths, pointers) once, so that planning needn't know the two forms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "arrow/schema.hpp"

namespace qads::arrow {

// An ArrowArray doesn't say how long its buffers are.
constexpr std::int64_t kUnknownLength = std::numeric_limits<std::int64_t>::max();

struct Source {
  std::int64_t length;        // rows
  std::int64_t null_count;    // -1: unknown
  std::int64_t offset;        // rows of the buffers before row 0
  std::int64_t buffer_count;  // views: without the C Data interface's buffer of sizes
  // The node's own table of buffers: void* (ArrowArray) or qads_buffer (flat), which begins with one.
  const std::byte* table;
  std::size_t stride;

  const std::byte* address(std::int64_t buffer) const {
    const auto* entry = table + static_cast<std::size_t>(buffer) * stride;
    return static_cast<const std::byte*>(*reinterpret_cast<const void* const*>(entry));
  }
  // Bytes that may be read; kUnknownLength where only the type says.
  std::int64_t bytes(std::int64_t buffer) const {
    if (stride == sizeof(qads_buffer)) return reinterpret_cast<const qads_buffer*>(table)[buffer].length;
    return address(buffer) == nullptr ? 0 : kUnknownLength;
  }
  // The same for a view's data buffers, whose lengths are always known.
  std::int64_t data_bytes(std::int64_t buffer) const {
    if (stride == sizeof(qads_buffer)) return bytes(buffer);
    return reinterpret_cast<const std::int64_t*>(address(buffer_count))[buffer - 2];
  }
};

// A column of fixed width without children or dictionary: what most columns are.
struct FixedColumn {
  std::int64_t length;
  std::int64_t null_count;
  std::int64_t offset;
  const std::byte* validity;
  std::int64_t validity_bytes;
  const std::byte* values;
  std::int64_t value_bytes;
};

class Sources {
 public:
  explicit Sources(std::shared_ptr<const Schema> schema);

  // Looks at the batch's own node; the columns follow one by one, in order, each by one of the calls below. All throw
  // kInvalid, naming the field. The batch must stay as it is while this is used.
  void begin(const ArrowArray& batch);
  void begin(const qads_flat_batch& batch);
  void load_column(std::int32_t column);
  // The short way for a column whose rule is fixed: a look at it, and then either this skip or load_column. False: something
  // about it is wrong or unusual, and it must be loaded.
  bool look_at_fixed(std::int32_t column, FixedColumn& out) const;
  void skip_fixed();
  // To the first column again.
  void rewind();
  void end() const;

  // Of the batch itself and of the columns that were loaded.
  const Source* nodes() const { return nodes_.data(); }
  // At least as many as there are in the columns up to now.
  std::size_t most_buffers() const { return fixed_buffers_ + view_buffers_; }

 private:
  void load_array(std::size_t index, const ArrowArray* array);
  void load_views(std::size_t index, const ArrowArray& array);
  void load_flat(std::size_t index);
  void check_buffers(std::size_t index, const qads_buffer* buffers) const;
  [[noreturn, gnu::cold]] void fail(std::size_t index, const std::string& what) const;
  [[noreturn, gnu::cold, gnu::noinline]] void fail_array(std::size_t index, const ArrowArray* array) const;
  [[noreturn, gnu::cold, gnu::noinline]] void fail_flat(std::size_t index, const qads_node& node) const;

  std::shared_ptr<const Schema> schema_;
  const NodeRule* rules_;
  std::vector<std::size_t> columns_;  // the columns' nodes, and the end of the last one
  std::vector<Source> nodes_;
  std::vector<const ArrowArray*> arrays_;
  std::size_t fixed_buffers_;  // without the data buffers of views
  std::size_t view_buffers_ = 0;
  const ArrowArray* batch_ = nullptr;  // one of the two forms
  const qads_flat_batch* flat_ = nullptr;
  const qads_buffer* flat_buffers_ = nullptr;  // the next column's
  std::int64_t flat_buffers_left_ = 0;
};

inline bool Sources::look_at_fixed(std::int32_t column, FixedColumn& out) const {
  if (batch_ != nullptr) {
    const ArrowArray* array = batch_->children[column];
    if (array == nullptr || array->release == nullptr || array->n_buffers != 2 || array->buffers == nullptr)
      return false;
    if (array->n_children != 0 || array->dictionary != nullptr || (array->length | array->offset) < 0) return false;
    const void* validity = array->buffers[0];
    const void* values = array->buffers[1];
    out = {.length = array->length,
           .null_count = array->null_count,
           .offset = array->offset,
           .validity = static_cast<const std::byte*>(validity),
           .validity_bytes = kUnknownLength,
           .values = static_cast<const std::byte*>(values),
           .value_bytes = kUnknownLength};
    return values != nullptr;
  }
  const qads_node& node = flat_->nodes[columns_[static_cast<std::size_t>(column)]];
  if (node.buffer_count != 2 || flat_buffers_left_ < 2) return false;
  const qads_buffer* buffers = flat_buffers_;
  out = {.length = node.length,
         .null_count = node.null_count,
         .offset = 0,
         .validity = static_cast<const std::byte*>(buffers[0].address),
         .validity_bytes = buffers[0].length,
         .values = static_cast<const std::byte*>(buffers[1].address),
         .value_bytes = buffers[1].length};
  return node.length >= 0 && buffers[1].address != nullptr;
}

inline void Sources::rewind() {
  if (batch_ != nullptr) return;
  flat_buffers_ = flat_->buffers + nodes_[0].buffer_count;
  flat_buffers_left_ = flat_->buffer_count - nodes_[0].buffer_count;
}

inline void Sources::skip_fixed() {
  if (batch_ != nullptr) return;
  flat_buffers_ += 2;
  flat_buffers_left_ -= 2;
}

}  // namespace qads::arrow
