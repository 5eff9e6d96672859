// Arrow schemas from the C interface: their owner, and their types in words.
#pragma once

#include <string>

#include "json.hpp"
#include "qadataswap/qadataswap.h"

namespace qads::cli {

class Schema {
 public:
  // No schema while the writer has set none.
  explicit Schema(qads_arena* arena);
  ~Schema();
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  const ArrowSchema* get() const { return schema_.release == nullptr ? nullptr : &schema_; }

 private:
  ArrowSchema schema_{};
};

// Much as pyarrow says it: "timestamp[ns, tz=UTC]", "list<item: int32>".
std::string type_text(const ArrowSchema& field);
// [{"name", "type", "format", "nullable", "children"?, "dictionary"?}]
void schema_json(Json& json, const ArrowSchema& schema);

}  // namespace qads::cli
