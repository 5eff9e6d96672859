// The ring itself: writer and readers in threads on one mapping, so that the thread sanitizer sees every access; sequences
// near the end of the order entries' 48 bits; and a sync section that somebody else scribbles over.
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "../support/segment_ends.hpp"
#include "base/error.hpp"
#include "ring/reader_seat.hpp"
#include "ring/writer_ring.hpp"

namespace {

using namespace qads;
using qads_test::Directory;

constexpr std::uint32_t kWhole = layout::kFirstOfMessage | layout::kLastOfMessage;

std::shared_ptr<segment::Segment> make(const Directory& directory, std::uint32_t slots, std::uint32_t overflow) {
  segment::CreateOptions options;
  options.directory = directory.path();
  options.capacity = 1 << 16;
  options.schema_capacity = 4096;
  options.slots = slots;
  options.reader_capacity = 4;
  options.overflow = overflow;
  auto segment = segment::Segment::create("ring", options);
  segment->reserve_data(0, segment->data_size());
  return segment;
}

// The payload of a batch is its sequence, at the place in the data section that its slot has.
std::uint64_t& payload(segment::Segment& segment, std::uint64_t offset) {
  return *reinterpret_cast<std::uint64_t*>(segment.data() + offset);
}

void publish(segment::Segment& segment, ring::WriterRing& writer, std::uint32_t slot) {
  const std::uint64_t offset = std::uint64_t{slot} * 64;
  payload(segment, offset) = writer.next();
  writer.publish(slot, {offset, 64, 1}, kWhole);
}

bool publish_next(segment::Segment& segment, ring::WriterRing& writer, bool drop) {
  (void)writer.reclaim();
  if (!writer.has_free_slot() && drop) (void)writer.drop_oldest_message();
  if (!writer.has_free_slot()) return false;
  publish(segment, writer, writer.claim_slot());
  return true;
}

struct RingCase {
  std::uint32_t overflow;
  std::uint32_t slots;
  int readers;
  std::uint64_t first;
};

void PrintTo(const RingCase& each, std::ostream* out) {
  *out << (each.overflow == layout::kOverflowBlock ? "block" : "drop_oldest") << " slots=" << each.slots
       << " readers=" << each.readers << " first=" << each.first;
}

class Ring : public testing::TestWithParam<RingCase> {};

TEST_P(Ring, HandsEveryBatchOnUnchangedOrCountsItAsLost) {
  const RingCase& ring = GetParam();
  const Directory directory;
  const auto segment = make(directory, ring.slots, ring.overflow);
  ring::WriterRing writer(*segment, ring.first);
  constexpr std::uint64_t kBatches = 20'000;
  const std::uint64_t end = ring.first + kBatches;
  std::vector<std::unique_ptr<ring::ReaderSeat>> seats;
  for (int i = 0; i < ring.readers; ++i) seats.push_back(std::make_unique<ring::ReaderSeat>(segment, false));
  std::vector<std::thread> threads;
  for (auto& seat : seats) {
    threads.emplace_back([&segment, &seat, end, first = ring.first] {
      std::uint64_t received = 0;
      std::vector<ring::Taken> held;
      const auto let_go = [&](std::size_t keep) {
        for (; held.size() > keep; held.erase(held.begin())) {
          ASSERT_EQ(payload(*segment, held.front().offset), held.front().sequence) << "changed while it was held";
          seat->release(held.front().slot);
        }
      };
      ring::Waiting waiting(ring::WaitMode::kAdaptive, ring::Deadline(60'000));
      for (;;) {
        ring::Taken taken{};
        const ring::Take take = seat->take(taken);
        if (take == ring::Take::kTaken) {
          ++received;
          ASSERT_EQ(payload(*segment, taken.offset), taken.sequence);
          held.push_back(taken);
          let_go(taken.sequence % 2);
        } else if (take == ring::Take::kNothing) {
          let_go(0);
          const ring::Wait wait = seat->wait(waiting);
          if (wait == ring::Wait::kEnd) break;
          ASSERT_EQ(wait, ring::Wait::kLookAgain);
        }
      }
      EXPECT_EQ(seat->position(), end);
      EXPECT_EQ(first + received + seat->lost(), end);
    });
  }
  const bool drop = ring.overflow == layout::kOverflowDropOldest;
  while (writer.next() < end) {
    if (!publish_next(*segment, writer, drop)) std::this_thread::yield();
  }
  writer.finish(layout::kFinished);
  for (std::thread& thread : threads) thread.join();
}

// 2^48 - 10,000: the order entries wrap in the middle of the run.
constexpr std::uint64_t kNearWrap = (std::uint64_t{1} << 48) - 10'000;
INSTANTIATE_TEST_SUITE_P(Cases, Ring,
                         testing::Values(RingCase{layout::kOverflowBlock, 2, 1, 0},
                                         RingCase{layout::kOverflowBlock, 3, 3, 0},
                                         RingCase{layout::kOverflowBlock, 8, 4, kNearWrap},
                                         RingCase{layout::kOverflowDropOldest, 3, 1, 0},
                                         RingCase{layout::kOverflowDropOldest, 8, 3, 0},
                                         RingCase{layout::kOverflowDropOldest, 4, 2, kNearWrap}));

TEST(RingJoin, JoinersInTheMiddleMissNothingThatIsPublishedAfterwards) {
  const Directory directory;
  const auto segment = make(directory, 4, layout::kOverflowBlock);
  ring::WriterRing writer(*segment);
  ring::ReaderSeat keeps_it_going(segment, false);
  std::atomic<bool> stop{false};
  std::thread driver([&] {
    ring::ReaderSeat& seat = keeps_it_going;
    while (!stop) {
      ring::Taken taken{};
      seat.take(taken) == ring::Take::kTaken ? seat.release(taken.slot) : std::this_thread::yield();
    }
  });
  std::thread joiners([&] {
    for (int i = 0; i < 300; ++i) {
      ring::ReaderSeat seat(segment, i % 2 == 0);
      std::uint64_t next = seat.position();
      for (int n = 0; n < 3;) {
        ring::Taken taken{};
        const ring::Take take = seat.take(taken);
        ASSERT_NE(take, ring::Take::kOverrun);
        if (take != ring::Take::kTaken) {
          std::this_thread::yield();
          continue;
        }
        ASSERT_EQ(taken.sequence, next++);
        ASSERT_EQ(payload(*segment, taken.offset), taken.sequence);
        seat.release(taken.slot);
        ++n;
      }
    }
    stop = true;
  });
  while (!stop) {
    if (!publish_next(*segment, writer, false)) std::this_thread::yield();
  }
  joiners.join();
  driver.join();
}

TEST(RingHostile, GarbageInTheSyncSectionIsAnErrorNeverACrash) {
  const Directory directory;
  const auto segment = make(directory, 4, layout::kOverflowDropOldest);
  ring::WriterRing writer(*segment);
  ring::ReaderSeat seat(segment, false);
  std::mt19937_64 random(3);
  auto* words = reinterpret_cast<std::atomic<std::uint64_t>*>(&segment->sync());
  const std::uint64_t count = segment->header().sync_size / 8;
  std::uint64_t errors = 0;
  events::Noticed noticed;
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t value = random() % 3 == 0 ? random() : random() % 16;
    words[random() % count].store(value, std::memory_order_relaxed);
    (void)publish_next(*segment, writer, true);
    if (i % 64 == 0) writer.probe(noticed);
    (void)writer.describe_slowest();
    try {
      ring::Taken taken{};
      if (seat.take(taken) == ring::Take::kTaken) {
        ASSERT_LT(taken.slot, 4U);
        seat.release(taken.slot);
      }
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), Code::kCorrupt);
      ++errors;
    }
  }
  EXPECT_GT(errors, 0U);
}

}  // namespace
