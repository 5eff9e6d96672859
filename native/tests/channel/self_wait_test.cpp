// A thread that reads the segment that it writes can wait for itself: without a timeout that would be for ever.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "../support/segment_ends.hpp"
#include "channel/self_wait.hpp"

namespace {

using namespace qads_test;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kForever = -1;
constexpr std::int32_t kSlots = 2;
constexpr auto kPatience = std::chrono::seconds(5);  // docs/decisions/0017-self-deadlock.md

// Fills the ring; whoever holds it is the caller's to say.
struct Full {
  explicit Full(std::int32_t overflow)
      : out(directory, "s", arena_options(kSlots, 64 << 10, overflow)), in(directory, "s") {
    for (std::uint64_t n = 0; n < kSlots; ++n) EXPECT_EQ(out.write(batch, n), QADS_OK) << qads_last_error();
  }
  void hold() {
    for (Got& got : held) EXPECT_EQ(in.next(got), QADS_OK) << qads_last_error();
  }

  const Directory directory;
  Outlet out;
  Inlet in;
  IntBatch batch{3};
  std::vector<Got> held{kSlots};
};

void expect_refused(Full& full, const std::string& because) {
  const auto begun = Clock::now();
  EXPECT_EQ(full.out.write(full.batch, kSlots, 0, kForever), QADS_ERR_TIMEOUT);
  EXPECT_GE(Clock::now() - begun, kPatience);
  const std::string why = qads_last_error();
  EXPECT_NE(why.find("wait for ever for its own thread"), std::string::npos) << why;
  EXPECT_NE(why.find("this process) " + because), std::string::npos) << why;
}

void holding_everything(std::int32_t overflow) {
  Full full(overflow);
  full.hold();
  expect_refused(full, "holds 2 of 2 slots");
  for (Got& got : full.held) got.release();
  EXPECT_EQ(full.out.write(full.batch, kSlots, 0, kForever), QADS_OK) << "it did no harm: " << qads_last_error();
}

void standing_still() {
  Full full(QADS_OVERFLOW_BLOCK);
  expect_refused(full, "is 2 batches behind");
  full.hold();
  for (Got& got : full.held) got.release();
  EXPECT_EQ(full.out.write(full.batch, kSlots, 0, kForever), QADS_OK) << "it did no harm: " << qads_last_error();
}

void waiting_until_all_is_read() {
  Full full(QADS_OVERFLOW_BLOCK);
  Got got;
  EXPECT_EQ(full.in.next(got), QADS_OK);
  EXPECT_EQ(qads_writer_wait_drained(full.out.writer, kForever), QADS_ERR_TIMEOUT);
  const std::string why = qads_last_error();
  EXPECT_NE(why.find("until everything is read, would wait for ever for its own thread"), std::string::npos) << why;
  EXPECT_NE(why.find("this process) is 1 batch behind"), std::string::npos) << why;
  EXPECT_EQ(full.in.next(got), QADS_OK);
  EXPECT_EQ(qads_writer_wait_drained(full.out.writer, kForever), QADS_OK) << qads_last_error();
}

// What is in another thread's hands comes back when that pleases.
void others_taking() {
  Full full(QADS_OVERFLOW_BLOCK);
  std::thread other([&] {
    full.hold();
    std::this_thread::sleep_for(kPatience + std::chrono::seconds(1));
    for (Got& got : full.held) got.release();
  });
  while (full.in.stats().held_batches < kSlots) std::this_thread::yield();
  EXPECT_EQ(full.out.write(full.batch, kSlots, 0, kForever), QADS_OK) << qads_last_error();
  other.join();
}

// At the same time, because each takes the whole patience.
TEST(SelfWait, IsRefusedWhereOnlyTheWritingThreadCouldEndIt) {
  std::vector<std::thread> cases;
  cases.emplace_back([] { holding_everything(QADS_OVERFLOW_BLOCK); });
  cases.emplace_back([] { holding_everything(QADS_OVERFLOW_DROP_OLDEST); });
  cases.emplace_back(standing_still);
  cases.emplace_back(waiting_until_all_is_read);
  cases.emplace_back(others_taking);
  for (std::thread& one : cases) one.join();
}

// As for one in a container that is paused: whoever would have let go couldn't either.
TEST(SelfWait, IsNotConcludedFromTimeInWhichTheProcessWasStopped) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  qads::channel::SelfWait wait;
  std::int64_t now = 77 * kSecond;
  const auto look = [] { return qads::channel::SelfWait::Sight{.for_itself = true, .live = 1, .aside = 0}; };
  const auto lasts_for = [&](std::int64_t time) {
    for (const std::int64_t end = now + time; now < end; now += qads::ring::kIntervalNs) {
      if (wait.lasts(now, look)) return true;
    }
    return false;
  };
  EXPECT_FALSE(lasts_for(2 * kSecond));
  now += 3600 * kSecond;
  EXPECT_FALSE(lasts_for(2 * kSecond));
  EXPECT_TRUE(lasts_for(2 * kSecond));
}

}  // namespace
