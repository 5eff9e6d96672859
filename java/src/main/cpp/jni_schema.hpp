// Schemas cross JNI as bytes, written and read in pre-order, once a stream:
//   node = text format, text name, text metadata, int64 flags, int32 children, int8 has dictionary, nodes of the children,
//          node of the dictionary
//   text = int32 length (-1: null), bytes;  numbers little-endian;  metadata as in the Arrow C Data interface
// io.qadataswap.internal.SchemaBytes is the other end.
#pragma once

#include <memory>
#include <string>

#include "qadataswap/qadataswap.h"

namespace qads_jni {

// The bytes of a schema, which stays the caller's.
std::string encode_schema(const ArrowSchema& schema);

// A schema that owns all of its parts; its structs have no release callback to call: it is only ever lent.
class LentSchema {
 public:
  explicit LentSchema(const std::string& bytes);
  ~LentSchema();
  LentSchema(const LentSchema&) = delete;
  LentSchema& operator=(const LentSchema&) = delete;

  const ArrowSchema* get() const noexcept;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  class Parser;
};

}  // namespace qads_jni
