#include "arrow/bits.hpp"

#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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

// Words [at, words) of what begins `shift` bits, 1 to 7, behind the beginning of `from`. The byte behind the last one is there:
// a word of 64 bits from the middle of a byte reaches into it.
void shift_words_portably(std::byte* to, const std::byte* from, std::uint64_t at, std::uint64_t words,
                          std::uint64_t shift) {
  for (; at < words; ++at) {
    const std::uint64_t ninth = std::to_integer<std::uint64_t>(from[8 * at + 8]);
    const std::uint64_t word = load_word(from + 8 * at) >> shift | ninth << (64 - shift);
    std::memcpy(to + 8 * at, &word, sizeof(word));
  }
}

#if defined(__x86_64__)
// Four words at a time. Those that begin a byte later have the bits that are missing at the top, and, shifted back to where
// they come from, the same ones below.
__attribute__((target("avx2"))) void shift_words_avx2(std::byte* to, const std::byte* from, std::uint64_t words,
                                                      std::uint64_t shift) {
  const __m128i down = _mm_cvtsi32_si128(static_cast<int>(shift));
  const __m128i up = _mm_cvtsi32_si128(static_cast<int>(8 - shift));
  std::uint64_t at = 0;
  for (; at + 4 <= words; at += 4) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + 8 * at));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + 8 * at + 1));
    const __m256i both = _mm256_or_si256(_mm256_srl_epi64(low, down), _mm256_sll_epi64(high, up));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 8 * at), both);
  }
  shift_words_portably(to, from, at, words, shift);
}

void shift_words(std::byte* to, const std::byte* from, std::uint64_t words, std::uint64_t shift) {
  if (__builtin_cpu_supports("avx2") != 0) return shift_words_avx2(to, from, words, shift);
  shift_words_portably(to, from, 0, words, shift);
}

// count_words_portably with the processor's own instruction, which the baseline of x86-64 doesn't have.
__attribute__((target("popcnt"))) std::int64_t count_words_popcnt(const std::byte* from, std::uint64_t words) {
  std::int64_t ones = 0;
  for (std::uint64_t i = 0; i < words; ++i) ones += __builtin_popcountll(load_word(from + 8 * i));
  return ones;
}

std::int64_t count_words(const std::byte* from, std::uint64_t words) {
  return __builtin_cpu_supports("popcnt") != 0 ? count_words_popcnt(from, words) : count_words_portably(from, words);
}
#else
void shift_words(std::byte* to, const std::byte* from, std::uint64_t words, std::uint64_t shift) {
  shift_words_portably(to, from, 0, words, shift);
}

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
    shift_words(to, from, words, shift);
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
