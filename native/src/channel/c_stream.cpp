#include "channel/c_stream.hpp"

#include <cstring>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace qads::channel {

namespace {

[[noreturn]] void producer_failed(ArrowArrayStream& stream, int error) {
  const char* said = stream.get_last_error != nullptr ? stream.get_last_error(&stream) : nullptr;
  throw Error(Code::kProducer,
              text("the stream being written failed: ", said != nullptr ? said : std::strerror(error)));
}

}  // namespace

CSchema CSchema::of(ArrowArrayStream& stream) {
  CSchema out;
  if (const int error = stream.get_schema(&stream, &out.schema_); error != 0) {
    out.schema_.release = nullptr;
    producer_failed(stream, error);
  }
  return out;
}

CSchema::~CSchema() {
  if (schema_.release != nullptr) schema_.release(&schema_);
}

CSchema::CSchema(CSchema&& other) noexcept : schema_(std::exchange(other.schema_, {})) {}

CArray CArray::next(ArrowArrayStream& stream) {
  CArray out;
  if (const int error = stream.get_next(&stream, &out.array_); error != 0) {
    out.array_.release = nullptr;
    producer_failed(stream, error);
  }
  return out;
}

CArray::~CArray() {
  if (array_.release != nullptr) array_.release(&array_);
}

CArray::CArray(CArray&& other) noexcept : array_(std::exchange(other.array_, {})) {}

CArray& CArray::operator=(CArray&& other) noexcept {
  if (this == &other) return *this;
  if (array_.release != nullptr) array_.release(&array_);
  array_ = std::exchange(other.array_, {});
  return *this;
}

EmptyBatch::EmptyBatch(const arrow::Schema& schema) {
  std::int64_t buffers = 0;
  for (const arrow::SchemaNode& node : schema.nodes()) {
    nodes_.push_back({0, 0, node.rule.buffers});
    buffers += node.rule.buffers;
  }
  buffers_.resize(static_cast<std::size_t>(buffers));
  flat_ = {static_cast<std::int64_t>(nodes_.size()), buffers, nodes_.data(), buffers_.data(), nullptr};
}

}  // namespace qads::channel
