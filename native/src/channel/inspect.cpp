#include "channel/inspect.hpp"

#include <algorithm>
#include <cstring>

#include "os/futex.hpp"

namespace qads::channel {

using namespace layout;

namespace {

std::uint64_t peek(const Word64& word) { return word.load(std::memory_order_acquire); }

qads_reader_state describe(const segment::Segment& segment, std::uint32_t entry, bool alive) {
  const Sync& sync = segment.sync();
  const ReaderEntry& reader = sync.readers[entry];
  qads_reader_state state{};
  state.entry = static_cast<std::int32_t>(entry);
  state.alive = alive ? 1 : 0;
  state.evicted = reader_state(peek(reader.control)) == kEvicted ? 1 : 0;
  state.pid = static_cast<std::int64_t>(peek(reader.pid));
  state.attached_unix_ns = static_cast<std::int64_t>(peek(reader.attached_unix_ns));
  state.position = peek(reader.cursor);
  state.lost = peek(reader.lost);
  const std::uint64_t head = peek(sync.head);
  state.lag = head > state.position ? head - state.position : 0;
  const auto now = static_cast<std::uint64_t>(os::coarse_ns());
  for (const Slot& slot : segment.slots()) {
    if ((peek(slot.holders) >> entry & 1) == 0) continue;
    ++state.held_batches;
    // Anybody may have written the time: one that lies in the future is none.
    const std::uint64_t published = slot.published_ns;
    if (published > now) continue;
    state.oldest_held_ns = std::max(state.oldest_held_ns, static_cast<std::int64_t>(now - published));
  }
  return state;
}

}  // namespace

void fill_info(const segment::Segment& segment, qads_arena_info& out) {
  const Header& header = segment.header();
  const Sync& sync = segment.sync();
  const WriterStatistics& statistics = sync.statistics;
  out.layout_major = header.major;
  out.layout_minor = header.minor;
  out.slots = static_cast<std::int32_t>(header.slot_count);
  out.reader_capacity = static_cast<std::int32_t>(header.reader_capacity);
  out.overflow = static_cast<std::int32_t>(header.overflow);
  out.lifetime = static_cast<std::int32_t>(header.lifetime);
  out.writer_alive = segment.writer_alive() ? 1 : 0;
  out.finished = peek(sync.end) == kOpen ? 0 : static_cast<std::int32_t>(sync.end_kind.load(std::memory_order_relaxed));
  out.has_schema = sync.schema_state.load(std::memory_order_acquire) != 0 ? 1 : 0;
  out.capacity = static_cast<std::int64_t>(header.data_size);
  out.evict_after_ms = static_cast<std::int64_t>(header.evict_after_ms);
  out.writer_pid = static_cast<std::int64_t>(header.writer_pid);
  out.created_unix_ns = static_cast<std::int64_t>(header.created_unix_ns);
  out.head = peek(sync.head);
  out.tail = peek(sync.tail);
  out.superseded_unread = header.superseded_unread;
  out.messages = peek(statistics.messages);
  out.rows = peek(statistics.rows);
  out.bytes_copied = peek(statistics.bytes_copied);
  out.bytes_referenced = peek(statistics.bytes_referenced);
  out.dropped_batches = peek(statistics.dropped_batches);
  out.stalls = peek(statistics.stalls);
  out.stalled_ns = peek(statistics.stalled_ns);
  out.evicted_readers = peek(statistics.evicted_readers);
  out.reaped_readers = peek(statistics.reaped_readers);
  out.reserved_bytes = peek(statistics.reserved_bytes);
  std::memcpy(out.uuid, header.uuid, sizeof(out.uuid));
}

std::vector<qads_reader_state> reader_states(const segment::Segment& segment) {
  std::vector<qads_reader_state> out;
  // Asks the locks through an open file of its own, without taking any: so it never looks like a reader.
  const std::unique_ptr<os::LockFile> lock = segment.is_offline() ? nullptr : segment.open_lock();
  for (std::uint32_t entry = 0; entry < segment.header().reader_capacity; ++entry) {
    if (reader_state(peek(segment.sync().readers[entry].control)) == kFree) continue;
    out.push_back(describe(segment, entry, lock && lock->is_locked(reader_lock_byte(entry))));
  }
  return out;
}

}  // namespace qads::channel
