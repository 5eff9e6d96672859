// Which readers of this process are in which thread's hands: private knowledge, which lets a writer find out that it waits
// for its own thread. Shared memory can't say it: pids are other processes' to write, and mean little across containers.
#pragma once

#include <atomic>
#include <cstdint>

#include "segment/segment.hpp"

namespace qads::ring {

// One reader, known to the whole process for as long as it lives.
class OwnReader {
 public:
  OwnReader(const segment::Segment& segment, std::uint32_t entry);
  ~OwnReader();
  OwnReader(const OwnReader&) = delete;
  OwnReader& operator=(const OwnReader&) = delete;

  // The calling thread takes batches from it.
  void taken() noexcept;

 private:
  friend std::uint64_t entries_of_this_thread(const segment::Segment& segment);

  const segment::Segment& segment_;
  std::uint32_t entry_;
  std::atomic<std::uint64_t> thread_;
};

// Of this segment, the readers that the calling thread was the last to take from: bit r is entry r.
std::uint64_t entries_of_this_thread(const segment::Segment& segment);

}  // namespace qads::ring
