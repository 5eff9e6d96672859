#include "support/consume.hpp"

#include <arrow/c/bridge.h>

#include <cstdint>

#include "support/verdict.hpp"

namespace qads_fuzz {
namespace {

void touch(const void* address, std::int64_t length) {
  const auto* bytes = static_cast<const volatile unsigned char*>(address);
  for (std::int64_t i = 0; i < length; ++i) (void)bytes[i];
}

void touch(const arrow::ArrayData& data) {
  for (const auto& buffer : data.buffers) {
    if (buffer != nullptr) touch(buffer->data(), buffer->size());
  }
  for (const auto& child : data.child_data) touch(*child);
  if (data.dictionary != nullptr) touch(*data.dictionary);
}

}  // namespace

void touch(const qads_flat_batch& batch) {
  std::int64_t buffers = 0;
  for (std::int64_t i = 0; i < batch.node_count; ++i) {
    const qads_node& node = batch.nodes[i];
    must(node.length >= 0 && node.null_count >= 0 && node.null_count <= node.length && node.buffer_count >= 0,
         "a node of impossible numbers");
    buffers += node.buffer_count;
  }
  must(buffers == batch.buffer_count, "other buffers than those of the nodes");
  for (std::int64_t i = 0; i < batch.buffer_count; ++i) {
    must(batch.buffers[i].length >= 0, "a buffer of negative length");
    touch(batch.buffers[i].address, batch.buffers[i].length);
  }
}

std::shared_ptr<arrow::RecordBatch> consume(ArrowArray* array, const std::shared_ptr<arrow::Schema>& schema) {
  if (schema == nullptr) {
    array->release(array);
    return nullptr;
  }
  const auto imported = arrow::ImportRecordBatch(array, schema);
  if (!imported.ok()) return nullptr;
  for (const auto& column : (*imported)->column_data()) touch(*column);
  (void)(*imported)->ValidateFull();
  return *imported;
}

int consume(ArrowArrayStream* stream, const std::shared_ptr<arrow::Schema>& schema) {
  int batches = 0;
  for (;;) {
    ArrowArray array{};
    if (stream->get_next(stream, &array) != 0) {
      must(stream->get_last_error(stream) != nullptr, "a stream failed without a sentence");
      batches = -1;
      break;
    }
    if (array.release == nullptr) break;
    consume(&array, schema);
    ++batches;
  }
  stream->release(stream);
  return batches;
}

std::shared_ptr<arrow::Schema> consume(ArrowSchema* schema) {
  const auto imported = arrow::ImportSchema(schema);
  return imported.ok() ? *imported : nullptr;
}

}  // namespace qads_fuzz
