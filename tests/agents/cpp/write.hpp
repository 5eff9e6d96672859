#pragma once

#include <arrow/status.h>

#include "arguments.hpp"

namespace agent {

// Reads the input file and writes every batch, as one message each.
arrow::Status Write(const Arguments& arguments);

}  // namespace agent
