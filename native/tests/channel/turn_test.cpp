// Calls of one writer follow one another, and none of them waits longer for another than it would for room.
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <string>
#include <thread>

#include "../support/segment_ends.hpp"

namespace {

using namespace qads_test;

constexpr std::int64_t kForever = -1;

void expect_refused(qads_status status, qads_status expected, const std::string& because) {
  EXPECT_EQ(status, expected) << qads_last_error();
  EXPECT_NE(std::string(qads_last_error()).find(because), std::string::npos) << qads_last_error();
}

// A thread that waits for room for ever, in a ring of one slot that is taken.
class Turn : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(out_.write(first_, 0), QADS_OK);
    waiting_ = std::thread([this] { result_ = out_.write(second_, 1, 0, kForever); });
    while (out_.info().stalls == 0) std::this_thread::yield();
  }
  void TearDown() override {
    if (waiting_.joinable()) waiting_.join();
  }

  const Directory directory_;
  Outlet out_{directory_, "s", arena_options(1, 64 << 10)};
  IntBatch first_{3};
  IntBatch second_{3};
  std::thread waiting_;
  std::atomic<qads_status> result_{QADS_OK};
};

TEST_F(Turn, AWriteBehindAnotherOneKeepsItsOwnTimeout) {
  expect_refused(out_.write(first_, 2, 0, 0), QADS_ERR_TIMEOUT, "another call of this writer");
  expect_refused(out_.write(first_, 2, 0, 30), QADS_ERR_TIMEOUT, "longer than the 30 ms");
  Inlet in(directory_, "s");
  Got got;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(in.next(got), QADS_OK);
  got.release();
  waiting_.join();
  EXPECT_EQ(result_, QADS_OK) << "the one that waited for room got it";
  EXPECT_EQ(out_.write(first_, 2), QADS_OK) << qads_last_error();
}

TEST_F(Turn, OfOneThatWaitsIsCountedWhileItLasts) {
  const std::uint64_t before = out_.info().stalled_ns;
  while (out_.info().stalled_ns < before + 50'000'000) std::this_thread::yield();
  EXPECT_EQ(out_.info().stalls, 1U);
  EXPECT_EQ(qads_writer_close(out_.writer), QADS_OK);
}

TEST_F(Turn, ClosingEndsAWriteThatWaitsBehindAnotherOne) {
  std::atomic<qads_status> behind{QADS_OK};
  std::thread other([&] { behind = out_.write(first_, 2, 0, kForever); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // most often it waits by then, and it may come late
  EXPECT_EQ(qads_writer_close(out_.writer), QADS_OK);
  other.join();
  waiting_.join();
  EXPECT_EQ(behind, QADS_ERR_CLOSED);
  EXPECT_EQ(result_, QADS_ERR_CLOSED);
}

TEST(TurnOfAWriter, IsWaitedForNoLongerThanUntilInterrupted) {
  const Directory directory;
  qads_arena_options options = arena_options(1, 64 << 10);
  options.directory = directory.path();
  qads_arena* arena = nullptr;
  expect_ok(qads_create_arena("s", &options, &arena));
  struct Context {
    std::thread::id stop = std::this_thread::get_id();
    std::atomic<bool> other_waits{false};
  } context;
  qads_writer_options writing;
  qads_writer_options_init(&writing);
  writing.interrupted_context = &context;
  writing.interrupted = [](void* asked) {
    auto& self = *static_cast<Context*>(asked);
    if (std::this_thread::get_id() == self.stop) return 1;
    self.other_waits = true;
    return 0;
  };
  qads_writer* writer = nullptr;
  expect_ok(qads_create_writer(arena, nullptr, &writing, &writer));
  IntBatch batch(3);
  expect_ok(qads_writer_write(writer, &batch.array(), &batch.schema(), 0, 0));
  std::thread other([&] {
    IntBatch mine(3);
    EXPECT_EQ(qads_writer_write(writer, &mine.array(), nullptr, 0, kForever), QADS_ERR_CLOSED);
  });
  while (!context.other_waits) std::this_thread::yield();
  expect_refused(qads_writer_write(writer, &batch.array(), nullptr, 0, kForever), QADS_ERR_TIMEOUT,
                 "interrupted while another call of this writer");
  expect_ok(qads_writer_close(writer));
  other.join();
  qads_writer_free(writer);
  qads_arena_free(arena);
}

// Batches without end; does something before each, and fails if that says so.
class Stream {
 public:
  explicit Stream(std::function<int()> before) : before_(std::move(before)) {
    stream.get_schema = [](ArrowArrayStream* self, ArrowSchema* out) {
      *out = of(self).batch_.schema();
      return 0;
    };
    stream.get_next = [](ArrowArrayStream* self, ArrowArray* out) {
      const int failed = of(self).before_();
      if (failed == 0) *out = of(self).batch_.array();
      return failed;
    };
    stream.get_last_error = [](ArrowArrayStream*) { return "as told"; };
    stream.release = [](ArrowArrayStream* self) { self->release = nullptr; };
    stream.private_data = this;
  }

  ArrowArrayStream stream{};

 private:
  static Stream& of(ArrowArrayStream* self) { return *static_cast<Stream*>(self->private_data); }

  std::function<int()> before_;
  IntBatch batch_{3};
};

TEST(StreamOfAWriter, CannotWriteToTheWriterThatWritesIt) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(8, 64 << 10));
  IntBatch batch(3);
  Stream stream([&] {
    expect_refused(out.write(batch, 0, 0, kForever), QADS_ERR_INVALID, "in the middle of a write");
    expect_refused(qads_writer_finish(out.writer), QADS_ERR_INVALID, "in the middle of a write");
    return EIO;
  });
  expect_refused(qads_writer_write_stream(out.writer, &stream.stream, 0, kForever), QADS_ERR_PRODUCER, "as told");
  EXPECT_EQ(out.write(batch, 0), QADS_OK) << "it did no harm: " << qads_last_error();
}

TEST(StreamOfAWriter, MayCloseTheWriterThatWritesIt) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(8, 64 << 10));
  int batches = 0;
  Stream stream([&] {
    if (++batches == 3) expect_ok(qads_writer_close(out.writer));
    return 0;
  });
  Inlet in(directory, "s");
  const qads_status status =
      qads_writer_write_stream(out.writer, &stream.stream, QADS_WRITE_MESSAGE_PER_BATCH, kForever);
  expect_refused(status, QADS_ERR_CLOSED, "closed");
  EXPECT_EQ(batches, 3);
  Got got;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(in.next(got), QADS_OK) << qads_last_error();
  EXPECT_EQ(in.next(got), QADS_ERR_WRITER_DIED);
}

TEST(StreamOfAWriter, WithoutEndEndsWithTheWriter) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(8, 64 << 10, QADS_OVERFLOW_DROP_OLDEST));
  Stream stream([] { return 0; });
  std::thread writing([&] {
    const std::uint32_t each = QADS_WRITE_MESSAGE_PER_BATCH;
    EXPECT_EQ(qads_writer_write_stream(out.writer, &stream.stream, each, kForever), QADS_ERR_CLOSED);
  });
  while (out.info().head < 100) std::this_thread::yield();
  expect_ok(qads_writer_close(out.writer));
  writing.join();
}

}  // namespace
