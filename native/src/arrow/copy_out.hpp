// A batch copied out of the ring, so that its slot can be given back while the batch lives on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "arrow/rebuild.hpp"

namespace qads::arrow {

// The tables point into `memory`: one block, buffers 64-byte aligned and padded with zeros as in a record.
struct CopiedBatch {
  struct Free {
    void operator()(std::byte* memory) const noexcept;
  };
  std::vector<qads_node> nodes;
  std::vector<qads_buffer> buffers;
  std::unique_ptr<std::byte[], Free> memory;
  std::uint64_t bytes = 0;
};

// nodes and buffers: what read_record filled. Throws kNoMemory.
std::unique_ptr<CopiedBatch> copy_batch(const Schema& schema, const qads_node* nodes, const qads_buffer* buffers);

// For export_batch: frees the copy when the exported tree is gone.
Owner owner_of(std::unique_ptr<CopiedBatch> batch) noexcept;

}  // namespace qads::arrow
