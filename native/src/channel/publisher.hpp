// The writing process's end of a segment: slots and room in the data section, found, waited for and given back. Shared by
// the arena's handle (user buffers) and the writer (batches). Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "arena/arena.hpp"
#include "arrow/flatten.hpp"
#include "channel/stall.hpp"
#include "events/events.hpp"
#include "qadataswap/qadataswap.h"
#include "ring/waiting.hpp"
#include "ring/writer_ring.hpp"
#include "segment/segment.hpp"

namespace qads::channel {

// Whoever may end a wait early; asked without the publisher's mutex.
struct Interruption {
  qads_interrupted asked = nullptr;
  void* context = nullptr;
};

// How a call waits: as long as the deadline says, and no longer than `closed` is false and nobody interrupts it.
struct Patience {
  ring::WaitMode mode;
  std::int64_t timeout_ms;
  const std::atomic<bool>& closed;
  Interruption interruption{};
};

class Publisher {
 public:
  explicit Publisher(std::shared_ptr<segment::Segment> segment);
  // Ends the stream as unfinished if nobody has ended it. Does nothing in a fork's child.
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  segment::Segment& segment() const { return *segment_; }
  std::uint64_t capacity() const { return arena_.capacity(); }
  arrow::Region region() const { return {segment_->data(), segment_->data_size()}; }

  // A user's buffer. Throws kTimeout, kWouldNotFit, kNoSpace, kClosed.
  arena::Block* allocate(std::uint64_t size, const Patience& patience);
  void release(arena::Block* block);
  std::byte* address(const arena::Block* block) const { return arena_.address(block); }

  // Publishes the planned record as one batch, waiting for a slot and room. False, and nothing done, if the plan refers
  // to memory of the data section that is no user's buffer: plan again without references. Errors as allocate.
  bool publish(const arrow::Flattener& plan, std::int64_t rows, std::uint32_t flags, const Patience& patience);

  // The message whose batches were published so far gets no more of them.
  void give_up_message();

  void write_schema(std::span<const std::byte> bytes);

  // layout::kFinished or kClosedUnfinished; the first call counts.
  void end(std::uint32_t kind);
  // The writer is gone: the name goes too, if its lifetime says so. Ends the stream as unfinished if nobody has.
  void close();
  // Wakes a thread that waits here, so that it looks at its `closed`.
  void interrupt();

  void wait_readers(std::uint32_t count, const Patience& patience);
  void wait_drained(const Patience& patience);

 private:
  struct Claim {
    std::uint32_t slot = 0;
    arena::Block* block = nullptr;
    std::uint64_t shape = 0;  // whose tables lie in the block; 0: nothing known
  };
  // What a slot keeps from being reused. A free slot keeps its record's memory, for the next one of that size, until memory
  // is short: batches of one size then go through places that both sides have in their caches.
  struct Held {
    arena::Block* record = nullptr;
    std::uint64_t shape = 0;
    std::vector<arena::Block*> references;
  };

  // Declared after the lock that it is about: tells what was noticed under it, without it.
  class TellAfterwards;

  Claim claim(std::unique_lock<std::mutex>& lock, std::uint64_t size, bool slot, const Patience& patience);
  std::optional<Claim> find(std::uint64_t size, bool slot);
  std::optional<Claim> find_slot(std::uint64_t size);
  arena::Block* find_block(std::uint64_t size);
  void let_go(Held& held);
  template <typename Visit>
  void for_value_lines(const arena::Block* record, const arrow::Flattener& plan, Visit visit) const;
  void hand_over(const arena::Block* record, const arrow::Flattener& plan) const;
  void fetch_ahead(const arrow::Flattener& plan) const;
  bool drop_for(std::uint64_t size);
  void collect(std::span<const std::uint32_t> slots);
  void probe(std::int64_t now);
  void refuse_impossible(std::uint64_t size) const;
  void notice_stall(std::uint64_t size);
  bool overwrites_itself() const;
  bool waits_for_itself(bool slot) const;
  [[noreturn]] void refuse_self_wait(const std::string& what, const char* way_out) const;
  bool nothing_will_be_freed() const;
  bool takes_name_along() const;
  [[noreturn]] void was_interrupted(const char* waiting_for) const;
  [[noreturn]] void give_up(std::uint64_t size, std::int64_t timeout_ms) const;
  void count(const arrow::Flattener& plan, std::int64_t rows, std::uint32_t flags);
  template <typename Done, typename Describe, typename ForItself>
  void wait_until(const Patience& patience, Done done, Describe describe, ForItself waits_for_itself);

  std::shared_ptr<segment::Segment> segment_;
  std::uint32_t fork_generation_;
  std::mutex mutex_;
  ring::WriterRing ring_;
  arena::Arena arena_;
  std::vector<Held> held_;  // by slot
  std::vector<arena::Block*> references_;
  events::Noticed noticed_;
  Stall stall_;
  std::int64_t probed_at_ = 0;
  std::string no_space_;  // why the data section can't grow now; empty if it can
  bool has_schema_ = false;
  bool ended_ = false;
};

}  // namespace qads::channel
