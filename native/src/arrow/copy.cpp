#include "arrow/copy.hpp"

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace qads::arrow {

#if defined(__x86_64__)
namespace {

constexpr std::uint64_t kStreamedPiece = 4096;  // smaller buffers of a large batch aren't worth it

// bytes is a multiple of 128.
__attribute__((target("avx2"))) void stream_avx2(std::byte* to, const std::byte* from, std::uint64_t bytes) {
  auto* out = reinterpret_cast<__m256i*>(to);
  const auto* in = reinterpret_cast<const __m256i*>(from);
  for (std::uint64_t i = 0; i < bytes / sizeof(__m256i); i += 4) {
    const __m256i a = _mm256_loadu_si256(in + i);
    const __m256i b = _mm256_loadu_si256(in + i + 1);
    const __m256i c = _mm256_loadu_si256(in + i + 2);
    const __m256i d = _mm256_loadu_si256(in + i + 3);
    _mm256_stream_si256(out + i, a);
    _mm256_stream_si256(out + i + 1, b);
    _mm256_stream_si256(out + i + 2, c);
    _mm256_stream_si256(out + i + 3, d);
  }
}

}  // namespace

void copy_bytes(std::byte* to, const std::byte* from, std::uint64_t bytes, Streaming streaming) {
  std::uint64_t streamed = 0;
  if (streaming == Streaming::kYes && bytes >= kStreamedPiece && __builtin_cpu_supports("avx2") != 0) {
    streamed = bytes / 128 * 128;
    stream_avx2(to, from, streamed);
  }
  std::memcpy(to + streamed, from + streamed, bytes - streamed);
}

void finish_streaming() { _mm_sfence(); }

#else

void copy_bytes(std::byte* to, const std::byte* from, std::uint64_t bytes, Streaming) { std::memcpy(to, from, bytes); }

void finish_streaming() {}

#endif

}  // namespace qads::arrow
