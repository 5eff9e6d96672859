// Where cache lines should be, said ahead of need: between processes, hand-over is mostly waiting for lines that the other
// side's core has. Hints only.
#pragma once

namespace qads::ring {

// For writing: the line comes exclusively. By hand, because compilers for the baseline x86-64 make a read prefetch of
// __builtin_prefetch(at, 1), which fetches the line shared and costs a second trip; older processors skip the hint.
inline void prefetch_to_write(const void* at) noexcept {
#if defined(__x86_64__)
  asm volatile("prefetchw %0" ::"m"(*static_cast<const char*>(at)));
#else
  __builtin_prefetch(at, 1);
#endif
}

// Written here, read by another processor next: the line moves from this core's caches to the shared one, where others find
// it sooner. Processors without the instruction skip it.
inline void hand_to_others(const void* at) noexcept {
#if defined(__x86_64__)
  asm volatile(".byte 0x0f, 0x1c, 0x00" ::"a"(at) : "memory");  // cldemote (%rax), which older assemblers don't know
#else
  (void)at;
#endif
}

}  // namespace qads::ring
