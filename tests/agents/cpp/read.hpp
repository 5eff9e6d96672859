#pragma once

#include <arrow/status.h>

#include <cstdint>

#include "arguments.hpp"

namespace agent {

// Reads to the end of the stream, or to the first error, and writes what it got to the output file in either case. `lost` gets
// the number of batches that this reader missed.
arrow::Status Read(const Arguments& arguments, uint64_t* lost);

}  // namespace agent
