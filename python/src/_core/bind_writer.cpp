#include <pybind11/stl.h>

#include "segments.hpp"
#include "writer.hpp"

namespace qads_python {

void bind_writer(py::module_& module) {
  py::class_<Allocation, std::shared_ptr<Allocation>>(module, "Allocation", py::buffer_protocol())
      .def_buffer([](Allocation& self) {
        static std::uint8_t nothing = 0;
        return py::buffer_info(self.address == nullptr ? &nothing : static_cast<std::uint8_t*>(self.address),
                               static_cast<py::ssize_t>(self.size), false);
      })
      .def("__len__", [](const Allocation& self) { return self.size; })
      .def_property_readonly("address",
                             [](const Allocation& self) { return reinterpret_cast<std::uintptr_t>(self.address); });

  py::class_<Writer>(module, "Writer")
      .def(py::init([](std::string name, std::optional<std::string> directory, std::optional<std::int64_t> capacity,
                       std::optional<std::int64_t> schema_capacity, std::optional<std::int32_t> slots,
                       std::optional<std::int32_t> reader_capacity, std::int32_t overflow, std::int32_t lifetime,
                       std::int32_t takeover, std::uint32_t mode, std::int64_t evict_after_ms, bool populate,
                       bool huge_pages, std::int32_t wait) {
             const std::uint32_t flags = (populate ? std::uint32_t{QADS_ARENA_POPULATE} : 0U) |
                                         (huge_pages ? std::uint32_t{QADS_ARENA_HUGE_PAGES} : 0U);
             return std::make_unique<Writer>(WriterArguments{std::move(name), std::move(directory), capacity,
                                                             schema_capacity, slots, reader_capacity, overflow,
                                                             lifetime, takeover, mode, evict_after_ms, flags, wait});
           }),
           py::kw_only(), py::arg("name"), py::arg("directory"), py::arg("capacity"), py::arg("schema_capacity"),
           py::arg("slots"), py::arg("reader_capacity"), py::arg("overflow"), py::arg("lifetime"), py::arg("takeover"),
           py::arg("mode"), py::arg("evict_after_ms"), py::arg("populate"), py::arg("huge_pages"), py::arg("wait"))
      .def("set_schema", &Writer::set_schema, py::arg("schema_capsule"))
      .def("write_array", &Writer::write_array, py::arg("schema_capsule"), py::arg("array_capsule"), py::arg("more"),
           py::arg("timeout_ms"))
      .def("write_exported", &Writer::write_exported, py::arg("export_array"), py::arg("timeout_ms"))
      .def("write_stream", &Writer::write_stream, py::arg("stream_capsule"), py::arg("message_per_batch"),
           py::arg("timeout_ms"))
      .def("write_streams", &Writer::write_streams, py::arg("stream_capsules"), py::arg("message_per_batch"),
           py::arg("timeout_ms"))
      .def("give_up_message", &Writer::give_up_message)
      .def("allocate", &Writer::allocate, py::arg("size"), py::arg("timeout_ms"))
      .def("wait_readers", &Writer::wait_readers, py::arg("readers"), py::arg("timeout_ms"))
      .def("wait_drained", &Writer::wait_drained, py::arg("timeout_ms"))
      .def("finish", &Writer::finish)
      .def("close", &Writer::close)
      .def("last_write",
           [](Writer& self) {
             py::list out;
             for (const qads_column_report& column : self.last_write()) {
               out.append(py::make_tuple(column.bytes_copied, column.bytes_referenced, column.reason));
             }
             return out;
           })
      .def("info", [](const Writer& self) { return info_of(self.arena()); })
      .def("readers", [](const Writer& self) { return readers_of(self.arena()); });
}

}  // namespace qads_python
