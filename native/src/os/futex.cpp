#include "os/futex.hpp"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <ctime>

namespace qads::os {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t read_clock(clockid_t clock) noexcept {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<std::int64_t>(now.tv_sec) * kSecond + now.tv_nsec;
}

timespec duration(std::int64_t nanoseconds) noexcept {
  timespec span{};
  span.tv_sec = static_cast<time_t>(nanoseconds / kSecond);
  span.tv_nsec = static_cast<long>(nanoseconds % kSecond);
  return span;
}

}  // namespace

// FUTEX_WAIT without FUTEX_PRIVATE_FLAG: the word is found by its file and offset, so that processes meet on it.
void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t nanoseconds) noexcept {
  if (nanoseconds <= 0) return;
  const timespec limit = duration(nanoseconds);
  ::syscall(SYS_futex, &word, FUTEX_WAIT, expected, &limit, nullptr, 0);
}

void futex_wake_all(std::atomic<std::uint32_t>& word) noexcept {
  ::syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

std::int64_t monotonic_ns() noexcept { return read_clock(CLOCK_MONOTONIC); }
std::int64_t coarse_ns() noexcept { return read_clock(CLOCK_MONOTONIC_COARSE); }
std::int64_t unix_ns() noexcept { return read_clock(CLOCK_REALTIME); }

void sleep_ns(std::int64_t nanoseconds) noexcept {
  if (nanoseconds <= 0) return;
  const timespec span = duration(nanoseconds);
  ::nanosleep(&span, nullptr);
}

int usable_cores() noexcept {
  // The mask must be as large as the kernel's, which may know more than the 1024 processors of a cpu_set_t.
  for (int processors = CPU_SETSIZE; processors <= CPU_SETSIZE * 64; processors *= 2) {
    cpu_set_t* mask = CPU_ALLOC(static_cast<std::size_t>(processors));
    if (mask == nullptr) break;
    const std::size_t size = CPU_ALLOC_SIZE(static_cast<std::size_t>(processors));
    const int result = ::sched_getaffinity(0, size, mask);
    const int count = result == 0 ? CPU_COUNT_S(size, mask) : 0;
    CPU_FREE(mask);
    if (count > 0) return count;
  }
  const long online = ::sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? static_cast<int>(online) : 1;
}

}  // namespace qads::os
