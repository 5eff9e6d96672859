// From a record in shared memory to what a reader gets. The record is untrusted: each value is read once, checked, and
// used from the private copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "arrow/schema.hpp"
#include "layout/record.hpp"

namespace qads::arrow {

struct DataSection {
  const std::byte* base = nullptr;
  std::uint64_t size = 0;
};

// Checks the record at [offset, offset + length) of the data section against the schema and fills the tables (resized, so
// reused vectors don't allocate). Throws kCorrupt naming the field. O(nodes + buffers), whatever the bytes.
void read_record(const Schema& schema, DataSection data, std::uint64_t offset, std::uint64_t length,
                 std::vector<qads_node>& nodes, std::vector<qads_buffer>& buffers);

// Called once, when the last array of an exported tree has been released.
struct Owner {
  void (*release)(void* context) noexcept;
  void* context;
  std::vector<std::byte>* memory = nullptr;  // for the tree, one at a time, until release; nullptr: memory of its own
};

// The tree over the tables' buffers, in one allocation. Children may be moved out; the owner is released when all of them
// and the root are. Takes the owner only on success.
void export_batch(const Schema& schema, const qads_node* nodes, const qads_buffer* buffers, Owner owner,
                  ArrowArray* out);

}  // namespace qads::arrow
