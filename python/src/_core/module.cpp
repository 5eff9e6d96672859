// The extension module: it converts arguments and errors, keeps lifetimes, and releases the GIL. What users see is the
// Python package around it.
#include "batch.hpp"
#include "command.hpp"
#include "events.hpp"
#include "reader.hpp"
#include "schema.hpp"
#include "segments.hpp"
#include "waiting.hpp"
#include "writer.hpp"

PYBIND11_MODULE(_core, module) {
  using namespace qads_python;
  (void)in_main_thread();  // finds out which thread that is
  bind_schema(module);
  bind_batch(module);
  bind_reader(module);
  bind_writer(module);
  bind_segments(module);
  bind_events(module);
  bind_command(module);
  module.attr("version") = qads_version();
  module.def("status_name", [](qads_status status) { return qads_status_name(status); }, py::arg("status"));
}
