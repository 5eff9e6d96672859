// What the core tells of segments, handed on to qadataswap._events.
#pragma once

#include <pybind11/pybind11.h>

namespace qads_python {

void bind_events(pybind11::module_& module);

}  // namespace qads_python
