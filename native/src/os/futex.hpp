// Sleeping on a word of shared memory, across processes (never the process-private variety), and the clocks.
#pragma once

#include <atomic>
#include <cstdint>

namespace qads::os {

// Sleeps while *word == expected, at most `nanoseconds`. Returns for any reason at all: look at the condition again.
void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t nanoseconds) noexcept;
void futex_wake_all(std::atomic<std::uint32_t>& word) noexcept;

inline constexpr std::int64_t kMillisecond = 1'000'000;  // in the unit of all that follows

// CLOCK_MONOTONIC, and its coarse, cheaper sister.
std::int64_t monotonic_ns() noexcept;
std::int64_t coarse_ns() noexcept;
std::int64_t unix_ns() noexcept;
void sleep_ns(std::int64_t nanoseconds) noexcept;  // a signal may end it early

// Tells the core that this is a spinning loop.
inline void cpu_relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");
#else
  std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

int usable_cores() noexcept;  // this process's affinity

}  // namespace qads::os
