#include <algorithm>

#include "base/error.hpp"
#include "os/mapping.hpp"
#include "segment/existing.hpp"
#include "segment/header.hpp"
#include "segment/segment.hpp"

namespace qads::segment {
namespace {

// Other processes write these words, sound or not: a position beyond the head counts for nothing, and what is unread lies
// in slots.
std::uint64_t count(const layout::Header& header, const layout::Sync& sync) {
  const std::uint64_t head = sync.head.load(std::memory_order_acquire);
  std::uint64_t passed = 0;
  const auto pass = [&](const layout::Word64& position) {
    const std::uint64_t at = position.load(std::memory_order_acquire);
    if (at <= head) passed = std::max(passed, at);
  };
  pass(sync.tail);
  pass(sync.read_up_to);
  for (std::uint32_t entry = 0; entry < header.reader_capacity; ++entry) {
    const auto& reader = sync.readers[entry];
    const std::uint64_t state = layout::reader_state(reader.control.load(std::memory_order_acquire));
    // A claimed entry may still have its predecessor's cursor.
    if (state == layout::kActive || state == layout::kEvicted || state == layout::kClosing) pass(reader.cursor);
  }
  return std::min(head - passed, std::uint64_t{header.slot_count});
}

}  // namespace

std::uint64_t unread_batches(const Segment& segment) { return count(segment.header(), segment.sync()); }

std::uint64_t unread_of(Existing& existing, const Place& place) {
  try {
    const layout::Header header = read_header(existing.fd(), existing.status(), place.name, place.path, true);
    const os::File file = os::reopen(existing.fd(), os::OpenFor::kReading, place.path);
    const os::Mapping sync(file.fd(), header.sync_offset, header.sync_size, os::Access::kReadOnly);
    return count(header, *reinterpret_cast<const layout::Sync*>(sync.data()));
  } catch (const Error& error) {
    if (error.code() == Code::kCorrupt || error.code() == Code::kVersion) return 0;
    throw;
  }
}

}  // namespace qads::segment
