// A reader, or one message, as an ArrowArrayStream.
#pragma once

#include <memory>
#include <vector>

#include "channel/reader.hpp"

namespace qads::channel {

// Everything that the reader still gets; each get_next waits up to timeout_ms.
void export_stream(std::shared_ptr<Reader> reader, std::int64_t timeout_ms, ArrowArrayStream* out);

// Batches that are there already.
void export_message(std::vector<LeasePtr> batches, ArrowArrayStream* out);

}  // namespace qads::channel
