// A thread that waits for what it alone could do. Another thread may let go of what this one took, so the sight must
// last, with nothing moving, for longer than threads take to hand batches to each other.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ring/waiting.hpp"

namespace qads::channel {

// Of one wait.
class SelfWait {
 public:
  struct Sight {
    bool for_itself;  // everything in the way is in the waiting thread's hands
    std::uint64_t live;
    std::size_t aside;
    bool operator==(const Sight&) const = default;
  };

  // Looks once an interval.
  template <typename Look>
  bool lasts(std::int64_t now, Look look) {
    if (now < next_) return false;
    next_ = now + ring::kIntervalNs;
    const Sight sight = look();
    lasted_ = sight == seen_ ? lasted_ + ring::waited_between(seen_at_, now) : 0;
    seen_ = sight;
    seen_at_ = now;
    return sight.for_itself && lasted_ >= kPatienceNs;
  }

 private:
  static constexpr std::int64_t kPatienceNs = 5'000'000'000;

  std::int64_t next_ = 0;
  std::int64_t lasted_ = 0;
  Sight seen_{};
  std::int64_t seen_at_ = 0;
};

}  // namespace qads::channel
