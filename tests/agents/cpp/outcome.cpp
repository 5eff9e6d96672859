#include "outcome.hpp"

#include <qadataswap/arrow.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <string>

namespace agent {
namespace {

int ExitOf(const arrow::Status& failure) {
  switch (qadataswap::ErrorCode(failure)) {
    case QADS_ERR_TIMEOUT:
    case QADS_ERR_NOT_FOUND:  // the segment didn't appear in time
      return kTimeout;
    case QADS_ERR_WRITER_DIED:
      return kWriterDied;
    case QADS_ERR_OVERRUN:
      return kLost;
    case QADS_ERR_CORRUPT:
      return kCorrupt;
    case QADS_ERR_UNSUPPORTED_TYPE:
      return kType;
    default:
      return failure.IsNotImplemented() || failure.IsTypeError() ? kType : kError;
  }
}

std::string KindOf(const arrow::Status& failure, int exit) {
  if (const qads_status code = qadataswap::ErrorCode(failure); code != QADS_OK) return qads_status_name(code);
  return exit == kType ? qads_status_name(QADS_ERR_UNSUPPORTED_TYPE) : "error";
}

}  // namespace

int Report(const arrow::Status& failure, uint64_t lost) {
  const int exit = ExitOf(failure);
  std::string line = KindOf(failure, exit) + ": " + failure.message();
  std::replace(line.begin(), line.end(), '\n', ' ');
  if (lost > 0) line += " lost=" + std::to_string(lost);
  std::fprintf(stderr, "%s\n", line.c_str());
  return exit;
}

void Tally::Batch(int64_t rows) {
  last_ = Clock::now();
  if (batches_ == 0) first_ = last_;
  rows_ += rows;
  ++batches_;
}

void Tally::Print(uint64_t bytes) const {
  const double seconds = std::chrono::duration<double>(last_ - first_).count();
  std::printf("stats rows=%" PRId64 " batches=%" PRId64 " bytes=%" PRIu64 " seconds=%.9f\n", rows_, batches_, bytes,
              seconds);
  std::fflush(stdout);
}

}  // namespace agent
