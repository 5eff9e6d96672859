// A reader's side of the ring: one entry, claimed by its lock byte, from joining until the last lease has ended. Shared by
// the reader's handle and every lease; take() and wait() are called by one thread at a time, watch() by one other, release() by
// any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "events/events.hpp"
#include "layout/sync.hpp"
#include "os/file_lock.hpp"
#include "ring/own_readers.hpp"
#include "ring/waiting.hpp"
#include "segment/segment.hpp"

namespace qads::ring {

struct Taken {
  std::uint64_t sequence;
  std::uint64_t offset;
  std::uint64_t length;
  std::uint64_t rows;
  std::uint32_t flags;
  std::uint32_t slot;
};

enum class Take { kTaken, kNothing, kOverrun, kEvicted };
enum class Wait { kLookAgain, kTimeout, kEnd, kDied, kUnfinished, kClosed };

class ReaderSeat {
 public:
  // Claims an entry and joins. kTooManyReaders after some retries: a writer's probe looks like a reader for an instant.
  ReaderSeat(std::shared_ptr<segment::Segment> segment, bool latest);
  // Gives the entry back: the last lease has ended. Does nothing in a fork's child.
  ~ReaderSeat();
  ReaderSeat(const ReaderSeat&) = delete;
  ReaderSeat& operator=(const ReaderSeat&) = delete;

  // The next batch, or why there is none now. Throws kCorrupt. kOverrun has already moved to the oldest batch retained.
  Take take(Taken& out);
  // Ends the lease on a slot. Any thread.
  void release(std::uint32_t slot) noexcept;

  // take() would not say kNothing.
  bool ready() const noexcept;
  // One step of waiting for the next batch: spins, sleeps, asks who lives. kLookAgain: call take().
  Wait wait(Waiting& waiting);
  // The same for the schema.
  Wait wait_for_schema(Waiting& waiting);
  // One step of waiting for anything to happen, an end or a death included, by a thread that doesn't take: true once something
  // has. Does nothing about it, and tells nobody. Throws what checking the file throws.
  bool watch(Waiting& waiting);

  // This handle takes no more; wakes it if it waits. Any thread, twice is fine.
  void close() noexcept;
  bool closed() const noexcept { return closed_.load(std::memory_order_seq_cst); }  // model: close.seen

  bool writer_waits() const noexcept;  // it sleeps for room
  std::uint64_t position() const noexcept { return next_.load(std::memory_order_relaxed); }
  std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }
  std::uint64_t sleeps() const noexcept { return sleeps_.load(std::memory_order_relaxed); }
  std::int32_t held() const noexcept;  // slots it has its bit in; O(slots)
  bool in_child() const noexcept;
  segment::Segment& segment() const noexcept { return *segment_; }
  events::Event event(events::Kind kind, events::Level level) const;

 private:
  void claim();
  void join(bool latest);
  void drop_bits() noexcept;
  // Everything was read: the name goes now, not with the last lease, because a process may leave without releasing.
  void reach_end() noexcept;
  void drop_name() noexcept;
  Take overrun(std::uint64_t next);
  [[noreturn]] void corrupt(const std::string& what) const;
  template <typename Condition>
  Wait step(Waiting& waiting, Condition condition);
  Wait state(std::uint64_t next) const;

  std::shared_ptr<segment::Segment> segment_;
  std::unique_ptr<os::LockFile> lock_;
  layout::Sync& sync_;
  std::span<layout::Word64> order_;
  std::span<layout::Slot> slots_;
  std::uint64_t mask_;
  std::uint32_t fork_generation_;
  std::uint32_t entry_ = 0;
  std::uint64_t bit_ = 0;
  std::optional<OwnReader> own_;  // once it has its entry
  std::atomic<std::int64_t> probed_at_{0};
  std::int64_t watched_at_ = 0;         // when watch() asked who lives
  std::atomic<std::uint64_t> next_{0};  // the sequence it takes next; written by the taking thread alone
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::uint64_t> sleeps_{0};
  std::atomic<bool> closed_{false};
  std::atomic<bool> at_end_{false};
};

}  // namespace qads::ring
