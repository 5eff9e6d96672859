#include "arrow/bits.hpp"

#include <bit>
#include <cstring>

namespace qads::arrow {
namespace {

std::uint64_t load_word(const std::byte* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

// `bytes` < 8 bytes as the low part of a word.
std::uint64_t load_part(const std::byte* from, std::uint64_t bytes) {
  std::uint64_t word = 0;
  for (std::uint64_t i = 0; i < bytes; ++i) word |= std::to_integer<std::uint64_t>(from[i]) << (8 * i);
  return word;
}

void store_part(std::byte* to, std::uint64_t word, std::uint64_t bytes) {
  for (std::uint64_t i = 0; i < bytes; ++i) to[i] = static_cast<std::byte>(word >> (8 * i));
}

std::int64_t count_words_portably(const std::byte* from, std::uint64_t words) {
  std::int64_t ones = 0;
  for (std::uint64_t i = 0; i < words; ++i) ones += std::popcount(load_word(from + 8 * i));
  return ones;
}

#if defined(__x86_64__)
// The same with the processor's own instruction, which the baseline of x86-64 doesn't have.
__attribute__((target("popcnt"))) std::int64_t count_words_popcnt(const std::byte* from, std::uint64_t words) {
  std::int64_t ones = 0;
  for (std::uint64_t i = 0; i < words; ++i) ones += __builtin_popcountll(load_word(from + 8 * i));
  return ones;
}

std::int64_t count_words(const std::byte* from, std::uint64_t words) {
  return __builtin_cpu_supports("popcnt") != 0 ? count_words_popcnt(from, words) : count_words_portably(from, words);
}
#else
std::int64_t count_words(const std::byte* from, std::uint64_t words) { return count_words_portably(from, words); }
#endif

std::uint64_t low_bits(std::uint64_t word, std::uint64_t count) { return word & ((std::uint64_t{1} << count) - 1); }

}  // namespace

std::int64_t count_ones(const std::byte* bits, std::int64_t first, std::int64_t count) {
  const std::byte* from = bits + first / 8;
  const auto shift = static_cast<std::uint64_t>(first % 8);
  auto left = static_cast<std::uint64_t>(count);
  std::int64_t ones = 0;
  if (shift != 0 && left != 0) {  // up to the next byte
    const std::uint64_t here = left < 8 - shift ? left : 8 - shift;
    ones += std::popcount(low_bits(std::to_integer<std::uint64_t>(*from) >> shift, here));
    ++from;
    left -= here;
  }
  const std::uint64_t words = left / 64;
  ones += count_words(from, words);
  left %= 64;
  if (left == 0) return ones;
  return ones + std::popcount(low_bits(load_part(from + 8 * words, (left + 7) / 8), left));
}

void copy_bits(std::byte* to, const std::byte* bits, std::int64_t first, std::int64_t count) {
  if (count == 0) return;  // neither end need exist
  const std::byte* from = bits + first / 8;
  const auto shift = static_cast<std::uint64_t>(first % 8);
  auto left = static_cast<std::uint64_t>(count);
  const std::uint64_t words = left / 64;
  if (shift == 0) {
    std::memcpy(to, from, 8 * words);
  } else {
    // The ninth byte is there: a word of 64 bits from the middle of a byte reaches into it.
    for (std::uint64_t i = 0; i < words; ++i) {
      const std::uint64_t ninth = std::to_integer<std::uint64_t>(from[8 * i + 8]);
      const std::uint64_t word = load_word(from + 8 * i) >> shift | ninth << (64 - shift);
      std::memcpy(to + 8 * i, &word, sizeof(word));
    }
  }
  left %= 64;
  if (left == 0) return;
  from += 8 * words;
  const std::uint64_t source_bytes = (shift + left + 7) / 8;  // up to 9
  std::uint64_t word = load_part(from, source_bytes < 8 ? source_bytes : 8) >> shift;
  if (shift != 0 && source_bytes > 8) word |= std::to_integer<std::uint64_t>(from[8]) << (64 - shift);
  store_part(to + 8 * words, low_bits(word, left), (left + 7) / 8);
}

}  // namespace qads::arrow
