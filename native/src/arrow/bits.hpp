// Bitmaps: bit i is bit i % 8 of byte i / 8, least significant first.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qads::arrow {

inline std::uint64_t bitmap_bytes(std::int64_t bits) { return (static_cast<std::uint64_t>(bits) + 7) / 8; }

inline bool get_bit(const std::byte* bits, std::int64_t i) {
  return (std::to_integer<unsigned>(bits[i / 8]) >> (i % 8) & 1U) != 0;
}

// Ones among bits [first, first + count). Reads no byte outside of those that hold them.
std::int64_t count_ones(const std::byte* bits, std::int64_t first, std::int64_t count);

// Bits [first, first + count) to the front of `to`, bitmap_bytes(count) long; the last byte's unused bits become 0.
void copy_bits(std::byte* to, const std::byte* bits, std::int64_t first, std::int64_t count);

}  // namespace qads::arrow
