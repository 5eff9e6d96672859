// How the agent ends: exit statuses, the one line of error, the one line of statistics.
#pragma once

#include <arrow/status.h>

#include <chrono>
#include <cstdint>

namespace agent {

enum Exit : int {
  kDone = 0,
  kError = 1,
  kUsage = 2,
  kType = 3,
  kTimeout = 4,
  kWriterDied = 5,
  kLost = 6,
  kCorrupt = 7,
};

// The exit status for a failure; prints its line: the kind, a colon, the message, and `lost=N` if anything was lost.
int Report(const arrow::Status& failure, uint64_t lost = 0);

// Counts what passed, from the first batch to the last.
class Tally {
 public:
  void Batch(int64_t rows);
  void Print(uint64_t bytes) const;

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point first_;
  Clock::time_point last_;
  int64_t rows_ = 0;
  int64_t batches_ = 0;
};

}  // namespace agent
