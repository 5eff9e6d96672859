#include "arrow/bits.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace {

using namespace qads::arrow;

// Exactly as long as it must be, so that a sanitizer sees any access beyond.
std::vector<std::byte> random_bits(std::mt19937_64& random, std::int64_t bits) {
  std::vector<std::byte> bytes(bitmap_bytes(bits));
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

TEST(Bits, AreCountedAndCopiedFromAnyOffset) {
  std::uint64_t seed = 1;
  std::mt19937_64 random(seed);
  for (std::int64_t first = 0; first < 70; ++first) {
    for (const std::int64_t count : {0, 1, 2, 7, 8, 9, 55, 56, 57, 63, 64, 65, 120, 127, 128, 129, 200, 1000}) {
      const std::vector<std::byte> from = random_bits(random, first + count);
      std::vector<std::byte> to(bitmap_bytes(count), std::byte{0xff});
      copy_bits(to.data(), from.data(), first, count);
      std::int64_t ones = 0;
      for (std::int64_t i = 0; i < count; ++i) {
        ASSERT_EQ(get_bit(to.data(), i), get_bit(from.data(), first + i)) << first << " " << count << " " << i;
        ones += get_bit(to.data(), i) ? 1 : 0;
      }
      EXPECT_EQ(count_ones(from.data(), first, count), ones) << first << " " << count;
      for (std::int64_t i = count; i < static_cast<std::int64_t>(8 * to.size()); ++i) {
        EXPECT_FALSE(get_bit(to.data(), i)) << "behind the last row";
      }
    }
  }
}

}  // namespace
