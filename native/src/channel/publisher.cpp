#include "channel/publisher.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/text.hpp"
#include "channel/self_wait.hpp"
#include "os/fault_point.hpp"
#include "os/fork_guard.hpp"
#include "os/futex.hpp"
#include "ring/cache_lines.hpp"
#include "ring/own_readers.hpp"
#include "ring/signal.hpp"

namespace qads::channel {

namespace {

// Slots and memory are taken back once so many batches are out, not only when none is left: a reader that keeps up then
// finds every batch in memory that both sides still have in their caches. Not at each write, as the look costs a cache
// miss.
constexpr std::uint64_t kReclaimBatches = 16;
constexpr std::uint64_t kReclaimBytes = 256 << 10;

// Above this a copy runs without the mutex, so that releasing a buffer elsewhere never waits for it.
constexpr std::uint64_t kCopyUnlocked = 64 << 10;

constexpr std::uint64_t kSmallRecord = 4 << 10;
constexpr std::uint64_t kLine = 64;

void add(layout::Word64& counter, std::uint64_t amount) {  // one thread at a time writes these
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

// Asks whether to stop, once an interval: a wait that is short enough to spin through is never asked about.
class Asking {
 public:
  explicit Asking(Interruption interruption) noexcept : interruption_(interruption) {}

  bool says_stop(std::int64_t now) {
    if (interruption_.asked == nullptr || now < next_) return false;
    const bool first = next_ == 0;
    next_ = now + ring::kIntervalNs;
    return !first && interruption_.asked(interruption_.context) != 0;
  }

 private:
  Interruption interruption_;
  std::int64_t next_ = 0;
};

}  // namespace

class Publisher::TellAfterwards {
 public:
  TellAfterwards(Publisher& publisher, std::unique_lock<std::mutex>& lock) : publisher_(publisher), lock_(lock) {}
  ~TellAfterwards() {
    if (!lock_.owns_lock()) lock_.lock();
    if (publisher_.noticed_.empty()) return;
    const events::Noticed noticed = publisher_.noticed_.take();
    lock_.unlock();
    noticed.deliver();
  }
  TellAfterwards(const TellAfterwards&) = delete;
  TellAfterwards& operator=(const TellAfterwards&) = delete;

 private:
  Publisher& publisher_;
  std::unique_lock<std::mutex>& lock_;
};

Publisher::Publisher(std::shared_ptr<segment::Segment> segment)
    : segment_(std::move(segment)),
      fork_generation_(os::fork_generation()),
      ring_(*segment_),
      arena_(segment_),
      held_(segment_->slots().size()) {}

Publisher::~Publisher() {
  if (fork_generation_ != os::fork_generation()) return;
  try {
    close();
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the name may stay, for a new writer to take over
  }
}

arena::Block* Publisher::allocate(std::uint64_t size, const Patience& patience) {
  std::unique_lock lock(mutex_);
  const TellAfterwards tell(*this, lock);
  if (ended_) throw Error(Code::kClosed, text("segment '", segment_->name(), "': the stream has ended"));
  arena::Block* block = claim(lock, size, false, patience).block;
  arena_.make_referable(block);
  // Padding that its user may never write, and that isn't the core's to write later: by then it may hold what he has put
  // there for another batch.
  if (const std::uint64_t last = size / arena::kGranule * arena::kGranule; last != size)
    std::memset(arena_.address(block) + last, 0, arena::kGranule);
  return block;
}

void Publisher::release(arena::Block* block) {
  {
    const std::scoped_lock lock(mutex_);
    arena_.release(block);
  }
  ring::fence_and_wake(segment_->sync().freed);
}

bool Publisher::publish(const arrow::Flattener& plan, std::int64_t rows, std::uint32_t flags,
                        const Patience& patience) {
  std::unique_lock lock(mutex_);
  const TellAfterwards tell(*this, lock);
  if (ended_) throw Error(Code::kClosed, text("segment '", segment_->name(), "': the stream has ended"));
  references_.clear();
  if (!plan.references().empty() && !arena_.use(plan.references(), references_)) return false;
  if ((flags & layout::kFirstOfMessage) != 0) ring_.begin_message();
  const std::uint64_t size = plan.record_bytes();
  Claim claimed;
  try {
    claimed = claim(lock, size, true, patience);
  } catch (...) {
    for (arena::Block* block : references_) arena_.release(block);
    throw;
  }
  const bool unlocked = size > kCopyUnlocked;
  if (unlocked) lock.unlock();
  QADS_FAULT_POINT("copy.begin");
  plan.write(arena_.address(claimed.block), claimed.block->offset, claimed.shape == plan.shape());
  QADS_FAULT_POINT("copy.done");
  if (unlocked) lock.lock();
  Held& held = held_[claimed.slot];
  held.record = claimed.block;
  held.shape = plan.shape();
  held.references.assign(references_.begin(), references_.end());
  count(plan, rows, flags);
  ring_.publish(claimed.slot, {claimed.block->offset, size, static_cast<std::uint64_t>(rows)}, flags);
  hand_over(claimed.block, plan);
  fetch_ahead(plan);
  return true;
}

// The lines of a small record's values, whose misses cost more than copying them. Not its tables: where they are the same as
// the record's before, both sides keep them in their own caches.
template <typename Visit>
void Publisher::for_value_lines(const arena::Block* record, const arrow::Flattener& plan, Visit visit) const {
  const std::byte* const at = arena_.address(record);
  const std::uint64_t end = std::min(record->size, kSmallRecord);
  for (std::uint64_t line = plan.table_bytes(); line < end; line += kLine) visit(at + line);
}

// What was published, to where its readers find it sooner.
void Publisher::hand_over(const arena::Block* record, const arrow::Flattener& plan) const {
  for_value_lines(record, plan, ring::hand_to_others);
}

// What the next batch will be written to, if it is like this one: readers have those lines.
void Publisher::fetch_ahead(const arrow::Flattener& plan) const {
  if (!ring_.has_free_slot()) return;
  const Held& next = held_[ring_.next_slot()];
  if (next.record != nullptr && next.shape == plan.shape()) for_value_lines(next.record, plan, ring::prefetch_to_write);
}

void Publisher::give_up_message() {
  const std::scoped_lock lock(mutex_);
  ring_.begin_message();  // what there is of it may be dropped
}

void Publisher::count(const arrow::Flattener& plan, std::int64_t rows, std::uint32_t flags) {
  layout::WriterStatistics& statistics = segment_->sync().statistics;
  if ((flags & layout::kLastOfMessage) != 0) add(statistics.messages, 1);
  add(statistics.rows, static_cast<std::uint64_t>(rows));
  add(statistics.bytes_copied, plan.bytes_copied());
  add(statistics.bytes_referenced, plan.bytes_referenced());
}

// Waits for room of `size` bytes, and a slot if `slot`. Holds the mutex while it looks, not while it sleeps.
Publisher::Claim Publisher::claim(std::unique_lock<std::mutex>& lock, std::uint64_t size, bool slot,
                                  const Patience& patience) {
  refuse_impossible(size);
  no_space_.clear();
  if (std::optional<Claim> found = find(size, slot)) {
    stall_.found_room();
    return *found;
  }
  if (overwrites_itself() || nothing_will_be_freed()) give_up(size, patience.timeout_ms);
  layout::Sync& sync = segment_->sync();
  add(sync.statistics.stalls, 1);
  ring_.begin_wait();
  stall_.begin_wait();
  ring::Waiting waiting(patience.mode, ring::Deadline(patience.timeout_ms));
  Asking asking(patience.interruption);
  SelfWait self_wait;
  // While it lasts, so that who looks from outside sees it.
  auto count_wait = [&, counted = std::int64_t{0}]() mutable {
    add(sync.statistics.stalled_ns, static_cast<std::uint64_t>(waiting.waited_ns() - counted));
    counted = waiting.waited_ns();
  };
  for (;;) {
    if (patience.closed.load(std::memory_order_seq_cst) || ended_) {
      throw Error(Code::kClosed, text("segment '", segment_->name(), "': closed while waiting for room"));
    }
    const ring::Waiting::Step step = waiting.next();
    std::uint32_t word = 0;
    // Also by a writer that never sleeps: a reader that gathers a message sees by it that it is in the way.
    const bool stuck = step == ring::Waiting::Step::kSpin && waiting.waited_ns() > ring::kSpinNs;
    if (step == ring::Waiting::Step::kSleep || step == ring::Waiting::Step::kNap || stuck) {
      word = ring::arm(sync.freed);
      QADS_FAULT_POINT("sleep.writer");
    }
    if (step != ring::Waiting::Step::kLookAgain) {
      count_wait();
      probe(waiting.now());
    }
    std::optional<Claim> found = find(size, slot);
    if (found || step == ring::Waiting::Step::kTimeout || nothing_will_be_freed()) {
      if (!found) give_up(size, patience.timeout_ms);
      stall_.found_room();
      return *found;
    }
    if (step != ring::Waiting::Step::kLookAgain && stall_.due(waiting.now())) notice_stall(size);
    const auto look = [&] { return SelfWait::Sight{waits_for_itself(slot), ring_.live(), ring_.aside()}; };
    if (patience.timeout_ms < 0 && step != ring::Waiting::Step::kLookAgain && self_wait.lasts(waiting.now(), look)) {
      refuse_self_wait(text("no room for ", size, " bytes, and this write"),
                       "let go of batches before writing, read in another thread, or write");
    }
    const events::Noticed noticed = noticed_.take();
    lock.unlock();
    noticed.deliver();
    const bool interrupted = asking.says_stop(waiting.now());
    if (step == ring::Waiting::Step::kSleep && !interrupted) {
      if (!patience.closed.load(std::memory_order_seq_cst)) os::futex_wait(sync.freed, word, waiting.sleep_ns());
      waiting.slept();
    }
    if (step == ring::Waiting::Step::kNap) waiting.nap();
    lock.lock();
    if (interrupted) was_interrupted("room");
  }
}

std::optional<Publisher::Claim> Publisher::find(std::uint64_t size, bool slot) {
  const bool block_policy = segment_->header().overflow == layout::kOverflowBlock;
  const bool crowded = ring_.live() + ring_.aside() >= kReclaimBatches || size >= kReclaimBytes;
  if (ring_.aside() != 0 || (block_policy && crowded) || (slot && !ring_.has_free_slot())) collect(ring_.reclaim());
  for (;;) {
    if (!slot) {
      if (arena::Block* block = find_block(size)) return Claim{.block = block};
    } else if (ring_.has_free_slot()) {
      if (const std::optional<Claim> found = find_slot(size)) return found;
    }
    if (block_policy || !drop_for(size)) return std::nullopt;
  }
}

// A free slot and memory for it: that of its last record, if the size is right.
std::optional<Publisher::Claim> Publisher::find_slot(std::uint64_t size) {
  const std::uint32_t slot = ring_.next_slot();
  Held& held = held_[slot];
  const Claim again{.slot = slot, .block = held.record, .shape = held.shape};
  if (held.record != nullptr && held.record->size == size) {
    held.record = nullptr;
    ring_.claim_slot();
    return again;
  }
  let_go(held);
  arena::Block* block = find_block(size);
  if (block == nullptr) return std::nullopt;
  return Claim{.slot = ring_.claim_slot(), .block = block};
}

arena::Block* Publisher::find_block(std::uint64_t size) {
  if (arena::Block* block = arena_.allocate(size)) return block;
  collect(ring_.reclaim());
  for (const std::uint32_t slot : ring_.free_slots()) let_go(held_[slot]);
  if (arena::Block* block = arena_.allocate(size)) return block;
  try {
    no_space_.clear();
    return arena_.allocate_growing(size);
  } catch (const Error& error) {
    if (error.code() != Code::kNoSpace) throw;
    no_space_ = error.message();  // what is in use may become free: go on with what there is
    return nullptr;
  }
}

// drop_oldest: gives up one message, if that can help. Readers that died are looked for first, at intervals.
bool Publisher::drop_for(std::uint64_t size) {
  if (ring_.aside() != 0) {
    probe(os::monotonic_ns());
    const std::size_t aside = ring_.aside();
    collect(ring_.reclaim());
    if (ring_.aside() != aside) return true;
  }
  if (ring_.has_free_slot()) {  // it is memory that is short: don't drop everything for a hole that can't come about
    std::vector<arena::Block*> droppable;
    for (const std::uint32_t slot : ring_.droppable()) {
      droppable.push_back(held_[slot].record);
      for (arena::Block* block : held_[slot].references) droppable.push_back(block);
    }
    if (arena_.largest_if_free(droppable, no_space_.empty()) < size) return false;
  }
  const std::uint64_t live = ring_.live();
  collect(ring_.drop_oldest_message());
  return ring_.live() != live;
}

void Publisher::collect(std::span<const std::uint32_t> slots) {
  for (const std::uint32_t slot : slots) {
    Held& held = held_[slot];
    for (arena::Block* block : held.references) arena_.release(block);
    held.references.clear();
  }
}

// Of a free slot: its memory may be used for anything.
void Publisher::let_go(Held& held) {
  if (held.record != nullptr) arena_.release(held.record);
  held.record = nullptr;
}

void Publisher::probe(std::int64_t now) {
  if (now - probed_at_ < ring::kIntervalNs) return;
  probed_at_ = now;
  segment_->check_whole();
  ring_.probe(noticed_);
  ring_.evict_laggards(now, noticed_);
}

void Publisher::write_schema(std::span<const std::byte> bytes) {
  segment_->write_schema(bytes);
  has_schema_ = true;
  ring::fence_and_wake(segment_->sync().published);  // readers wait for the schema on the word of batches
}

void Publisher::end(std::uint32_t kind) {
  const std::scoped_lock lock(mutex_);
  if (ended_) return;
  ended_ = true;
  ring_.finish(kind);
  // From here on the name may be taken over, or removed by the last reader. Removing it ourselves takes the lock, though.
  if (takes_name_along()) return;
  segment_->release_writer();
  QADS_FAULT_POINT("finish.unlocked");
}

// A stream without even a schema has nothing for anybody to come for: its writer never got so far.
bool Publisher::takes_name_along() const {
  const std::uint32_t lifetime = segment_->header().lifetime;
  return lifetime == layout::kUntilClosed || (lifetime == layout::kUntilDrained && !has_schema_);
}

void Publisher::close() {
  end(layout::kClosedUnfinished);
  if (!takes_name_along()) return;
  bool removed = false;
  try {
    removed = segment_->remove_name();
  } catch (...) {
    segment_->release_writer();
    throw;
  }
  segment_->release_writer();
  if (removed) segment::tell_removed(segment_->name(), "its writer closed");
}

void Publisher::interrupt() { ring::wake_always(segment_->sync().freed); }

template <typename Done, typename Describe, typename ForItself>
void Publisher::wait_until(const Patience& patience, Done done, Describe describe, ForItself waits_for_itself) {
  ring::Waiting waiting(patience.mode, ring::Deadline(patience.timeout_ms));
  Asking asking(patience.interruption);
  SelfWait self_wait;
  layout::Sync& sync = segment_->sync();
  std::unique_lock lock(mutex_);
  const TellAfterwards tell(*this, lock);
  ring_.begin_wait();
  while (!done()) {
    if (patience.closed.load(std::memory_order_seq_cst)) {
      throw Error(Code::kClosed, text("segment '", segment_->name(), "': closed while waiting for readers"));
    }
    const ring::Waiting::Step step = waiting.next();
    if (step != ring::Waiting::Step::kLookAgain) probe(waiting.now());
    if (step == ring::Waiting::Step::kTimeout && !done()) {
      throw Error(Code::kTimeout,
                  text("segment '", segment_->name(), "': after ", patience.timeout_ms, " ms ", describe()));
    }
    const auto look = [&] { return SelfWait::Sight{waits_for_itself(), ring_.live(), ring_.aside()}; };
    if (patience.timeout_ms < 0 && step != ring::Waiting::Step::kLookAgain && self_wait.lasts(waiting.now(), look)) {
      refuse_self_wait("this call, which waits until everything is read,", "read in another thread, or wait");
    }
    const bool sleeps = step == ring::Waiting::Step::kSleep;
    const std::uint32_t word = sleeps ? ring::arm(sync.freed) : 0;
    const bool ready = done();
    const events::Noticed noticed = noticed_.take();
    lock.unlock();
    noticed.deliver();
    const bool interrupted = asking.says_stop(waiting.now());
    if (sleeps && !ready && !interrupted && !patience.closed.load(std::memory_order_seq_cst)) {
      os::futex_wait(sync.freed, word, waiting.sleep_ns());
      waiting.slept();
    }
    if (step == ring::Waiting::Step::kNap) waiting.nap();
    lock.lock();
    if (interrupted) was_interrupted("readers");
  }
}

void Publisher::was_interrupted(const char* waiting_for) const {
  throw Error(Code::kTimeout, text("segment '", segment_->name(), "': interrupted while waiting for ", waiting_for));
}

void Publisher::wait_readers(std::uint32_t count, const Patience& patience) {
  wait_until(
      patience, [&] { return ring_.active_readers() >= count; },
      [&] { return text(ring_.active_readers(), " of ", counted(count, "reader is", "readers are"), " attached"); },
      [] { return false; });
}

void Publisher::wait_drained(const Patience& patience) {
  wait_until(
      patience, [&] { return ring_.drained(); }, [&] { return ring_.describe_slowest(); },
      [&] { return ring_.any_behind(ring::entries_of_this_thread(*segment_), ring_.next()); });
}

}  // namespace qads::channel
