#include "ring/reader_seat.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/fault_point.hpp"
#include "os/fork_guard.hpp"
#include "os/futex.hpp"
#include "os/process.hpp"
#include "ring/describe.hpp"
#include "ring/signal.hpp"

namespace qads::ring {

using namespace layout;

namespace {

constexpr int kClaimRounds = 20;
constexpr std::chrono::milliseconds kClaimPause{1};

// Order entries carry 48 bits of the sequence: compared as a signed difference modulo 2^48.
std::int64_t order_distance(std::uint64_t entry, std::uint64_t sequence) {
  const std::uint64_t difference = ((entry >> 16) - sequence) & kSequenceMask;
  return static_cast<std::int64_t>(difference << 16) >> 16;
}

// seq_cst even where nothing is left to do: who finds a limit that another joiner has raised must come after that raise in
// the order that the writer's announcement and look at the limit are part of, too.
void raise_to(Word32& word, std::uint32_t value) {
  std::uint32_t seen = word.load(std::memory_order_seq_cst);
  while (seen < value && !word.compare_exchange_weak(seen, value, std::memory_order_seq_cst)) {  // model: join.limit
  }
}

void raise_to(Word64& word, std::uint64_t value) {
  std::uint64_t seen = word.load(std::memory_order_relaxed);
  while (seen < value && !word.compare_exchange_weak(seen, value, std::memory_order_seq_cst)) {
  }
}

}  // namespace

ReaderSeat::ReaderSeat(std::shared_ptr<segment::Segment> segment, bool latest)
    : segment_(std::move(segment)),
      lock_(segment_->is_offline() ? nullptr : segment_->open_lock()),
      sync_(segment_->sync()),
      order_(segment_->order()),
      slots_(segment_->slots()),
      mask_(order_.size() - 1),
      fork_generation_(os::fork_generation()) {
  claim();
  events::Noticed noticed;
  // Its lock was free, so whoever is in the entry is dead.
  if (lock_ && reader_state(sync_.readers[entry_].control.load(std::memory_order_acquire)) != kFree) {
    noticed.add([&] {
      events::Event reaped = event(events::Kind::kReaderReaped, events::Level::kWarning);
      reaped.what += kReaped;
      return reaped;
    });
  }
  own_.emplace(*segment_, entry_);
  join(latest);
  noticed.deliver();
  events::raise([&] {
    const std::uint64_t head = std::max(sync_.head.load(std::memory_order_relaxed), position());
    events::Event attached = event(events::Kind::kReaderAttached, events::Level::kInfo);
    attached.batches = head - position();
    attached.what += text(" attached at batch ", position(), ", with ", batches(attached.batches), " to read");
    return attached;
  });
}

// About this reader, its sentence begun.
events::Event ReaderSeat::event(events::Kind kind, events::Level level) const {
  const std::uint64_t pid = sync_.readers[entry_].pid.load(std::memory_order_relaxed);
  return {.kind = kind,
          .level = level,
          .segment = segment_->name(),
          .what = describe_reader(entry_, pid),
          .entry = static_cast<std::int32_t>(entry_),
          .pid = static_cast<std::int64_t>(pid)};
}

void ReaderSeat::claim() {
  const std::uint32_t capacity = segment_->header().reader_capacity;
  for (int round = 0; round < kClaimRounds; ++round) {
    for (entry_ = 0; entry_ < capacity; ++entry_) {
      if (!lock_ || lock_->try_lock(reader_lock_byte(entry_))) {  // model: claim.lock
        bit_ = std::uint64_t{1} << entry_;
        QADS_FAULT_POINT("claim.locked");
        return;
      }
    }
    std::this_thread::sleep_for(kClaimPause);
  }
  throw Error(
      Code::kTooManyReaders,
      text("segment '", segment_->name(),
           "': ", capacity == 1 ? "its only reader entry is" : text("all ", capacity, " reader entries are"),
           " taken; close a reader, or create the segment with a larger reader_capacity (at most ", kMaxReaders, ")"));
}

void ReaderSeat::join(bool latest) {
  ReaderEntry& self = sync_.readers[entry_];
  const std::uint64_t generation = (self.control.load(std::memory_order_relaxed) >> 8) + 1;
  self.control.store(reader_control(generation, kClaimed), std::memory_order_seq_cst);  // model: join.claimed
  QADS_FAULT_POINT("join.claimed");
  drop_bits();  // what a predecessor that died here left behind
  QADS_FAULT_POINT("join.cleaned");
  self.lost.store(0, std::memory_order_relaxed);
  self.pid.store(static_cast<std::uint64_t>(os::process_id()), std::memory_order_relaxed);
  self.attached_unix_ns.store(static_cast<std::uint64_t>(os::unix_ns()), std::memory_order_relaxed);
  raise_to(sync_.reader_limit, entry_ + 1);  // before ACTIVE: a writer that sees ACTIVE must scan so far
  // In the way of everything before the tail is read: the writer announces a new tail and then looks at the cursors again,
  // so either we read its new tail or it sees our 0 (partner: WriterRing::reclaim).
  self.cursor.store(0, std::memory_order_seq_cst);  // model: join.zero
  QADS_FAULT_POINT("join.in_the_way");
  self.control.store(reader_control(generation, kActive), std::memory_order_seq_cst);  // model: join.active
  QADS_FAULT_POINT("join.active");
  std::uint64_t start = sync_.tail.load(std::memory_order_seq_cst);                 // model: join.tail
  if (latest) start = std::max(start, sync_.head.load(std::memory_order_acquire));  // model: join.head
  self.cursor.store(start, std::memory_order_seq_cst);                              // model: join.cursor
  QADS_FAULT_POINT("join.placed");
  next_.store(start, std::memory_order_relaxed);
  fence_and_wake(sync_.freed);  // model: join.wake
}

void ReaderSeat::drop_bits() noexcept {
  for (Slot& slot : slots_) {
    if ((slot.holders.load(std::memory_order_relaxed) & bit_) != 0) {  // model: join.seen
      slot.holders.fetch_and(~bit_, std::memory_order_seq_cst);        // model: join.clear
    }
  }
}

ReaderSeat::~ReaderSeat() {
  if (in_child()) return;
  close();
  raise_to(sync_.read_up_to, position());
  ReaderEntry& self = sync_.readers[entry_];
  const std::uint64_t control = self.control.load(std::memory_order_relaxed);
  self.control.store(reader_control(control >> 8, kFree), std::memory_order_seq_cst);  // model: leave.free
  QADS_FAULT_POINT("leave.freed");
  if (!lock_) return;
  lock_->unlock(reader_lock_byte(entry_));  // model: leave.unlock
  QADS_FAULT_POINT("leave.unlocked");
  if (at_end_) drop_name();
}

void ReaderSeat::reach_end() noexcept {
  if (at_end_.exchange(true, std::memory_order_relaxed)) return;
  // seq_cst: of two readers that reach the end at once, at least one sees the other there (Segment::remove_name_if_last).
  sync_.readers[entry_].cursor.store(position(), std::memory_order_seq_cst);  // model: end.cursor
  QADS_FAULT_POINT("end.reached");
  drop_name();
}

void ReaderSeat::drop_name() noexcept {
  if (segment_->header().lifetime != kUntilDrained) return;
  try {
    if (segment_->remove_name_if_last()) segment::tell_removed(segment_->name(), "everything was read");
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the name stays, for a new writer to take over
  }
}

Take ReaderSeat::take(Taken& out) {
  ReaderEntry& self = sync_.readers[entry_];
  // model: take.control
  if (reader_state(self.control.load(std::memory_order_acquire)) == kEvicted) return Take::kEvicted;
  const std::uint64_t next = position();
  // Partner: publish.
  const std::uint64_t entry = order_[next & mask_].load(std::memory_order_acquire);  // model: take.order
  const std::int64_t distance = entry == 0 ? -1 : order_distance(entry, next);
  if (distance < 0) return Take::kNothing;
  if (distance > 0) return overrun(next);
  const std::uint32_t index = order_slot(entry);
  if (index >= slots_.size()) {
    corrupt(text("order entry of batch ", next, " names slot ", index, " of ", slots_.size()));
  }
  Slot& slot = slots_[index];
  QADS_FAULT_POINT("take.seen");
  // The bit first, then the check: the writer invalidates first and looks at holders then (both seq_cst; partner:
  // WriterRing::retire). Until the sequence has been found unchanged nothing of the slot may be used.
  if ((slot.holders.fetch_or(bit_, std::memory_order_seq_cst) & bit_) != 0) {  // model: take.bit
    corrupt(text("slot ", index, " of batch ", next, " is already marked as held by reader ", entry_));
  }
  QADS_FAULT_POINT("take.marked");
  if (slot.sequence.load(std::memory_order_seq_cst) != next) {  // model: take.check
    slot.holders.fetch_and(~bit_, std::memory_order_release);   // model: take.undo
    QADS_FAULT_POINT("take.withdrawn");
    // The writer may have seen our bit and gone to sleep.
    fence_and_wake(sync_.freed);  // model: take.wake
    return overrun(next);
  }
  QADS_FAULT_POINT("take.checked");
  if (own_) own_->taken();
  out = {next, slot.record_offset, slot.record_length, slot.rows, slot.flags, index};
  next_.store(next + 1, std::memory_order_relaxed);
  // After the bit: a reader that dies in between holds the slot, and its entry's lock says that it is dead.
  self.cursor.store(next + 1, std::memory_order_release);  // model: take.cursor
  QADS_FAULT_POINT("take.moved");
  return Take::kTaken;
}

Take ReaderSeat::overrun(std::uint64_t next) {
  ReaderEntry& self = sync_.readers[entry_];
  if (segment_->header().overflow == kOverflowBlock) {
    // model: overrun.control
    if (reader_state(self.control.load(std::memory_order_seq_cst)) == kEvicted) return Take::kEvicted;
    if (closed()) return Take::kNothing;  // meanwhile, by another thread: our cursor counts no more
    corrupt(text("batch ", next, " was overwritten before it was read, though the overflow policy is block"));
  }
  // Partner: drop_oldest_message.
  const std::uint64_t tail = sync_.tail.load(std::memory_order_acquire);  // model: overrun.tail
  const std::uint64_t head = sync_.head.load(std::memory_order_acquire);  // model: overrun.head
  if (tail <= next || tail > head) {
    corrupt(text("batch ", next, " is gone, but the tail is ", tail, " and the head ", head));
  }
  lost_.fetch_add(tail - next, std::memory_order_relaxed);
  self.lost.store(lost(), std::memory_order_relaxed);
  next_.store(tail, std::memory_order_relaxed);
  self.cursor.store(tail, std::memory_order_release);  // model: overrun.cursor
  QADS_FAULT_POINT("overrun.moved");
  return Take::kOverrun;
}

void ReaderSeat::release(std::uint32_t slot) noexcept {
  if (in_child()) return;  // model: release.child
  // Partner: WriterRing::reclaim's look.
  slots_[slot].holders.fetch_and(~bit_, std::memory_order_seq_cst);  // model: release.bit
  QADS_FAULT_POINT("release.cleared");
  wake_after_exchange(sync_.freed);  // model: release.wake
}

std::int32_t ReaderSeat::held() const noexcept {
  const auto holds = [this](const Slot& slot) { return (slot.holders.load(std::memory_order_relaxed) & bit_) != 0; };
  return static_cast<std::int32_t>(std::count_if(slots_.begin(), slots_.end(), holds));
}

void ReaderSeat::close() noexcept {
  if (in_child() || closed_.exchange(true, std::memory_order_seq_cst)) return;  // model: close.closed
  ReaderEntry& self = sync_.readers[entry_];
  std::uint64_t control = self.control.load(std::memory_order_relaxed);
  // The cursor counts no longer; the bits of what is still held do. Loops only against the writer's eviction.
  // model: close.swap
  while (
      !self.control.compare_exchange_weak(control, reader_control(control >> 8, kClosing), std::memory_order_seq_cst)) {
  }
  QADS_FAULT_POINT("close.closing");
  wake(sync_.freed);             // model: close.wake
  wake_always(sync_.published);  // our own waiting thread
  const std::uint64_t end = sync_.end.load(std::memory_order_seq_cst);
  if (end != kOpen && position() >= end) reach_end();  // without having asked for more than the last batch
  events::raise([&] {
    events::Event left = event(events::Kind::kReaderLeft, events::Level::kInfo);
    left.batches = lost();
    left.what += text(" left at batch ", position(), ", ", batches(lost()), " lost");
    return left;
  });
}

bool ReaderSeat::writer_waits() const noexcept { return (sync_.freed.load(std::memory_order_relaxed) & 1) != 0; }

bool ReaderSeat::in_child() const noexcept { return fork_generation_ != os::fork_generation(); }

void ReaderSeat::corrupt(const std::string& what) const {
  throw Error(Code::kCorrupt, text("segment '", segment_->name(), "' is corrupt: ", what,
                                   "; remove it and let its writer create it anew"));
}

// What there is to know without taking: seq_cst, because it is also the second look before sleeping (partners:
// WriterRing::publish and finish).
Wait ReaderSeat::state(std::uint64_t next) const {
  if (closed()) return Wait::kClosed;
  const std::uint64_t end = sync_.end.load(std::memory_order_seq_cst);  // model: state.end
  if (end == kOpen || next < end) return Wait::kLookAgain;
  return sync_.end_kind.load(std::memory_order_relaxed) == kFinished ? Wait::kEnd : Wait::kUnfinished;
}

// One step of a wait for condition(), which looks with seq_cst.
template <typename Condition>
Wait ReaderSeat::step(Waiting& waiting, Condition condition) {
  const Wait now = state(position());
  if (now == Wait::kClosed) return now;
  if (now != Wait::kLookAgain) {
    // The end was stored after the last batch: only a look after having seen it tells that nothing is left.
    if (condition()) return Wait::kLookAgain;  // model: step.end
    reach_end();
    return now;
  }
  const Waiting::Step next = waiting.next();
  if (next == Waiting::Step::kLookAgain) return Wait::kLookAgain;
  if (waiting.now() - probed_at_.load(std::memory_order_relaxed) >= kIntervalNs) {
    probed_at_.store(waiting.now(), std::memory_order_relaxed);
    segment_->check_whole();
    if (!segment_->writer_alive()) {  // model: step.alive
      // It may have published or finished between our look and its death: look once more.
      if (condition() || state(position()) != Wait::kLookAgain) return Wait::kLookAgain;  // model: step.died
      reach_end();
      return Wait::kDied;
    }
  }
  if (next == Waiting::Step::kSpin) return Wait::kLookAgain;
  if (next == Waiting::Step::kTimeout) return Wait::kTimeout;
  if (next == Waiting::Step::kNap) {
    sleeps_.fetch_add(1, std::memory_order_relaxed);
    waiting.nap();
    return Wait::kLookAgain;
  }
  const std::uint32_t word = arm(sync_.published);
  QADS_FAULT_POINT("sleep.reader");
  if (!condition() && state(position()) == Wait::kLookAgain) {
    sleeps_.fetch_add(1, std::memory_order_relaxed);
    os::futex_wait(sync_.published, word, waiting.sleep_ns());
  }
  waiting.slept();
  return Wait::kLookAgain;
}

bool ReaderSeat::watch(Waiting& waiting) {
  const auto happened = [this] { return ready() || state(position()) != Wait::kLookAgain; };
  if (happened()) return true;
  const Waiting::Step next = waiting.next();
  if (next == Waiting::Step::kLookAgain || next == Waiting::Step::kSpin) return false;
  if (waiting.now() - watched_at_ >= kIntervalNs) {
    watched_at_ = waiting.now();
    probed_at_.store(0, std::memory_order_relaxed);  // whoever takes is to find out for himself, at once
    segment_->check_whole();
    if (!segment_->writer_alive()) return true;
  }
  if (next == Waiting::Step::kNap) {
    waiting.nap();
    return false;
  }
  const std::uint32_t word = arm(sync_.published);
  if (!happened()) os::futex_wait(sync_.published, word, waiting.sleep_ns());
  waiting.slept();
  return false;
}

// seq_cst: also the second look before sleeping (partners: WriterRing::publish and evict_laggards).
bool ReaderSeat::ready() const noexcept {
  const std::uint64_t next = position();
  const std::uint64_t entry = order_[next & mask_].load(std::memory_order_seq_cst);  // model: ready.order
  if (entry != 0 && order_distance(entry, next) >= 0) return true;
  // model: ready.control
  return reader_state(sync_.readers[entry_].control.load(std::memory_order_seq_cst)) == kEvicted;
}

Wait ReaderSeat::wait(Waiting& waiting) {
  return step(waiting, [this] { return ready(); });
}

Wait ReaderSeat::wait_for_schema(Waiting& waiting) {
  return step(waiting, [this] { return sync_.schema_state.load(std::memory_order_seq_cst) != 0; });
}

}  // namespace qads::ring
