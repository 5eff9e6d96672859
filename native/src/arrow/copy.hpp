// Copying a buffer into the segment. Which kind of copy is best depends on the size of the whole batch, not of one buffer:
// a batch that fits the cache should stay there for the reader; a larger one is written past the cache, which saves
// fetching every line before it is overwritten. Measured on the reference machine, GB/s, memcpy and streamed: 4 MB 38 and 28,
// 8 MB 31 and 27 (memory used before; 25 and 28 if not), 16 MB 21 and 25, 64 MB 13 and 20, 256 MB 9 and 14.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qads::arrow {

enum class Streaming : bool { kNo, kYes };

// Batches that copy at least so many bytes are streamed.
constexpr std::uint64_t kStreamingBytes = std::uint64_t{8} << 20;

inline Streaming streaming_for(std::uint64_t batch_bytes) {
  return batch_bytes >= kStreamingBytes ? Streaming::kYes : Streaming::kNo;
}

// `to` is 64-byte aligned. After streaming, finish_streaming() must come before anything that publishes the bytes: such
// stores aren't ordered by the release that everybody else relies on.
void copy_bytes(std::byte* to, const std::byte* from, std::uint64_t bytes, Streaming streaming);
void finish_streaming();

}  // namespace qads::arrow
