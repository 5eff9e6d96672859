#include "errors.hpp"

namespace qads_python {

void raise(const Outcome& outcome) {
  const py::object error =
      py::module_::import("qadataswap._errors").attr("error_of")(outcome.status, py::bytes(outcome.message));
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())), error.ptr());
  throw py::error_already_set();
}

}  // namespace qads_python
