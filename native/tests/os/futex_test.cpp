#include "os/futex.hpp"

#include <gtest/gtest.h>

#include <new>

#include "os/child_process.hpp"
#include "os/file.hpp"
#include "os/file_lock.hpp"
#include "os/mapping.hpp"
#include "os/private_directory.hpp"

namespace qads::os {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

TEST(Futex, ReturnsAtOnceWhenTheWordIsAnother) {
  const std::atomic<std::uint32_t> word{1};
  const std::int64_t begin = monotonic_ns();
  futex_wait(word, 2, 60'000 * kMillisecond);
  EXPECT_LT(monotonic_ns() - begin, 30'000 * kMillisecond);
}

TEST(Futex, SleepsForTheTimeGiven) {
  const std::atomic<std::uint32_t> word{1};
  const std::int64_t begin = monotonic_ns();
  futex_wait(word, 1, 30 * kMillisecond);
  EXPECT_GE(monotonic_ns() - begin, 30 * kMillisecond);
}

TEST(Futex, DoesNotSleepForNoTimeOrLess) {
  const std::atomic<std::uint32_t> word{1};
  futex_wait(word, 1, 0);
  futex_wait(word, 1, -1);
}

TEST(Futex, WakesAnotherProcessThatMapsTheFileReadOnlyElsewhere) {
  const test::PrivateDirectory directory;
  const File opened = std::move(*open_directory(directory.path()));
  const auto lock = LockFile::create_unnamed(opened.fd(), directory.path());
  const File file = reopen(lock->fd(), OpenFor::kReadingAndWriting, "file");
  set_size(file.fd(), 8192, "file");
  const Mapping mine(file.fd(), 0, 8192, Access::kReadWrite);
  auto& word = *new (mine.data() + 4096) std::atomic<std::uint32_t>{0};
  const test::Step ready;
  test::ChildProcess sleeper([&] {
    const Mapping other(file.fd(), 4096, 4096, Access::kReadOnly);
    const auto& theirs = *reinterpret_cast<const std::atomic<std::uint32_t>*>(other.data());
    ready.signal();
    const std::int64_t begin = monotonic_ns();
    while (theirs.load() == 0) futex_wait(theirs, 0, 60'000 * kMillisecond);
    return monotonic_ns() - begin < 30'000 * kMillisecond ? 0 : 1;
  });
  ready.wait();
  sleep_ns(20 * kMillisecond);
  word.store(1);
  futex_wake_all(word);
  EXPECT_EQ(sleeper.join(), 0);
}

TEST(Clocks, RunForwardAndAgree) {
  const std::int64_t before = monotonic_ns();
  sleep_ns(5 * kMillisecond);
  EXPECT_GE(monotonic_ns() - before, 5 * kMillisecond);
  EXPECT_NEAR(static_cast<double>(coarse_ns()), static_cast<double>(monotonic_ns()), 1e9);
  EXPECT_GT(unix_ns(), 1'600'000'000 * std::int64_t{1'000'000'000});
}

TEST(Processors, AreAtLeastOne) {
  EXPECT_GE(usable_cores(), 1);
  cpu_relax();
}

}  // namespace
}  // namespace qads::os
