#include "arena/allocator.hpp"

#include <bit>

namespace qads::arena {

// Sizes below kSecond granules have a class each; above, every power of two is divided into kSecond classes.
Allocator::Class Allocator::class_of(std::uint64_t granules) {
  if (granules < kSecond) return {0, static_cast<int>(granules)};
  const int log = static_cast<int>(std::bit_width(granules)) - 1;
  return {log - kSecondBits + 1, static_cast<int>((granules >> (log - kSecondBits)) & (kSecond - 1))};
}

Block* Allocator::allocate(std::uint64_t size) {
  const std::uint64_t granules = (size + kGranule - 1) / kGranule;
  Block* block = find(granules == 0 ? 1 : granules);
  if (block == nullptr) return nullptr;
  unlist(block);
  split(block, (granules == 0 ? 1 : granules) * kGranule);
  block->used = true;
  return block;
}

// First the head of the request's own class, which fits when sizes recur; then the first block of any larger class; last
// the rest of its own class, so that no request fails that could be met.
Block* Allocator::find(std::uint64_t granules) {
  const Class own = class_of(granules);
  const std::uint64_t size = granules * kGranule;
  if (own.first >= kFirst) return nullptr;
  Block* const head = lists_[static_cast<std::size_t>(own.first)][static_cast<std::size_t>(own.second)];
  if (head != nullptr && head->size >= size) return head;
  const std::uint32_t above = second_map_[static_cast<std::size_t>(own.first)] & (~std::uint32_t{1} << own.second);
  if (above != 0) {
    return lists_[static_cast<std::size_t>(own.first)][static_cast<std::size_t>(std::countr_zero(above))];
  }
  const std::uint64_t larger = first_map_ & (~std::uint64_t{1} << own.first);
  if (larger != 0) {
    const auto first = static_cast<std::size_t>(std::countr_zero(larger));
    return lists_[first][static_cast<std::size_t>(std::countr_zero(second_map_[first]))];
  }
  for (Block* block = head; block != nullptr; block = block->next_free) {
    if (block->size >= size) return block;
  }
  return nullptr;
}

void Allocator::split(Block* block, std::uint64_t size) {
  if (block->size == size) return;
  Block* rest = make(block->offset + size, block->size - size);
  rest->before = block;
  rest->after = block->after;
  (rest->after != nullptr ? rest->after->before : last_) = rest;
  block->after = rest;
  block->size = size;
  list(rest);
}

void Allocator::free(Block* block) {
  block->used = false;
  if (Block* after = block->after; after != nullptr && !after->used) {
    unlist(after);
    block->size += after->size;
    block->after = after->after;
    (block->after != nullptr ? block->after->before : last_) = block;
    recycle(after);
  }
  if (Block* before = block->before; before != nullptr && !before->used) {
    unlist(before);
    before->size += block->size;
    before->after = block->after;
    (before->after != nullptr ? before->after->before : last_) = before;
    recycle(block);
    block = before;
  }
  list(block);
}

void Allocator::extend(std::uint64_t size) {
  Block* block = make(end_, size);
  end_ += size;
  block->before = last_;
  (last_ != nullptr ? last_->after : first_) = block;
  last_ = block;
  block->used = true;
  free(block);
}

void Allocator::list(Block* block) {
  const Class at = class_of(block->size / kGranule);
  const auto first = static_cast<std::size_t>(at.first);
  Block*& head = lists_[first][static_cast<std::size_t>(at.second)];
  block->previous_free = nullptr;
  block->next_free = head;
  if (head != nullptr) head->previous_free = block;
  head = block;
  second_map_[first] |= std::uint32_t{1} << at.second;
  first_map_ |= std::uint64_t{1} << at.first;
}

void Allocator::unlist(Block* block) {
  const Class at = class_of(block->size / kGranule);
  const auto first = static_cast<std::size_t>(at.first);
  Block*& head = lists_[first][static_cast<std::size_t>(at.second)];
  if (block->next_free != nullptr) block->next_free->previous_free = block->previous_free;
  (block->previous_free != nullptr ? block->previous_free->next_free : head) = block->next_free;
  if (head != nullptr) return;
  second_map_[first] &= ~(std::uint32_t{1} << at.second);
  if (second_map_[first] == 0) first_map_ &= ~(std::uint64_t{1} << at.first);
}

Block* Allocator::make(std::uint64_t offset, std::uint64_t size) {
  if (spare_.empty()) {
    owned_.push_back(std::make_unique<Block>());
    spare_.push_back(owned_.back().get());
  }
  Block* block = spare_.back();
  spare_.pop_back();
  *block = Block{};
  block->offset = offset;
  block->size = size;
  return block;
}

void Allocator::recycle(Block* block) { spare_.push_back(block); }

}  // namespace qads::arena
