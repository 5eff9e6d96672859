#include "arrow/copy.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

namespace {

using namespace qads::arrow;

TEST(CopyBytes, CopiesEveryByteAndNoOtherOfEitherKind) {
  std::uint64_t seed = 1;
  std::mt19937_64 random(seed);
  constexpr std::size_t kMost = 20000;
  std::vector<std::byte> from(kMost + 64);
  for (std::byte& byte : from) byte = static_cast<std::byte>(random());
  struct alignas(64) {
    std::byte bytes[kMost + 64];
  } static to;
  for (const Streaming streaming : {Streaming::kNo, Streaming::kYes}) {
    for (const std::size_t bytes : {0U, 1U, 63U, 64U, 65U, 4095U, 4096U, 4097U, 4223U, 4224U, 12345U, 20000U}) {
      for (const std::size_t shift : {0U, 1U, 13U, 32U}) {
        std::memset(to.bytes, 0xA5, sizeof(to.bytes));
        copy_bytes(to.bytes, from.data() + shift, bytes, streaming);
        finish_streaming();
        ASSERT_EQ(std::memcmp(to.bytes, from.data() + shift, bytes), 0) << bytes << " " << shift;
        for (std::size_t i = bytes; i < sizeof(to.bytes); ++i) ASSERT_EQ(to.bytes[i], std::byte{0xA5}) << bytes;
      }
    }
  }
}

TEST(CopyBytes, StreamsLargeBatchesOnly) {
  EXPECT_EQ(streaming_for(1 << 20), Streaming::kNo);
  EXPECT_EQ(streaming_for(kStreamingBytes - 1), Streaming::kNo);
  EXPECT_EQ(streaming_for(kStreamingBytes), Streaming::kYes);
  EXPECT_EQ(streaming_for(64 << 20), Streaming::kYes);
}

}  // namespace
