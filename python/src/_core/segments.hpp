// Segments as they lie in their directory.
#pragma once

#include "errors.hpp"

namespace qads_python {

// Figures of a segment, by the names of qads_arena_info.
py::dict info_of(qads_arena* arena);
// One dict for each attached reader, by the names of qads_reader_state.
py::list readers_of(qads_arena* arena);

void bind_segments(py::module_& module);

}  // namespace qads_python
