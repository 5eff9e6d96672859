#include "ring/own_readers.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "os/fork_guard.hpp"

namespace qads::ring {
namespace {

// Never used again, unlike the ids of the system.
std::uint64_t this_thread() noexcept {
  static std::atomic<std::uint64_t> count{0};
  thread_local const std::uint64_t number = count.fetch_add(1, std::memory_order_relaxed) + 1;
  return number;
}

// Never destroyed: readers that outlive main still come here. Used within an os::ForkPause, whose lock no fork's child
// inherits as held.
std::vector<OwnReader*>& all() {
  static auto* instance = new std::vector<OwnReader*>;
  return *instance;
}

}  // namespace

OwnReader::OwnReader(const segment::Segment& segment, std::uint32_t entry)
    : segment_(segment), entry_(entry), thread_(this_thread()) {
  const os::ForkPause pause;
  all().push_back(this);
}

OwnReader::~OwnReader() {
  const os::ForkPause pause;
  std::erase(all(), this);
}

void OwnReader::taken() noexcept { thread_.store(this_thread(), std::memory_order_relaxed); }

std::uint64_t entries_of_this_thread(const segment::Segment& segment) {
  const std::uint64_t self = this_thread();
  std::uint64_t entries = 0;
  const os::ForkPause pause;
  for (const OwnReader* reader : all()) {
    const bool same =
        std::memcmp(reader->segment_.header().uuid, segment.header().uuid, sizeof(segment.header().uuid)) == 0;
    if (same && !reader->segment_.is_offline() && reader->thread_.load(std::memory_order_relaxed) == self) {
      entries |= std::uint64_t{1} << reader->entry_;
    }
  }
  return entries;
}

}  // namespace qads::ring
