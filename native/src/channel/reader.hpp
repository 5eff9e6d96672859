// Reading batches and whole messages. Thread-safe: one call at a time; close() and the figures at any time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "channel/lease.hpp"
#include "channel/notifier.hpp"
#include "qadataswap/qadataswap.h"
#include "ring/reader_seat.hpp"

namespace qads::channel {

struct ReaderOptions {
  bool latest = false;
  bool count_losses = false;
  ring::WaitMode mode = ring::WaitMode::kAdaptive;
};

struct LeaseRelease {
  void operator()(qads_lease* lease) const noexcept { LeasePool::release(lease); }
};
using LeasePtr = std::unique_ptr<qads_lease, LeaseRelease>;

class Reader {
 public:
  Reader(std::shared_ptr<segment::Segment> segment, const ReaderOptions& options);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Outcomes of waiting are results, because they are frequent: kOk, kTimeout, kEndOfStream, kWriterDied, kOverrun,
  // kEvicted, kClosed. explain() says in a sentence what the last one means. Damage is thrown (kCorrupt).
  Code next(std::int64_t timeout_ms, LeasePtr& out);
  Code next_message(std::int64_t timeout_ms, std::vector<LeasePtr>& out);
  Code schema(std::int64_t timeout_ms, std::shared_ptr<const arrow::Schema>& out);
  Code wait(std::int64_t timeout_ms);
  // Readable while there is something to take, from the first call on.
  int descriptor();
  std::string explain(Code outcome, std::int64_t timeout_ms) const;

  // Throws kForked in a fork's child.
  void require_own_process() const;

  void close() noexcept;
  bool closed() const noexcept { return pool_->seat().closed(); }
  void get_stats(qads_reader_stats& out) const;
  const segment::Segment& segment() const { return pool_->seat().segment(); }

 private:
  Code next_lease(std::int64_t timeout_ms, LeasePtr& out);
  Code gather_message(std::int64_t timeout_ms, std::vector<LeasePtr>& out);
  Code told(Code outcome);
  Code take_for_message(std::optional<ring::Waiting>& waiting, std::int64_t timeout_ms, LeasePtr& out);
  bool is_too_late(std::size_t taken, std::optional<ring::Waiting>& waiting, std::int64_t timeout_ms) const;
  Code take_or_wait(std::optional<ring::Waiting>& waiting, std::int64_t timeout_ms, LeasePtr& out);
  std::optional<Code> take(LeasePtr& out);
  LeasePtr open(const ring::Taken& taken);
  Code outcome(ring::Wait wait);
  Code writer_died();
  std::string how_it_died() const;
  void tell_lost();
  bool load_schema();
  void gather(LeasePtr lease);
  void copy_out_gathered();
  void count(const qads_lease& lease);

  std::shared_ptr<LeasePool> pool_;
  ReaderOptions options_;
  std::unique_ptr<Notifier> notifier_;  // once somebody wants its descriptor
  std::mutex mutex_;
  bool at_message_start_ = true;           // skip to the first batch of a message
  std::uint64_t lost_reported_ = 0;        // in lost_before of batches
  std::atomic<std::uint64_t> overrun_{0};  // batches lost by the last one
  std::vector<LeasePtr> gathered_;         // of a message that isn't complete yet
  std::uint64_t lost_told_ = 0;            // in events
  std::int64_t lost_told_at_ = 0;          // 0: never
  bool death_told_ = false;
  std::atomic<bool> unfinished_{false};
  std::atomic<std::uint64_t> batches_{0};
  std::atomic<std::uint64_t> rows_{0};
  std::atomic<std::uint64_t> bytes_{0};
};

}  // namespace qads::channel
