// What a reader hands out: one batch, or one message of several. Both can be exported any number of times, to any library.
#pragma once

#include <vector>

#include "schema.hpp"

namespace qads_python {

struct Batch {
  Schema schema;
  std::shared_ptr<OwnedArray> array;
  qads_batch_info info{};

  py::tuple capsules(const py::object& requested_schema) const;
};

struct Message {
  Schema schema;
  std::vector<std::shared_ptr<OwnedArray>> batches;
  qads_batch_info info{};

  py::capsule capsule(const py::object& requested_schema) const;
};

// A message for one consumer, once: nothing is kept of it here, so nothing has to be shared.
struct MessageStream {
  OwnedStream stream;
  qads_batch_info info{};
};

void bind_batch(py::module_& module);

}  // namespace qads_python
