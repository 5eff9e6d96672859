// A consumer that touches all it may: every byte of every buffer that the library hands out, at its claimed length, and
// what Arrow's rules derive from an array; then libarrow's full validation, which may say no, but not crash.
#pragma once

#include <arrow/api.h>

#include "qadataswap/qadataswap.h"

namespace qads_fuzz {

// Every byte of the flat tables' buffers.
void touch(const qads_flat_batch& batch);

// Imports the array (which ends up released), touches what libarrow finds in it, and validates it. nullptr: libarrow
// refused it.
std::shared_ptr<arrow::RecordBatch> consume(ArrowArray* array, const std::shared_ptr<arrow::Schema>& schema);

// The stream to its end: how many batches, or -1 if one couldn't be had.
int consume(ArrowArrayStream* stream, const std::shared_ptr<arrow::Schema>& schema);

// nullptr: libarrow refused it. Ends up released.
std::shared_ptr<arrow::Schema> consume(ArrowSchema* schema);

}  // namespace qads_fuzz
