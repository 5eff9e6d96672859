// How long to spin before sleeping, and when to look whether the other side still lives.
#pragma once

#include <algorithm>
#include <cstdint>

#include "os/futex.hpp"

namespace qads::ring {

enum class WaitMode { kAdaptive, kBusy, kSleep, kPoll };

// Every sleep ends after this, whatever happens: a lost wake-up or a death costs at most one interval.
constexpr std::int64_t kIntervalNs = 10'000'000;
constexpr std::int64_t kSpinNs = 50'000;  // about what waking a sleeper costs

// A nap of a thread that polls: nobody has to wake it. It grows with the time waited, so that what it
// adds to a wait is a share of that wait, up to a bound at which an idle thread costs a few hundredths of a core.
constexpr std::int64_t kShareOfWait = 8;
constexpr std::int64_t kShortestNapNs = 10'000;
constexpr std::int64_t kLongestNapNs = 1'000'000;

// What of the time between two looks of a thread that waits, an interval or so apart, counts as waiting. Where it is far more,
// this process was stopped, and perhaps those with it that it waits for: that is held against nobody.
constexpr std::int64_t waited_between(std::int64_t last, std::int64_t now) noexcept {
  return now - last <= 10 * kIntervalNs ? now - last : kIntervalNs;
}

class Deadline {
 public:
  explicit Deadline(std::int64_t timeout_ms) noexcept
      : at_(timeout_ms < 0 || timeout_ms > kForeverMs ? kNever : os::monotonic_ns() + timeout_ms * 1'000'000) {}

  bool passed(std::int64_t now) const noexcept { return now >= at_; }
  std::int64_t left(std::int64_t now) const noexcept { return at_ - now; }

 private:
  static constexpr std::int64_t kNever = INT64_MAX;
  static constexpr std::int64_t kForeverMs = 1'000'000'000'000;  // 31 years
  std::int64_t at_;
};

// One wait, from the first fruitless look to the end. The caller looks at its condition, then asks what to do.
class Waiting {
 public:
  // kLookAgain: nothing else to do yet. The others come with a fresh now(): time to ask who lives, then spin on, sleep, nap
  // or give up.
  enum class Step { kLookAgain, kSpin, kSleep, kNap, kTimeout };

  Waiting(WaitMode mode, Deadline deadline) noexcept
      : deadline_(deadline),
        spin_ns_(spin_for(mode)),
        rest_(mode == WaitMode::kPoll ? Step::kNap : Step::kSleep),
        started_(os::monotonic_ns()) {}

  Step next() noexcept {
    // The clock costs more than a look, so it is asked every few looks only; the first look asks it, so that a timeout
    // of 0 looks once.
    if (looks_++ % kLooksPerClock != 0) {
      if (looks_ % kLooksPerPause == 0) os::cpu_relax();
      return Step::kLookAgain;
    }
    now_ = os::monotonic_ns();
    if (deadline_.passed(now_)) return Step::kTimeout;
    if (now_ - started_ < spin_ns_) return Step::kSpin;
    return rest_;
  }

  std::int64_t now() const noexcept { return now_; }
  std::int64_t sleep_ns() const noexcept {
    return std::min(kIntervalNs, std::max<std::int64_t>(deadline_.left(now_), 0));
  }
  void slept() noexcept { looks_ = 0; }  // look at the clock after the next look
  void nap() noexcept {
    os::sleep_ns(std::min(std::clamp(waited_ns() / kShareOfWait, kShortestNapNs, kLongestNapNs), sleep_ns()));
    slept();
  }
  std::int64_t waited_ns() const noexcept { return now_ - started_; }

 private:
  static constexpr std::uint32_t kLooksPerClock = 64;
  static constexpr std::uint32_t kLooksPerPause = 8;  // a pause takes some 50 ns on recent processors

  static std::int64_t spin_for(WaitMode mode) noexcept {
    static const bool kSingleCore = os::usable_cores() < 2;
    if (mode == WaitMode::kBusy) return INT64_MAX;
    return mode == WaitMode::kSleep || kSingleCore ? 0 : kSpinNs;
  }

  Deadline deadline_;
  std::int64_t spin_ns_;
  Step rest_;
  std::int64_t started_;
  std::int64_t now_ = 0;
  std::uint32_t looks_ = 0;
};

}  // namespace qads::ring
