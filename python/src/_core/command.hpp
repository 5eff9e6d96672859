// The command qads, as `python -m qadataswap` runs it.
#pragma once

#include <pybind11/pybind11.h>

namespace qads_python {

void bind_command(pybind11::module_& module);

}  // namespace qads_python
