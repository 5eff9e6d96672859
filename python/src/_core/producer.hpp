// Streams that are made of Python objects.
#pragma once

#include "arrow_owned.hpp"

namespace qads_python {

// The batches of many streams as one stream; a Python iterator gives capsules of them. What it raised is kept in `raised`, to
// be raised again where Python can hear it: that must live as long as the stream.
OwnedStream chained(py::iterator streams, py::object& raised);

}  // namespace qads_python
