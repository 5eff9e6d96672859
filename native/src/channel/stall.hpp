// When to tell that writes wait for room: after a second of waiting, though it be in several waits, and not too often.
#pragma once

#include <cstdint>

namespace qads::channel {

class Stall {
 public:
  void begin_wait() { seen_ = 0; }
  void found_room() { waited_ns_ = 0; }

  // Called again and again while a write waits. True: tell it now.
  bool due(std::int64_t now) {
    if (seen_ != 0) waited_ns_ += now - seen_;
    seen_ = now;
    if (waited_ns_ < kTellAfterNs || now < quiet_until_) return false;
    quiet_until_ = now + kTellEveryNs;
    return true;
  }
  std::int64_t waited_ns() const { return waited_ns_; }

 private:
  static constexpr std::int64_t kTellAfterNs = 1'000'000'000;
  static constexpr std::int64_t kTellEveryNs = 10'000'000'000;

  std::int64_t waited_ns_ = 0;  // since room was found the last time
  std::int64_t seen_ = 0;       // 0: not yet in this wait
  std::int64_t quiet_until_ = 0;
};

}  // namespace qads::channel
