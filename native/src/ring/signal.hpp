// A futex word that costs its waker nothing while nobody sleeps: count << 1 | somebody_sleeps. A counter, never a boolean:
// with a boolean one sleeper's re-arming hides the wake-up that another one needs.
//
// The pairing, everywhere in ring/: whoever makes a condition true stores it, then wake() looks at the word; whoever
// waits arms the word, then looks at the condition again. All four accesses are sequentially consistent (or have a full
// fence between them), so at least one side sees the other: no wake-up is lost.
#pragma once

#include <atomic>
#include <cstdint>

#include "layout/sync.hpp"
#include "os/fault_point.hpp"
#include "os/futex.hpp"

namespace qads::ring {

inline void wake(layout::Word32& word) noexcept {
  std::uint32_t seen = word.load(std::memory_order_seq_cst);  // model: wake.look
  // model: wake.count
  if ((seen & 1) != 0 && word.compare_exchange_strong(seen, seen + 1, std::memory_order_seq_cst)) {
    QADS_FAULT_POINT("wake.counted");
    os::futex_wake_all(word);  // a waker that dies before this line costs the sleeper one bounded interval
  }
}

// For conditions that were stored with release order only: orders them before the look at the word.
inline void fence_and_wake(layout::Word32& word) noexcept {
#if defined(__SANITIZE_THREAD__)
  word.fetch_add(0, std::memory_order_seq_cst);  // the sanitizer knows no fences; a read-modify-write orders as well
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);  // model: fence
#endif
  wake(word);
}

// The same right after a seq_cst read-modify-write, which is a full fence on x86-64 already.
inline void wake_after_exchange(layout::Word32& word) noexcept {
#if defined(__x86_64__)
  wake(word);
#else
  fence_and_wake(word);
#endif
}

// Wakes whether or not somebody sleeps: for close(), whose condition is private to this process.
inline void wake_always(layout::Word32& word) noexcept {
  word.fetch_add(2, std::memory_order_seq_cst);  // model: wake.always
  os::futex_wake_all(word);
}

// The value to sleep on. Look at every condition after this and before sleep().
inline std::uint32_t arm(layout::Word32& word) noexcept {
  return word.fetch_or(1, std::memory_order_seq_cst) | 1;  // model: arm
}

}  // namespace qads::ring
