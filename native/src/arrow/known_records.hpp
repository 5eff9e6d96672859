// What a reader has found right before. Batches of one shape come in the same few slots, with the same tables in the same
// places: comparing these with a private copy costs a fraction of checking every word of them again.
#pragma once

#include <cstdint>
#include <vector>

#include "arrow/rebuild.hpp"
#include "arrow/schema.hpp"

namespace qads::arrow {

// Of one segment. Not for several threads at once.
class KnownRecords {
 public:
  // As read_record, for the record in `slot`.
  void read(const Schema& schema, DataSection data, std::uint32_t slot, std::uint64_t offset, std::uint64_t length,
            std::vector<qads_node>& nodes, std::vector<qads_buffer>& buffers);

 private:
  struct Known {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::vector<std::byte> tables;  // as they lay in the segment; empty: nothing is known
    std::vector<qads_node> nodes;
    std::vector<qads_buffer> buffers;
  };

  std::vector<Known> slots_;
};

}  // namespace qads::arrow
