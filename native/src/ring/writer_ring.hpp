// The writer's side of the ring: publishing batches, taking slots back from readers that have passed, dropped or died.
// Not thread-safe: the channel's writer calls it under its mutex. What the writer decides by (its sequence numbers, its
// free slots, the tail) is private memory; shared memory is only told. So a process that scribbles over the sync section
// can keep the writer waiting until its timeout, and no more.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/events.hpp"
#include "layout/sync.hpp"
#include "os/file_lock.hpp"
#include "segment/segment.hpp"

namespace qads::ring {

struct Record {
  std::uint64_t offset;
  std::uint64_t length;
  std::uint64_t rows;
};

struct Laggard {
  std::uint32_t entry;
  std::uint64_t pid;
  std::uint64_t behind;  // batches
};

class WriterRing {
 public:
  // `first`: sequence of the first batch; other than 0 in tests of what happens after years.
  explicit WriterRing(segment::Segment& segment, std::uint64_t first = 0);

  // A slot to publish in, most recently freed first; has_free_slot() must hold.
  std::uint32_t claim_slot();
  std::uint32_t next_slot() const { return free_.back(); }  // that claim_slot() would give
  std::span<const std::uint32_t> free_slots() const { return free_; }

  // Before the first batch of a message: what was published so far may be dropped, also of a message given up.
  void begin_message() { message_start_ = next_; }
  void publish(std::uint32_t slot, const Record& record, std::uint32_t flags);

  // Slots that nobody needs any more, found in passing; valid until the next call. Never waits.
  std::span<const std::uint32_t> reclaim();
  // drop_oldest: gives up the oldest whole message before the one being written; empty if there is none. The slots that
  // are held come back through reclaim() when they are let go.
  std::span<const std::uint32_t> drop_oldest_message();

  bool has_free_slot() const { return !free_.empty(); }
  std::uint64_t live() const { return next_ - freed_; }  // published and not yet reclaimed or dropped
  std::size_t aside() const { return aside_.size(); }    // dropped or passed, but still held
  bool any_held() const;                                 // of all that was published
  std::uint64_t next() const { return next_; }
  // No slot and no memory can become free unless one of these readers (bit r is entry r) takes or lets go.
  bool depends_on(std::uint64_t readers) const;
  // One of these readers is active and has still to take batches before `place`.
  bool any_behind(std::uint64_t readers, std::uint64_t place) const;
  // Slots whose batches drop_oldest_message() could still give up, oldest first.
  std::vector<std::uint32_t> droppable() const;

  // Takes the entries of dead readers back. A lock that can be had belongs to nobody alive.
  void probe(events::Noticed& noticed);
  // Leaves readers behind that have kept the writer waiting for the segment's evict_after_ms; call it at intervals while
  // waiting, and begin_wait() before.
  void begin_wait();
  void evict_laggards(std::int64_t now, events::Noticed& noticed);

  void finish(std::uint32_t kind);

  std::uint32_t active_readers() const;
  bool drained() const;  // every active reader has read everything
  std::vector<Laggard> slowest()
      const;  // the active readers that are farthest behind; none if all have read everything
  std::string describe_slowest() const;  // for messages: who is in the way, and how far behind
  std::string describe_holders() const;  // who holds slots

 private:
  struct Lag {  // how long the writer has waited for a reader that stands still; several waits count together
    std::uint64_t control;
    std::uint64_t cursor;
    std::int64_t waited;
    std::int64_t seen;  // 0: not yet in this wait
  };

  std::uint32_t reader_limit() const;
  std::optional<std::uint64_t> slowest_cursor() const;
  void announce(std::uint64_t tail);
  void retire(std::uint64_t up_to);
  std::string describe(std::uint32_t entry) const;
  events::Event event(events::Kind kind, std::uint32_t entry, const std::string& what) const;

  segment::Segment& segment_;
  std::unique_ptr<os::LockFile> lock_;  // to probe the readers' bytes with
  layout::Sync& sync_;
  std::span<layout::Word64> order_;
  std::span<layout::Slot> slots_;
  std::uint64_t mask_;
  std::uint64_t next_;                  // sequence of the next batch
  std::uint64_t tail_;                  // what Sync::tail was told
  std::uint64_t freed_;                 // batches before it were taken out of the ring
  std::uint64_t message_start_;         // sequence of the first batch of the message being written
  std::vector<std::uint32_t> slot_of_;  // by sequence & mask
  std::vector<bool> last_;              // likewise: the batch ends its message
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> aside_;
  std::vector<std::uint32_t> just_freed_;
  std::array<Lag, layout::kMaxReaders> lags_{};
};

}  // namespace qads::ring
