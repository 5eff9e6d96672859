// The data section as the writer's process uses it: room for records, and buffers that users build batches in. Not
// thread-safe: channel/publisher calls it under its mutex.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "arena/allocator.hpp"
#include "layout/record.hpp"
#include "segment/segment.hpp"

namespace qads::arena {

class Arena {
 public:
  explicit Arena(std::shared_ptr<segment::Segment> segment);

  std::uint64_t capacity() const { return capacity_; }
  std::uint64_t reserved() const { return allocator_.end(); }
  std::byte* address(const Block* block) const { return segment_->data() + block->offset; }

  // A block in what is already backed by memory; nullptr if there is none. Has one use.
  Block* allocate(std::uint64_t size);
  // The same, backing more of the data section; nullptr if it is used up. Throws kNoSpace where the file system is full.
  Block* allocate_growing(std::uint64_t size);
  // A user's buffer from now on: batches may refer to it.
  void make_referable(Block* block);

  bool has_user_buffers() const { return !referable_.empty(); }

  // Adds one use of the block around each reference to `out`; false, and nothing done, if one isn't in a user's buffer.
  bool use(std::span<const layout::RecordBuffer> references, std::vector<Block*>& out);
  // One use less; the last one frees.
  void release(Block* block);

  // The largest block there could be if these uses ended (a block may stand there once for each of its uses); `growing`: and
  // all of the capacity were backed.
  std::uint64_t largest_if_free(std::span<Block* const> blocks, bool growing) const;

 private:
  static Block* first_use(Block* block);

  std::shared_ptr<segment::Segment> segment_;
  const std::uint64_t capacity_;
  Allocator allocator_;
  std::map<std::uint64_t, Block*> referable_;  // by offset
};

}  // namespace qads::arena
