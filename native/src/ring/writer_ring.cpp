#include "ring/writer_ring.hpp"

#include <algorithm>
#include <bit>

#include "base/text.hpp"
#include "os/fault_point.hpp"
#include "os/futex.hpp"
#include "ring/cache_lines.hpp"
#include "ring/describe.hpp"
#include "ring/signal.hpp"
#include "ring/waiting.hpp"

namespace qads::ring {

using namespace layout;

WriterRing::WriterRing(segment::Segment& segment, std::uint64_t first)
    : segment_(segment),
      lock_(segment.open_lock()),
      sync_(segment.sync()),
      order_(segment.order()),
      slots_(segment.slots()),
      mask_(order_.size() - 1),
      next_(first),
      tail_(first),
      freed_(first),
      message_start_(first),
      slot_of_(order_.size()),
      last_(order_.size()) {
  for (std::size_t slot = slots_.size(); slot-- > 0;) free_.push_back(static_cast<std::uint32_t>(slot));
  just_freed_.reserve(slots_.size());
  aside_.reserve(slots_.size());
  sync_.tail.store(first, std::memory_order_relaxed);
  sync_.head.store(first, std::memory_order_relaxed);
}

std::uint32_t WriterRing::claim_slot() {
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  return slot;
}

void WriterRing::publish(std::uint32_t index, const Record& record, std::uint32_t flags) {
  Slot& slot = slots_[index];
  slot.record_offset = record.offset;
  slot.record_length = record.length;
  slot.rows = record.rows;
  slot.flags = flags;
  slot.published_ns = static_cast<std::uint64_t>(os::coarse_ns());
  QADS_FAULT_POINT("publish.fields");
  // Release: who finds the sequence (ReaderSeat::take, after setting its bit) may read the plain fields and the record.
  slot.sequence.store(next_, std::memory_order_release);  // model: publish.slot
  QADS_FAULT_POINT("publish.sequence");
  slot_of_[next_ & mask_] = index;
  last_[next_ & mask_] = (flags & kLastOfMessage) != 0;
  // seq_cst: before the look at `published` in wake(); partner: arm() and the second look in ReaderSeat::sleep.
  order_[next_ & mask_].store(pack_order(next_, index), std::memory_order_seq_cst);  // model: publish.order
  QADS_FAULT_POINT("publish.order");
  hand_to_others(&slot);
  ++next_;
  if ((flags & kLastOfMessage) != 0) message_start_ = next_;
  sync_.head.store(next_, std::memory_order_release);  // model: publish.head
  QADS_FAULT_POINT("publish.head");
  wake(sync_.published);  // model: publish.wake
  QADS_FAULT_POINT("publish.woken");
}

std::span<const std::uint32_t> WriterRing::reclaim() {
  just_freed_.clear();
  std::erase_if(aside_, [this](std::uint32_t slot) {
    // seq_cst acquires what the holder did before its release; it is also the second look of the writer's sleep
    // (partner: ReaderSeat::release).
    if (slots_[slot].holders.load(std::memory_order_seq_cst) != 0) return false;  // model: reclaim.look
    just_freed_.push_back(slot);
    return true;
  });
  if (segment_.header().overflow == kOverflowBlock) {
    const std::optional<std::uint64_t> passed = slowest_cursor();
    if (passed && *passed > freed_) {
      // Announce the new tail, then look at the cursors once more: a reader that joins meanwhile either reads the new
      // tail, or is seen by the second look with cursor 0, "in the way of everything" (partner: ReaderSeat::join).
      announce(*passed);  // model: reclaim.announce
      QADS_FAULT_POINT("reclaim.announced");
      const std::optional<std::uint64_t> again = slowest_cursor();  // model: reclaim.again
      retire(std::min(*passed, again.value_or(*passed)));
      QADS_FAULT_POINT("reclaim.retired");
    }
  }
  free_.insert(free_.end(), just_freed_.begin(), just_freed_.end());
  return just_freed_;
}

std::span<const std::uint32_t> WriterRing::drop_oldest_message() {
  just_freed_.clear();
  const std::uint64_t limit = std::min(message_start_, next_);
  if (freed_ >= limit) return {};
  std::uint64_t end = freed_ + 1;
  while (end < limit && !last_[(end - 1) & mask_]) ++end;
  sync_.statistics.dropped_batches.fetch_add(end - freed_, std::memory_order_relaxed);
  // The tail before the invalidation: a reader that finds its slot invalid finds a tail beyond its cursor
  // (partner: ReaderSeat::overrun).
  announce(end);  // model: drop.announce
  QADS_FAULT_POINT("drop.announced");
  retire(end);
  QADS_FAULT_POINT("drop.retired");
  free_.insert(free_.end(), just_freed_.begin(), just_freed_.end());
  return just_freed_;
}

// The tail never goes back: a joiner that was seen in time may stand before it.
void WriterRing::announce(std::uint64_t tail) {
  if (tail <= tail_) return;
  tail_ = tail;
  sync_.tail.store(tail, std::memory_order_seq_cst);  // model: announce.tail
}

// Takes [freed_, up_to) out of the ring. The sequence is invalidated before holders is looked at: a reader sets its bit and
// then checks the sequence, so either it sees the invalidation or we see its bit (both seq_cst; partner: ReaderSeat::take).
void WriterRing::retire(std::uint64_t up_to) {
  // The readers' processors have these lines: fetched one by one they would cost a miss each.
  for (std::uint64_t at = freed_; at < up_to; ++at) prefetch_to_write(&slots_[slot_of_[at & mask_]]);
  for (; freed_ < up_to; ++freed_) {
    const std::uint32_t index = slot_of_[freed_ & mask_];
    slots_[index].sequence.store(kInvalid, std::memory_order_seq_cst);  // model: retire.invalidate
    QADS_FAULT_POINT("retire.invalidated");
    if (slots_[index].holders.load(std::memory_order_seq_cst) == 0) {  // model: retire.look
      just_freed_.push_back(index);
    } else {
      aside_.push_back(index);
    }
  }
}

std::vector<std::uint32_t> WriterRing::droppable() const {
  std::vector<std::uint32_t> out;
  for (std::uint64_t at = freed_; at < std::min(message_start_, next_); ++at) {
    const std::uint32_t slot = slot_of_[at & mask_];
    if (slots_[slot].holders.load(std::memory_order_acquire) == 0) out.push_back(slot);
  }
  return out;
}

bool WriterRing::depends_on(std::uint64_t readers) const {
  const auto held = [&](std::uint32_t slot) {
    return (slots_[slot].holders.load(std::memory_order_acquire) & readers) != 0;
  };
  if (!std::all_of(aside_.begin(), aside_.end(), held)) return false;
  // What was neither passed by all readers nor dropped comes free once the slowest have moved on.
  if (live() == 0 || segment_.header().overflow != kOverflowBlock) return !aside_.empty();
  return any_behind(readers, freed_ + 1);
}

bool WriterRing::any_behind(std::uint64_t readers, std::uint64_t place) const {
  for (std::uint64_t bits = readers; bits != 0; bits &= bits - 1) {
    const ReaderEntry& reader = sync_.readers[static_cast<std::size_t>(std::countr_zero(bits))];
    const bool active = reader_state(reader.control.load(std::memory_order_acquire)) == kActive;
    if (active && reader.cursor.load(std::memory_order_acquire) < place) return true;
  }
  return false;
}

bool WriterRing::any_held() const {
  if (!aside_.empty()) return true;
  for (std::uint64_t at = freed_; at < next_; ++at) {
    if (slots_[slot_of_[at & mask_]].holders.load(std::memory_order_acquire) != 0) return true;
  }
  return false;
}

std::uint32_t WriterRing::reader_limit() const {
  // model: slowest.limit
  return std::min(sync_.reader_limit.load(std::memory_order_seq_cst), segment_.header().reader_capacity);
}

// The least cursor of the active readers, none if there are none. seq_cst throughout: partners are the joiner's activation
// and, on the sleep path, the cursor's move before a release.
std::optional<std::uint64_t> WriterRing::slowest_cursor() const {
  std::optional<std::uint64_t> least;
  for (std::uint32_t entry = 0; entry < reader_limit(); ++entry) {
    const ReaderEntry& reader = sync_.readers[entry];
    if (reader_state(reader.control.load(std::memory_order_seq_cst)) != kActive) continue;  // model: slowest.control
    // model: slowest.cursor
    const std::uint64_t cursor = std::min(reader.cursor.load(std::memory_order_seq_cst), next_);
    least = std::min(least.value_or(cursor), cursor);
  }
  return least;
}

void WriterRing::probe(events::Noticed& noticed) {
  for (std::uint32_t entry = 0; entry < reader_limit(); ++entry) {
    ReaderEntry& reader = sync_.readers[entry];
    const std::uint64_t control = reader.control.load(std::memory_order_acquire);  // model: probe.control
    if (reader_state(control) == kFree) continue;
    if (!lock_->try_lock(reader_lock_byte(entry))) continue;  // model: probe.lock
    QADS_FAULT_POINT("probe.locked");
    noticed.add([&] { return event(events::Kind::kReaderReaped, entry, kReaped); });
    // The lock is ours, so nobody else claims or cleans this entry. Bits first, FREE last: dying in between leaves work
    // that the next one to take the lock does again.
    // model: probe.bits
    for (Slot& slot : slots_) slot.holders.fetch_and(~(std::uint64_t{1} << entry), std::memory_order_seq_cst);
    QADS_FAULT_POINT("probe.cleared");
    reader.control.store(reader_control(control >> 8, kFree), std::memory_order_seq_cst);  // model: probe.free
    QADS_FAULT_POINT("probe.freed");
    lock_->unlock(reader_lock_byte(entry));  // model: probe.unlock
    sync_.statistics.reaped_readers.fetch_add(1, std::memory_order_relaxed);
  }
}

void WriterRing::evict_laggards(std::int64_t now, events::Noticed& noticed) {
  const auto patience = static_cast<std::int64_t>(segment_.header().evict_after_ms) * 1'000'000;
  if (patience == 0 || segment_.header().overflow != kOverflowBlock) return;
  for (std::uint32_t entry = 0; entry < reader_limit(); ++entry) {
    ReaderEntry& reader = sync_.readers[entry];
    std::uint64_t control = reader.control.load(std::memory_order_acquire);  // model: evict.control
    const std::uint64_t cursor = reader.cursor.load(std::memory_order_acquire);
    Lag& lag = lags_[entry];
    if (reader_state(control) != kActive || cursor > freed_ || lag.control != control || lag.cursor != cursor) {
      lag = {.control = control, .cursor = cursor, .waited = 0, .seen = now};
      continue;
    }
    if (lag.seen != 0) lag.waited += waited_between(lag.seen, now);
    lag.seen = now;
    if (lag.waited < patience) continue;
    QADS_FAULT_POINT("evict.chosen");
    // The generation in the word: a successor in this entry isn't evicted for what its predecessor did.
    if (reader.control.compare_exchange_strong(control, reader_control(control >> 8, kEvicted),
                                               std::memory_order_seq_cst)) {  // model: evict.swap
      QADS_FAULT_POINT("evict.marked");
      sync_.statistics.evicted_readers.fetch_add(1, std::memory_order_relaxed);
      wake(sync_.published);  // model: evict.wake
      noticed.add([&] {
        const std::uint64_t behind = next_ - std::min(cursor, next_);
        events::Event evicted = event(events::Kind::kReaderEvicted, entry,
                                      text(" was evicted: it stood still at batch ", cursor, ", ", batches(behind),
                                           " behind, while the writer waited for it for ", lag.waited / 1'000'000,
                                           " ms (evict_after_ms is ", segment_.header().evict_after_ms, ")"));
        evicted.batches = behind;
        evicted.waited_ns = lag.waited;
        return evicted;
      });
    }
  }
}

void WriterRing::begin_wait() {
  for (Lag& lag : lags_) lag.seen = 0;
}

void WriterRing::finish(std::uint32_t kind) {
  sync_.end_kind.store(kind, std::memory_order_relaxed);  // published by `end`
  QADS_FAULT_POINT("finish.kind");
  // Partner: arm() and the second look in ReaderSeat.
  sync_.end.store(next_, std::memory_order_seq_cst);  // model: finish.end
  QADS_FAULT_POINT("finish.end");
  wake(sync_.published);  // model: finish.wake
  QADS_FAULT_POINT("finish.woken");
}

std::uint32_t WriterRing::active_readers() const {
  std::uint32_t count = 0;
  for (std::uint32_t entry = 0; entry < reader_limit(); ++entry) {
    // model: active.control
    if (reader_state(sync_.readers[entry].control.load(std::memory_order_seq_cst)) == kActive) ++count;
  }
  return count;
}

bool WriterRing::drained() const { return slowest_cursor().value_or(next_) >= next_; }

std::string WriterRing::describe(std::uint32_t entry) const {
  return describe_reader(entry, sync_.readers[entry].pid.load(std::memory_order_relaxed));
}

events::Event WriterRing::event(events::Kind kind, std::uint32_t entry, const std::string& what) const {
  return {.kind = kind,
          .level = events::Level::kWarning,
          .segment = segment_.name(),
          .what = text(describe(entry), what),
          .entry = static_cast<std::int32_t>(entry),
          .pid = static_cast<std::int64_t>(sync_.readers[entry].pid.load(std::memory_order_relaxed))};
}

std::vector<Laggard> WriterRing::slowest() const {
  std::vector<Laggard> out;
  for (std::uint32_t entry = 0; entry < reader_limit(); ++entry) {
    const ReaderEntry& reader = sync_.readers[entry];
    if (reader_state(reader.control.load(std::memory_order_acquire)) != kActive) continue;
    const std::uint64_t behind = next_ - std::min(reader.cursor.load(std::memory_order_acquire), next_);
    if (behind == 0 || (!out.empty() && behind < out.front().behind)) continue;
    if (!out.empty() && behind > out.front().behind) out.clear();
    out.push_back({entry, reader.pid.load(std::memory_order_relaxed), behind});
  }
  return out;
}

std::string WriterRing::describe_slowest() const {
  if (active_readers() == 0) return "no reader is attached";
  std::string out;
  for (const Laggard& reader : slowest()) {
    out += text(out.empty() ? "" : ", ", describe_reader(reader.entry, reader.pid), " is ", batches(reader.behind),
                " behind");
  }
  return out.empty() ? "no reader is behind" : out;
}

std::string WriterRing::describe_holders() const {
  std::array<std::uint32_t, kMaxReaders> held{};
  for (const Slot& slot : slots_) {
    const std::uint64_t holders = slot.holders.load(std::memory_order_acquire);
    for (std::uint64_t bits = holders; bits != 0; bits &= bits - 1)
      ++held[static_cast<std::size_t>(std::countr_zero(bits))];
  }
  std::string out;
  for (std::uint32_t entry = 0; entry < kMaxReaders; ++entry) {
    if (held[entry] == 0) continue;
    out += text(out.empty() ? "" : ", ", describe(entry), " holds ", held[entry], " of ",
                counted(slots_.size(), "slot", "slots"));
  }
  return out.empty() ? "no reader holds a batch" : out;
}

}  // namespace qads::ring
