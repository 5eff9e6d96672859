// Sound segment files that a target changes: the golden one, and some of random types.
#pragma once

#include <vector>

#include "layout/header.hpp"
#include "support/scratch.hpp"

namespace qads_fuzz {

// Made once; the same in every run. The first one is the golden segment.
const std::vector<Bytes>& base_segments();

qads::layout::Header header_of(const Bytes& segment);
void set_header(Bytes& segment, const qads::layout::Header& header);

}  // namespace qads_fuzz
