#include "interrupt.hpp"

#include <atomic>
#include <cerrno>
#include <ctime>

namespace qads::cli {
namespace {

std::atomic<bool> told_to_end{false};

void end(int) { told_to_end.store(true); }

}  // namespace

Interruptible::Interruptible() {
  struct sigaction action{};
  action.sa_handler = end;  // without SA_RESTART: sleeping ends
  ::sigaction(SIGINT, &action, &interrupt_);
  ::sigaction(SIGTERM, &action, &terminate_);
}

Interruptible::~Interruptible() {
  ::sigaction(SIGINT, &interrupt_, nullptr);
  ::sigaction(SIGTERM, &terminate_, nullptr);
  told_to_end.store(false);
}

bool interrupted() { return told_to_end.load(); }

std::int64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// In pieces, because a signal may come between asking and sleeping.
void pause(std::int64_t nanoseconds) {
  constexpr std::int64_t kPiece = 50'000'000;
  const std::int64_t until = monotonic_ns() + nanoseconds;
  for (;;) {
    const std::int64_t left = until - monotonic_ns();
    if (left <= 0 || interrupted()) return;
    const timespec span{0, static_cast<long>(left < kPiece ? left : kPiece)};
    ::nanosleep(&span, nullptr);
  }
}

}  // namespace qads::cli
