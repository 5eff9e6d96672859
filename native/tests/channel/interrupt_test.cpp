// Whoever made a writer may end its waits, from the waiting thread itself.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "../support/segment_ends.hpp"

namespace {

using namespace qads_test;

struct Asked {
  std::thread::id by;
  int times = 0;
  int stop_at = 0;

  static int now(void* context) {
    Asked& self = *static_cast<Asked*>(context);
    self.by = std::this_thread::get_id();
    return ++self.times == self.stop_at ? 1 : 0;
  }
};

class Interrupt : public testing::Test {
 protected:
  void open(std::int32_t wait, std::int32_t slots) {
    qads_arena_options options = arena_options(slots, 64 << 10);
    options.directory = directory_.path();
    expect_ok(qads_create_arena("s", &options, &arena_));
    qads_writer_options writing;
    qads_writer_options_init(&writing);
    writing.wait = wait;
    writing.interrupted = Asked::now;
    writing.interrupted_context = &asked_;
    expect_ok(qads_create_writer(arena_, nullptr, &writing, &writer_));
  }
  void TearDown() override {
    qads_writer_free(writer_);
    qads_arena_free(arena_);
  }
  qads_status write(IntBatch& batch, std::uint32_t flags = 0) {
    return qads_writer_write(writer_, &batch.array(), &batch.schema(), flags, -1);
  }
  void expect_interrupted(qads_status status, int times) {
    EXPECT_EQ(status, QADS_ERR_TIMEOUT);
    EXPECT_NE(std::string(qads_last_error()).find("segment 's': interrupted"), std::string::npos) << qads_last_error();
    EXPECT_EQ(asked_.times, times);
    EXPECT_EQ(asked_.by, std::this_thread::get_id());
    asked_.times = 0;
  }

  const Directory directory_;
  qads_arena* arena_ = nullptr;
  qads_writer* writer_ = nullptr;
  Asked asked_;
};

class InterruptOfWait : public Interrupt, public testing::WithParamInterface<std::int32_t> {};

TEST_P(InterruptOfWait, EndsAWriteThatWaitsForEver) {
  open(GetParam(), 1);
  IntBatch batch(3);
  ASSERT_EQ(write(batch), QADS_OK);
  for (const int times : {1, 4}) {
    asked_.stop_at = times;
    expect_interrupted(write(batch), times);
  }
  Inlet in(directory_, "s");
  Got got;
  EXPECT_EQ(in.next(got), QADS_OK);
  got.release();
  EXPECT_EQ(write(batch), QADS_OK) << "what was interrupted did no harm: " << qads_last_error();
  EXPECT_EQ(asked_.times, 0) << "nobody is asked where there is room";
}

INSTANTIATE_TEST_SUITE_P(Each, InterruptOfWait, testing::Values(QADS_WAIT_ADAPTIVE, QADS_WAIT_BUSY, QADS_WAIT_SLEEP));

TEST_F(Interrupt, InTheMiddleOfAMessageGivesItUp) {
  open(QADS_WAIT_ADAPTIVE, 64);
  asked_.stop_at = 1;
  IntBatch large(100'000, 1);  // cut into pieces, more than the data area holds
  expect_interrupted(write(large), 1);
  Inlet in(directory_, "s");
  std::thread reader([&] {
    ArrowArrayStream stream{};
    ASSERT_EQ(qads_reader_next_message(in.reader, 10'000, &stream, nullptr), QADS_OK) << qads_last_error();
    EXPECT_EQ(rows_of(stream), 5);
  });
  asked_.stop_at = 0;
  IntBatch small(5, 1);
  EXPECT_EQ(write(small), QADS_OK) << qads_last_error();
  reader.join();
}

TEST_F(Interrupt, EndsAWaitForReaders) {
  open(QADS_WAIT_ADAPTIVE, 4);
  asked_.stop_at = 2;
  expect_interrupted(qads_writer_wait_readers(writer_, 1, -1), 2);
  Inlet in(directory_, "s");
  IntBatch batch(3);
  ASSERT_EQ(write(batch), QADS_OK);
  expect_interrupted(qads_writer_wait_drained(writer_, -1), 2);
}

}  // namespace
