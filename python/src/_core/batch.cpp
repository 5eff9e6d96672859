#include "batch.hpp"

#include "errors.hpp"

namespace qads_python {
namespace {

void require_there(const std::shared_ptr<OwnedArray>& array) {
  if (!array || !*array) raise({QADS_ERR_CLOSED, "this batch was released, or moved into another library"});
}

template <typename Class>
void bind_info(Class& bound) {
  using T = typename Class::type;
  bound.def_property_readonly("sequence", [](const T& self) { return self.info.sequence; })
      .def_property_readonly("lost_before", [](const T& self) { return self.info.lost_before; })
      .def_property_readonly("num_rows", [](const T& self) { return self.info.length; })
      .def_property_readonly("schema", [](const T& self) { return self.schema; })
      .def("__arrow_c_schema__", [](const T& self) { return self.schema.capsule(); });
}

}  // namespace

py::tuple Batch::capsules(const py::object& requested_schema) const {
  require_there(array);
  schema.require_equal(requested_schema);
  return py::make_tuple(schema.capsule(), to_capsule(share(std::shared_ptr<const OwnedArray>(array)), kArrayCapsule));
}

py::capsule Message::capsule(const py::object& requested_schema) const {
  for (const auto& batch : batches) require_there(batch);
  schema.require_equal(requested_schema);
  return to_capsule(stream_of(schema.shared(), {batches.begin(), batches.end()}), kStreamCapsule);
}

void bind_batch(py::module_& module) {
  py::class_<MessageStream>(module, "MessageStream")
      .def(
          "__arrow_c_stream__",
          [](MessageStream& self, const py::object&) {
            if (!self.stream) raise({QADS_ERR_CLOSED, "this message was moved into another library"});
            return to_capsule(self.stream.take(), kStreamCapsule);
          },
          py::arg("requested_schema") = py::none())
      .def_property_readonly("num_rows", [](const MessageStream& self) { return self.info.length; });

  py::class_<Batch> batch(module, "Batch");
  bind_info(batch);
  batch.def("__arrow_c_array__", &Batch::capsules, py::arg("requested_schema") = py::none())
      .def_property_readonly("is_first", [](const Batch& self) { return (self.info.flags & QADS_BATCH_FIRST) != 0; })
      .def_property_readonly("is_last", [](const Batch& self) { return (self.info.flags & QADS_BATCH_LAST) != 0; })
      .def_property_readonly("_address",
                             [](const Batch& self) {
                               require_there(self.array);
                               return reinterpret_cast<std::uintptr_t>(self.array->get());
                             })
      .def("release", [](Batch& self) { self.array.reset(); });

  module.def("empty_message", [](const Schema& schema) { return Message{schema, {}, {}}; }, py::arg("schema"));
  py::class_<Message> message(module, "Message");
  bind_info(message);
  message.def("__arrow_c_stream__", &Message::capsule, py::arg("requested_schema") = py::none())
      .def_property_readonly("_addresses",
                             [](const Message& self) {
                               py::list out;
                               for (const auto& one : self.batches) {
                                 require_there(one);
                                 out.append(reinterpret_cast<std::uintptr_t>(one->get()));
                               }
                               return out;
                             })
      .def("release", [](Message& self) {
        for (auto& one : self.batches) one.reset();
      });
}

}  // namespace qads_python
