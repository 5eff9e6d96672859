// A reader as a C stream that any library may read, with the GIL or without it, in any thread.
#pragma once

#include <qadataswap/qadataswap.h>

#include <memory>

namespace qads_python {

ArrowArrayStream export_reader(std::shared_ptr<qads_reader> reader, std::int64_t timeout_ms);

}  // namespace qads_python
