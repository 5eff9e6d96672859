// Owners of what the Arrow C interfaces hand over by value.
#pragma once

#include <vector>

#include "arrow/schema.hpp"
#include "qadataswap/qadataswap.h"

namespace qads::channel {

class CSchema {
 public:
  static CSchema of(ArrowArrayStream& stream);  // throws kProducer with the stream's own message
  ~CSchema();
  CSchema(CSchema&& other) noexcept;
  CSchema& operator=(CSchema&&) = delete;
  const ArrowSchema* get() const { return &schema_; }

 private:
  CSchema() = default;
  ArrowSchema schema_{};
};

class CArray {
 public:
  CArray() = default;                            // none
  static CArray next(ArrowArrayStream& stream);  // none at the end of the stream; throws kProducer
  ~CArray();
  CArray(CArray&& other) noexcept;
  CArray& operator=(CArray&& other) noexcept;
  explicit operator bool() const { return array_.release != nullptr; }
  const ArrowArray* get() const { return &array_; }

 private:
  ArrowArray array_{};
};

// A batch without rows, so that a stream without batches can be sent.
class EmptyBatch {
 public:
  explicit EmptyBatch(const arrow::Schema& schema);
  const qads_flat_batch& flat() const { return flat_; }

 private:
  std::vector<qads_node> nodes_;
  std::vector<qads_buffer> buffers_;
  qads_flat_batch flat_{};
};

}  // namespace qads::channel
