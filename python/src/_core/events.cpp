#include "events.hpp"

#include <cstring>
#include <string>

#include "waiting.hpp"

namespace qads_python {
namespace {

// A name may be anything that a file's may be; the texts are the core's own.
py::object text(const char* of) {
  return py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(of, static_cast<Py_ssize_t>(std::strlen(of)), "replace"));
}

// Called from calls that released the GIL, and from those that free handles with it: then it is only counted once more.
void observe(void*, const qads_event* event) noexcept {
  const py::gil_scoped_acquire held;
  const py::error_scope kept;  // of a frame that is being left while a handle is freed
  try {
    py::module_::import("qadataswap._events")
        .attr("tell")(event->kind, event->level, text(event->segment), text(event->message), event->entry, event->pid,
                      event->batches, event->waited_ns);
  } catch (py::error_already_set& error) {
    // Ctrl-C in the middle of it is meant for the program: it comes again as soon as the wait asks for signals.
    if (error.matches(PyExc_KeyboardInterrupt)) {
      PyErr_SetInterrupt();
    } else {
      error.discard_as_unraisable("telling of a segment");
    }
  }
}

void observe_events(bool wanted) {
  check(without_gil([&] { return qads_set_observer(wanted ? observe : nullptr, nullptr); }));
}

}  // namespace

void bind_events(py::module_& module) { module.def("observe_events", &observe_events, py::arg("wanted")); }

}  // namespace qads_python
