#include "arena/arena.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace qads::arena {

namespace {

// Backing memory is taken in steps, so that small batches don't cost a system call each.
constexpr std::uint64_t kGrowth = std::uint64_t{1} << 20;

}  // namespace

Arena::Arena(std::shared_ptr<segment::Segment> segment)
    : segment_(std::move(segment)), capacity_(segment_->data_size() / kGranule * kGranule) {}

Block* Arena::first_use(Block* block) {
  if (block != nullptr) {
    block->uses = 1;
    block->referable = false;
  }
  return block;
}

Block* Arena::allocate(std::uint64_t size) { return first_use(allocator_.allocate(size)); }

Block* Arena::allocate_growing(std::uint64_t size) {
  const std::uint64_t wanted = std::max(size, kGranule);
  if (wanted > capacity_) return nullptr;
  if (Block* block = allocator_.allocate(wanted)) return first_use(block);
  const std::uint64_t left = capacity_ - allocator_.end();
  const std::uint64_t least = (wanted - allocator_.free_tail() + kGranule - 1) / kGranule * kGranule;
  if (least > left) return nullptr;
  std::uint64_t step = std::min(left, std::max(least, kGrowth));
  try {
    segment_->reserve_data(allocator_.end(), step);
  } catch (const Error& error) {
    if (error.code() != Code::kNoSpace || step == least) throw;
    step = least;  // a full step doesn't fit any more, the request itself may
    segment_->reserve_data(allocator_.end(), step);
  }
  allocator_.extend(step);
  return first_use(allocator_.allocate(wanted));
}

void Arena::make_referable(Block* block) {
  block->referable = true;
  referable_.emplace(block->offset, block);
}

bool Arena::use(std::span<const layout::RecordBuffer> references, std::vector<Block*>& out) {
  const std::size_t before = out.size();
  for (const layout::RecordBuffer& reference : references) {
    auto above = referable_.upper_bound(reference.offset);
    Block* block = above == referable_.begin() ? nullptr : std::prev(above)->second;
    if (block == nullptr || reference.offset + reference.length > block->offset + block->size) {
      out.resize(before);
      return false;
    }
    out.push_back(block);
  }
  for (std::size_t i = before; i < out.size(); ++i) ++out[i]->uses;
  return true;
}

void Arena::release(Block* block) {
  if (--block->uses != 0) return;
  if (block->referable) referable_.erase(block->offset);
  allocator_.free(block);
}

std::uint64_t Arena::largest_if_free(std::span<Block* const> blocks, bool growing) const {
  std::vector<const Block*> uses(blocks.begin(), blocks.end());
  std::sort(uses.begin(), uses.end());
  const auto gone = [&](const Block* block) {
    const auto [first, last] = std::equal_range(uses.begin(), uses.end(), block);
    return first != last && last - first == block->uses;
  };
  return allocator_.largest_if(gone, growing ? capacity_ - allocator_.end() : 0);
}

}  // namespace qads::arena
