// A segment's schema, shared by everything that was read with it.
#pragma once

#include <memory>
#include <string>

#include "arrow_owned.hpp"

namespace qads_python {

class Schema {
 public:
  explicit Schema(OwnedSchema schema) : schema_(std::make_shared<const OwnedSchema>(std::move(schema))) {}

  const std::shared_ptr<const OwnedSchema>& shared() const { return schema_; }
  py::capsule capsule() const { return to_capsule(share(schema_), kSchemaCapsule); }
  // (name, format, flags, children, dictionary or None) of the whole, all levels.
  py::tuple tree() const;
  // Raises unless `requested` is None or a capsule of an equal schema (metadata aside).
  void require_equal(const py::object& requested) const;

 private:
  std::shared_ptr<const OwnedSchema> schema_;
};

void bind_schema(py::module_& module);

}  // namespace qads_python
