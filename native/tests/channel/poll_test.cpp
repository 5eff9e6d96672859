// Waiting by naps: nobody is told of it, so that nobody has to wake.
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <string>
#include <thread>

#include "../support/segment_ends.hpp"
#include "../support/sync_section.hpp"

namespace {

using namespace qads_test;
using namespace std::chrono_literals;

class Poll : public testing::Test {
 protected:
  static qads_reader_options polling() {
    qads_reader_options options = Inlet::defaults();
    options.wait = QADS_WAIT_POLL;
    return options;
  }
  // Whether the writer would make a system call for somebody who sleeps.
  bool asks_to_be_woken() const { return (segment.sync().published.load() & 1) != 0; }

  const Directory directory;
  Outlet out{directory, "s", arena_options(2, 1 << 20)};
  const MappedSegment segment{std::string(directory.path()) + "/qads_s"};
  IntBatch batch{3};
};

TEST_F(Poll, AReaderGetsTheBatchWithoutHavingAskedToBeWoken) {
  Inlet in(directory, "s", polling());
  std::thread reader([&] {
    Got got;
    ASSERT_EQ(in.next(got), QADS_OK);
    EXPECT_EQ(batch.difference(got.array, 7), "");
  });
  while (in.stats().sleeps < 5) ASSERT_FALSE(asks_to_be_woken());
  ASSERT_EQ(out.write(batch, 7), QADS_OK);
  reader.join();
  EXPECT_FALSE(asks_to_be_woken());
}

TEST_F(Poll, ASleepingReaderDoesAsk) {
  Inlet in(directory, "s");
  std::thread reader([&] {
    Got got;
    ASSERT_EQ(in.next(got), QADS_OK);
  });
  while (!asks_to_be_woken()) std::this_thread::sleep_for(1ms);
  ASSERT_EQ(out.write(batch, 0), QADS_OK);
  reader.join();
}

TEST_F(Poll, ItsTimeoutIsKept) {
  Inlet in(directory, "s", polling());
  Got got;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(in.next(got, 50), QADS_ERR_TIMEOUT);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 50ms);
}

TEST_F(Poll, IdleItUsesLittleOfACore) {
  Inlet in(directory, "s", polling());
  Got got;
  const std::clock_t before = std::clock();
  EXPECT_EQ(in.next(got, 1'000), QADS_ERR_TIMEOUT);
  // Half a core for a second would be spinning; the naps come to about a hundredth.
  EXPECT_LT(std::clock() - before, CLOCKS_PER_SEC / 2);
}

TEST_F(Poll, AWriterWaitsForRoomByNaps) {
  out.close();
  const Directory fresh;
  qads_arena_options options = arena_options(1, 1 << 20);
  options.directory = fresh.path();
  qads_arena* arena = nullptr;
  expect_ok(qads_create_arena("s", &options, &arena));
  qads_writer_options mode;
  qads_writer_options_init(&mode);
  mode.wait = QADS_WAIT_POLL;
  qads_writer* writer = nullptr;
  expect_ok(qads_create_writer(arena, &batch.schema(), &mode, &writer));
  {
    Inlet in(fresh, "s");
    expect_ok(qads_writer_write(writer, &batch.array(), nullptr, 0, 0));
    EXPECT_EQ(qads_writer_write(writer, &batch.array(), nullptr, 0, 20), QADS_ERR_TIMEOUT);
    std::thread reader([&] {
      std::this_thread::sleep_for(20ms);
      Got got;
      ASSERT_EQ(in.next(got), QADS_OK);
      got.release();
      ASSERT_EQ(in.next(got), QADS_OK);
    });
    expect_ok(qads_writer_write(writer, &batch.array(), nullptr, 0, 60'000));
    reader.join();
  }
  qads_writer_free(writer);
  qads_arena_free(arena);
}

}  // namespace
