#include "arena/allocator.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace {

using qads::arena::Allocator;
using qads::arena::Block;

TEST(Allocator, GivesNothingBeforeItHasMemory) { EXPECT_EQ(Allocator().allocate(1), nullptr); }

TEST(Allocator, RoundsUpToGranulesAndNeverGivesZeroBytes) {
  Allocator allocator;
  allocator.extend(4096);
  EXPECT_EQ(allocator.allocate(0)->size, 64U);
  EXPECT_EQ(allocator.allocate(65)->size, 128U);
}

TEST(Allocator, UsesTheBlockFreedLastFirst) {
  Allocator allocator;
  allocator.extend(1 << 20);
  std::vector<Block*> blocks;
  for (int i = 0; i < 8; ++i) {
    blocks.push_back(allocator.allocate(1024));
    allocator.allocate(64);  // keeps neighbours from joining
  }
  allocator.free(blocks[2]);
  allocator.free(blocks[5]);
  const std::uint64_t last = blocks[5]->offset;
  EXPECT_EQ(allocator.allocate(1024)->offset, last);
}

TEST(Allocator, JoinsFreeNeighboursSoThatAllOfItCanBeGivenAgain) {
  Allocator allocator;
  allocator.extend(64 * 100);
  std::vector<Block*> blocks;
  for (int i = 0; i < 100; ++i) blocks.push_back(allocator.allocate(64));
  EXPECT_EQ(allocator.allocate(64), nullptr);
  std::shuffle(blocks.begin(), blocks.end(), std::mt19937(1));
  for (Block* block : blocks) allocator.free(block);
  Block* whole = allocator.allocate(64 * 100);
  ASSERT_NE(whole, nullptr);
  EXPECT_EQ(whole->offset, 0U);
}

TEST(Allocator, MeetsEveryRequestThatSomeFreeBlockCanMeet) {
  Allocator allocator;
  allocator.extend(64 * 1001);
  Block* odd = allocator.allocate(64 * 1001);
  allocator.free(odd);
  EXPECT_NE(allocator.allocate(64 * 1001), nullptr);  // not the head of a larger class, only the last of its own
}

TEST(Allocator, ExtendsItsLastFreeBlock) {
  Allocator allocator;
  allocator.extend(1024);
  allocator.allocate(512);
  EXPECT_EQ(allocator.free_tail(), 512U);
  allocator.extend(1024);
  EXPECT_EQ(allocator.free_tail(), 1536U);
  EXPECT_EQ(allocator.allocate(1536)->offset, 512U);
}

TEST(Allocator, SaysWhatWouldBeFreeIfOthersLetGo) {
  Allocator allocator;
  allocator.extend(64 * 10);
  Block* first = allocator.allocate(64 * 4);
  Block* middle = allocator.allocate(64);
  allocator.allocate(64 * 5);
  EXPECT_EQ(allocator.largest_if([&](const Block* block) { return block == first; }, 0), 64U * 4);
  EXPECT_EQ(allocator.largest_if([&](const Block* block) { return block == first || block == middle; }, 0), 64U * 5);
  EXPECT_EQ(allocator.largest_if([](const Block*) { return false; }, 128), 128U);
}

// Against a plain map of what is given out: blocks never overlap, never leave the area, and whatever is freed comes back.
TEST(Allocator, NeverGivesOneByteTwice) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    Allocator allocator;
    std::map<std::uint64_t, Block*> given;
    for (int step = 0; step < 5000; ++step) {
      if (random() % 100 == 0) allocator.extend(64 * (1 + random() % 4096));
      if (random() % 2 == 0) {
        Block* block = allocator.allocate(random() % (random() % 8 == 0 ? 100'000 : 2'000));
        if (block == nullptr) continue;
        const auto above = given.lower_bound(block->offset);
        const std::uint64_t limit = above != given.end() ? above->first : allocator.end();
        ASSERT_LE(block->offset + block->size, limit) << "seed " << seed;
        if (above != given.begin()) {
          const Block* below = std::prev(above)->second;
          ASSERT_LE(below->offset + below->size, block->offset) << "seed " << seed;
        }
        given.emplace(block->offset, block);
      } else if (!given.empty()) {
        auto at = given.begin();
        std::advance(at, static_cast<std::ptrdiff_t>(random() % given.size()));
        allocator.free(at->second);
        given.erase(at);
      }
    }
    for (const auto& [offset, block] : given) allocator.free(block);
    allocator.extend(64);
    ASSERT_NE(allocator.allocate(allocator.end()), nullptr) << "seed " << seed;
  }
}

}  // namespace
