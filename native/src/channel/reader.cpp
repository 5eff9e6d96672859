#include "channel/reader.hpp"

#include <utility>

#include "base/text.hpp"
#include "events/events.hpp"
#include "os/futex.hpp"

namespace qads::channel {

namespace {

// A message is held in place while it leaves the writer so much of the ring; beyond, its batches are copied out.
constexpr std::uint64_t kShareOfRing = 2;

// A slow reader may be overrun thousands of times a second.
constexpr std::int64_t kTellLossEveryNs = 1'000'000'000;

}  // namespace

Reader::Reader(std::shared_ptr<segment::Segment> segment, const ReaderOptions& options)
    : pool_(std::make_shared<LeasePool>(std::make_unique<ring::ReaderSeat>(std::move(segment), options.latest))),
      options_(options) {}

Reader::~Reader() {
  close();
  if (pool_->seat().in_child()) (void)notifier_.release();  // its thread, which others may wait for, is the parent's
  notifier_.reset();
  pool_->retire();
}

Code Reader::next(std::int64_t timeout_ms, LeasePtr& out) {
  const std::scoped_lock lock(mutex_);
  return told(next_lease(timeout_ms, out));
}

Code Reader::next_message(std::int64_t timeout_ms, std::vector<LeasePtr>& out) {
  const std::scoped_lock lock(mutex_);
  return told(gather_message(timeout_ms, out));
}

// Who waits for the descriptor doesn't look meanwhile whether the writer needs the room of a message's first part.
Code Reader::told(Code outcome) {
  if (outcome != Code::kTimeout || !notifier_) return outcome;
  copy_out_gathered();
  notifier_->found_nothing();
  return outcome;
}

Code Reader::next_lease(std::int64_t timeout_ms, LeasePtr& out) {
  LeasePtr lease;
  if (!gathered_.empty()) {  // of a message that next_message didn't get whole in time
    lease = std::move(gathered_.front());
    gathered_.erase(gathered_.begin());
  } else {
    std::optional<ring::Waiting> waiting;
    if (const Code code = take_or_wait(waiting, timeout_ms, lease); code != Code::kOk) return code;
  }
  count(*lease);
  out = std::move(lease);
  return Code::kOk;
}

Code Reader::gather_message(std::int64_t timeout_ms, std::vector<LeasePtr>& out) {
  // next() has taken the first batches of this message: the rest is no message.
  if (!gathered_.empty() && (gathered_.front()->info.flags & QADS_BATCH_FIRST) == 0) gathered_.clear();
  std::optional<ring::Waiting> waiting;
  std::size_t taken = 0;
  for (;;) {
    LeasePtr lease;
    const Code code = take_for_message(waiting, timeout_ms, lease);
    if (code != Code::kOk) return code;
    const bool first = (lease->info.flags & QADS_BATCH_FIRST) != 0;
    const bool last = (lease->info.flags & QADS_BATCH_LAST) != 0;
    if (first && !gathered_.empty()) {  // the writer gave the message before up
      lease->info.lost_before += gathered_.front()->info.lost_before;
      gathered_.clear();
    }
    if (!first && gathered_.empty()) {  // the rest of one that next() began
      lost_reported_ -= lease->info.lost_before;
      continue;
    }
    gather(std::move(lease));
    if (!last && is_too_late(++taken, waiting, timeout_ms)) return Code::kTimeout;
    if (!last) continue;
    for (const LeasePtr& batch : gathered_) count(*batch);
    out = std::exchange(gathered_, {});
    return Code::kOk;
  }
}

// A message that is longer than the ring may never end, nor make this reader wait: then it is the clock that says so.
bool Reader::is_too_late(std::size_t taken, std::optional<ring::Waiting>& waiting, std::int64_t timeout_ms) const {
  if (taken <= segment().slots().size()) return false;
  if (!waiting) waiting.emplace(options_.mode, ring::Deadline(timeout_ms));
  return waiting->next() == ring::Waiting::Step::kTimeout;
}

// Whatever ends a message in its middle, except a timeout, ends it for good: no part of it is ever taken for a whole.
Code Reader::take_for_message(std::optional<ring::Waiting>& waiting, std::int64_t timeout_ms, LeasePtr& out) {
  try {
    const Code code = take_or_wait(waiting, timeout_ms, out);
    if (code != Code::kOk && code != Code::kTimeout) gathered_.clear();
    return code;
  } catch (...) {
    gathered_.clear();
    at_message_start_ = true;
    throw;
  }
}

Code Reader::take_or_wait(std::optional<ring::Waiting>& waiting, std::int64_t timeout_ms, LeasePtr& out) {
  ring::ReaderSeat& seat = pool_->seat();
  for (;;) {
    if (seat.closed()) return Code::kClosed;
    if (const std::optional<Code> code = take(out)) return *code;
    if (!gathered_.empty() && seat.writer_waits()) copy_out_gathered();
    if (!waiting) waiting.emplace(options_.mode, ring::Deadline(timeout_ms));
    if (const ring::Wait wait = seat.wait(*waiting); wait != ring::Wait::kLookAgain) return outcome(wait);
  }
}

// The next batch if there is one; nullopt if there is nothing to say yet. That is also said after having skipped more than a
// ring can hold, so that the caller looks at the clock: words that are forged all the time could be skipped through for ever.
std::optional<Code> Reader::take(LeasePtr& out) {
  ring::ReaderSeat& seat = pool_->seat();
  const std::size_t most = segment().slots().size();
  for (std::size_t skipped = 0; skipped <= most; ++skipped) {
    ring::Taken taken{};
    const std::uint64_t lost = seat.lost();
    switch (seat.take(taken)) {
      case ring::Take::kNothing:
        return std::nullopt;
      case ring::Take::kEvicted:
        return Code::kEvicted;
      case ring::Take::kOverrun:
        at_message_start_ = true;
        overrun_ = seat.lost() - lost;
        gathered_.clear();
        tell_lost();
        if (options_.count_losses) continue;
        return Code::kOverrun;
      case ring::Take::kTaken:
        if (at_message_start_ && (taken.flags & layout::kFirstOfMessage) == 0) {  // model: skip.rest
          seat.release(taken.slot);
          continue;
        }
        at_message_start_ = false;
        out = open(taken);
        return Code::kOk;
    }
  }
  return std::nullopt;
}

LeasePtr Reader::open(const ring::Taken& taken) {
  if (pool_->schema() == nullptr && !load_schema()) {
    pool_->seat().release(taken.slot);
    throw Error(Code::kCorrupt, text("segment '", segment().name(), "' is corrupt: batch ", taken.sequence,
                                     " was published before a schema"));
  }
  LeasePtr lease(pool_->open(taken));
  const std::uint64_t lost = pool_->seat().lost();
  lease->info.lost_before = lost - std::exchange(lost_reported_, lost);
  return lease;
}

bool Reader::load_schema() {
  const std::optional<std::vector<std::byte>> bytes = segment().read_schema();
  if (!bytes) return false;
  pool_->set_schema(arrow::Schema::from_bytes(*bytes));
  return true;
}

void Reader::gather(LeasePtr lease) {
  gathered_.push_back(std::move(lease));
  std::uint64_t slots = 0;
  std::uint64_t bytes = 0;
  for (const LeasePtr& batch : gathered_) {
    if (!batch->holds_slot) continue;
    ++slots;
    bytes += batch->bytes;
  }
  if (slots * kShareOfRing >= segment().slots().size() || bytes * kShareOfRing >= segment().data_size()) {
    copy_out_gathered();
  }
}

void Reader::copy_out_gathered() {
  for (const LeasePtr& batch : gathered_) pool_->copy_out(*batch);
}

Code Reader::schema(std::int64_t timeout_ms, std::shared_ptr<const arrow::Schema>& out) {
  const std::scoped_lock lock(mutex_);
  std::optional<ring::Waiting> waiting;
  for (;;) {
    if (pool_->seat().closed()) return Code::kClosed;
    if (pool_->schema() != nullptr || load_schema()) break;
    if (!waiting) waiting.emplace(options_.mode, ring::Deadline(timeout_ms));
    const ring::Wait wait = pool_->seat().wait_for_schema(*waiting);
    if (wait != ring::Wait::kLookAgain) return outcome(wait);
  }
  out = pool_->shared_schema();
  return Code::kOk;
}

Code Reader::wait(std::int64_t timeout_ms) {
  const std::scoped_lock lock(mutex_);
  std::optional<ring::Waiting> waiting;
  for (;;) {
    if (pool_->seat().closed()) return Code::kClosed;
    if (!gathered_.empty() || pool_->seat().ready()) return Code::kOk;
    if (!waiting) waiting.emplace(options_.mode, ring::Deadline(timeout_ms));
    const ring::Wait wait = pool_->seat().wait(*waiting);
    if (wait != ring::Wait::kLookAgain) return outcome(wait);
  }
}

int Reader::descriptor() {
  const std::scoped_lock lock(mutex_);
  if (!notifier_) notifier_ = std::make_unique<Notifier>(pool_, options_.mode);
  return notifier_->descriptor();
}

Code Reader::outcome(ring::Wait wait) {
  switch (wait) {
    case ring::Wait::kTimeout:
      return Code::kTimeout;
    case ring::Wait::kEnd:
      return Code::kEndOfStream;
    case ring::Wait::kUnfinished:
      unfinished_ = true;
      return writer_died();
    case ring::Wait::kDied:
      return writer_died();
    default:
      return Code::kClosed;
  }
}

Code Reader::writer_died() {
  if (!std::exchange(death_told_, true)) {
    events::raise([&] {
      events::Event died = pool_->seat().event(events::Kind::kWriterDied, events::Level::kWarning);
      died.what += text(": ", how_it_died());
      return died;
    });
  }
  return Code::kWriterDied;
}

std::string Reader::how_it_died() const {
  return text(unfinished_ ? "the writer closed without finishing" : "the writer died", " after publishing ",
              batches(pool_->seat().position()), "; everything was read");
}

void Reader::tell_lost() {
  if (!events::observed()) return;
  const std::int64_t now = os::monotonic_ns();
  if (lost_told_at_ != 0 && now - lost_told_at_ < kTellLossEveryNs) return;
  lost_told_at_ = now;
  const ring::ReaderSeat& seat = pool_->seat();
  events::raise([&] {
    events::Event lost = seat.event(events::Kind::kBatchesLost, events::Level::kWarning);
    lost.batches = seat.lost() - lost_told_;
    lost.what += text(" lost ", batches(lost.batches), ", overwritten before they were read; it goes on at batch ",
                      seat.position());
    return lost;
  });
  lost_told_ = seat.lost();
}

std::string Reader::explain(Code code, std::int64_t timeout_ms) const {
  const ring::ReaderSeat& seat = pool_->seat();
  const std::string about = text("segment '", segment().name(), "': ");
  switch (code) {
    case Code::kTimeout:
      return text(about, "nothing came within ", timeout_ms, " ms; the next batch is number ", seat.position());
    case Code::kEndOfStream:
      return text(about, "the stream ended after ", batches(seat.position()), "; everything was read");
    case Code::kWriterDied:
      return about + how_it_died();
    case Code::kOverrun:
      return text(about,
                  counted(overrun_, "batch was overwritten before it was read",
                          "batches were overwritten before they were read"),
                  " (lost so far: ", seat.lost(), "); reading goes on at batch ", seat.position());
    case Code::kEvicted:
      return text(about, "this reader kept the writer waiting longer than ", segment().header().evict_after_ms,
                  " ms at batch ", seat.position(), " and lost its place; attach again to go on");
    default:
      return text(about, "the reader is closed");
  }
}

void Reader::count(const qads_lease& lease) {
  const auto add = [](std::atomic<std::uint64_t>& counter, std::uint64_t amount) {  // written under the mutex only
    counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  };
  add(batches_, 1);
  add(rows_, static_cast<std::uint64_t>(lease.info.length));
  add(bytes_, lease.bytes);
}

void Reader::require_own_process() const {
  if (!pool_->seat().in_child()) return;
  throw Error(Code::kForked, text("segment '", segment().name(),
                                  "': the reader belongs to the parent process; open one in the child after fork()"));
}

void Reader::close() noexcept {
  if (pool_->seat().in_child()) return;
  pool_->seat().close();
  const std::scoped_lock lock(mutex_);  // a call in flight has been woken and leaves
  gathered_.clear();
}

void Reader::get_stats(qads_reader_stats& out) const {
  const ring::ReaderSeat& seat = pool_->seat();
  out.held_batches = seat.held();
  out.position = seat.position();
  out.head = segment().sync().head.load(std::memory_order_acquire);
  out.batches = batches_.load(std::memory_order_relaxed);
  out.rows = rows_.load(std::memory_order_relaxed);
  out.bytes = bytes_.load(std::memory_order_relaxed);
  out.lost = seat.lost();
  out.sleeps = seat.sleeps();
}

}  // namespace qads::channel
