// Who has which bytes of the data section. All of it is private memory of the writer: no lock and no free list is shared
// between processes, so none can be left broken by a dead one. Two-level segregated fit: constant time, and within a size
// class the block freed last is used first, which keeps a busy ring in the processor's cache. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace qads::arena {

constexpr std::uint64_t kGranule = 64;

struct Block {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  // multiple of kGranule
  bool used = false;
  bool referable = false;   // Arena: a user's buffer, which batches may refer to
  std::uint32_t uses = 0;   // Arena: the user and each published batch that needs it
  Block* before = nullptr;  // neighbours in the data section
  Block* after = nullptr;
  Block* next_free = nullptr;  // neighbours in the free list of the class
  Block* previous_free = nullptr;
};

class Allocator {
 public:
  // nullptr if no free block is large enough.
  Block* allocate(std::uint64_t size);
  void free(Block* block);
  // Adds [end(), end() + size) to what may be given out.
  void extend(std::uint64_t size);
  std::uint64_t end() const { return end_; }
  // Bytes of the last block if it is free: what extending by less than a whole request can build on.
  std::uint64_t free_tail() const { return last_ != nullptr && !last_->used ? last_->size : 0; }
  // The largest block there would be if those for which `gone` is true were free too, and `more` bytes were added.
  template <typename Gone>
  std::uint64_t largest_if(Gone gone, std::uint64_t more) const {
    std::uint64_t largest = 0;
    std::uint64_t run = 0;
    for (const Block* block = first_; block != nullptr; block = block->after) {
      run = !block->used || gone(block) ? run + block->size : 0;
      largest = run > largest ? run : largest;
    }
    return run + more > largest ? run + more : largest;
  }

 private:
  static constexpr int kSecondBits = 4;
  static constexpr int kSecond = 1 << kSecondBits;
  static constexpr int kFirst = 48;
  struct Class {
    int first;
    int second;
  };

  static Class class_of(std::uint64_t granules);
  Block* find(std::uint64_t granules);
  void list(Block* block);
  void unlist(Block* block);
  Block* make(std::uint64_t offset, std::uint64_t size);
  void recycle(Block* block);
  void split(Block* block, std::uint64_t size);

  std::uint64_t end_ = 0;
  Block* first_ = nullptr;
  Block* last_ = nullptr;
  std::uint64_t first_map_ = 0;                     // bit f: some second_map_[f] is not 0
  std::array<std::uint32_t, kFirst> second_map_{};  // bit s: lists_[f][s] is not empty
  std::array<std::array<Block*, kSecond>, kFirst> lists_{};
  std::vector<std::unique_ptr<Block>> owned_;
  std::vector<Block*> spare_;
};

}  // namespace qads::arena
