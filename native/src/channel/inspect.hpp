// What can be told about a segment from outside, by anybody who has it mapped.
#pragma once

#include <vector>

#include "qadataswap/qadataswap.h"
#include "segment/segment.hpp"

namespace qads::channel {

void fill_info(const segment::Segment& segment, qads_arena_info& out);
std::vector<qads_reader_state> reader_states(const segment::Segment& segment);

}  // namespace qads::channel
