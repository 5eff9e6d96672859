// The descriptor for event loops: readable while there is something to take, and the thread behind it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "../support/segment_ends.hpp"

namespace {

using namespace qads_test;

constexpr int kPatienceMs = 60'000;

int descriptor(const Inlet& in) {
  int fd = -1;
  expect_ok(qads_reader_get_fd(in.reader, &fd));
  return fd;
}

bool readable(int fd, int timeout_ms) {
  pollfd what{.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&what, 1, timeout_ms) == 1 && (what.revents & POLLIN) != 0;
}

std::ptrdiff_t threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

qads_reader_options waiting(int32_t mode) {
  qads_reader_options options = Inlet::defaults();
  options.wait = mode;
  return options;
}

class Notifier : public testing::TestWithParam<int32_t> {
 protected:
  const Directory directory;
  Outlet out{directory, "s", arena_options(4, 1 << 20)};
  Inlet in{directory, "s", waiting(GetParam())};
  IntBatch batch{3};
};

INSTANTIATE_TEST_SUITE_P(Modes, Notifier,
                         testing::Values(QADS_WAIT_ADAPTIVE, QADS_WAIT_BUSY, QADS_WAIT_SLEEP, QADS_WAIT_POLL));

TEST_P(Notifier, IsReadableFromABatchToTheFruitlessLook) {
  const int fd = descriptor(in);
  EXPECT_EQ(descriptor(in), fd);
  EXPECT_FALSE(readable(fd, 30));
  for (std::uint64_t round = 0; round < 3; ++round) {
    ASSERT_EQ(out.write(batch, round), QADS_OK);
    ASSERT_TRUE(readable(fd, kPatienceMs));
    Got got;
    ASSERT_EQ(in.next(got, 0), QADS_OK);
    EXPECT_TRUE(readable(fd, 0)) << "nobody has said yet that nothing is left";
    ASSERT_EQ(in.next(got, 0), QADS_ERR_TIMEOUT);
    EXPECT_FALSE(readable(fd, 30));
  }
}

TEST_P(Notifier, IsReadableAtOnceForWhatIsThereAlready) {
  ASSERT_EQ(out.write(batch, 0), QADS_OK);
  EXPECT_TRUE(readable(descriptor(in), kPatienceMs));
}

TEST_P(Notifier, LosesNoBatchToTheRaceBetweenLookingAndWaiting) {
  constexpr std::uint64_t kBatches = 3'000;
  const int fd = descriptor(in);
  std::thread writer([&] {
    IntBatch sent(3);
    for (std::uint64_t number = 0; number < kBatches; ++number) ASSERT_EQ(out.write(sent, number), QADS_OK);
    expect_ok(qads_writer_finish(out.writer));
  });
  std::uint64_t taken = 0;
  qads_status status = QADS_OK;
  while (status != QADS_END_OF_STREAM) {
    ASSERT_TRUE(readable(fd, kPatienceMs)) << "after " << taken;
    Got got;
    while ((status = in.next(got, 0)) == QADS_OK) ASSERT_EQ(got.info.sequence, taken++);
    ASSERT_TRUE(status == QADS_ERR_TIMEOUT || status == QADS_END_OF_STREAM) << qads_last_error();
  }
  writer.join();
  EXPECT_EQ(taken, kBatches);
  EXPECT_TRUE(readable(fd, 0)) << "the end is there for good";
}

TEST_P(Notifier, TellsOfTheWritersEndAndOfBeingClosed) {
  const int fd = descriptor(in);
  Inlet other(directory, "s", waiting(GetParam()));
  const int closing = descriptor(other);
  EXPECT_FALSE(readable(closing, 10));
  expect_ok(qads_reader_close(other.reader));
  EXPECT_TRUE(readable(closing, kPatienceMs));
  int none = -1;
  EXPECT_EQ(qads_reader_get_fd(other.reader, &none), QADS_ERR_CLOSED);
  EXPECT_FALSE(readable(fd, 10));
  out.close();
  EXPECT_TRUE(readable(fd, kPatienceMs));
}

TEST_P(Notifier, TellsAReaderThatGathersAMessage) {
  const int fd = descriptor(in);
  ASSERT_EQ(out.write(batch, 0, QADS_WRITE_MORE), QADS_OK);
  ASSERT_TRUE(readable(fd, kPatienceMs));
  ArrowArrayStream message{};
  ASSERT_EQ(qads_reader_next_message(in.reader, 0, &message, nullptr), QADS_ERR_TIMEOUT);
  EXPECT_FALSE(readable(fd, 10));
  ASSERT_EQ(out.write(batch, 1), QADS_OK);
  ASSERT_TRUE(readable(fd, kPatienceMs));
  ASSERT_EQ(qads_reader_next_message(in.reader, 0, &message, nullptr), QADS_OK) << qads_last_error();
  EXPECT_EQ(rows_of(message), 6);
}

// Nobody looks at the writer's wish meanwhile: what was gathered must not be in its way.
TEST_P(Notifier, APartOfAMessageLeavesTheWriterItsRoom) {
  descriptor(in);
  IntBatch first(3'000);
  IntBatch rest(10'500);
  ASSERT_EQ(out.write(first, 0, QADS_WRITE_MORE), QADS_OK);
  ArrowArrayStream message{};
  ASSERT_EQ(qads_reader_next_message(in.reader, 0, &message, nullptr), QADS_ERR_TIMEOUT);
  ASSERT_EQ(out.write(rest, 1, 0, kPatienceMs), QADS_OK) << qads_last_error();
  ASSERT_EQ(qads_reader_next_message(in.reader, 0, &message, nullptr), QADS_OK) << qads_last_error();
  EXPECT_EQ(rows_of(message), 13'500);
}

TEST_P(Notifier, ItsThreadEndsWithTheReader) {
  const std::ptrdiff_t before = threads();
  const int fd = descriptor(in);
  EXPECT_EQ(threads(), before + 1);
  in.close();
  // The kernel wakes who joins a moment before the thread has left the list.
  while (threads() > before) std::this_thread::yield();
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
}

TEST_P(Notifier, AForksChildLeavesItToTheParent) {
  const int fd = descriptor(in);
  const pid_t child = fork();
  if (child == 0) {
    int none = -1;
    const bool refused = qads_reader_get_fd(in.reader, &none) == QADS_ERR_FORKED;
    qads_reader_free(in.reader);
    _exit(refused ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ASSERT_EQ(out.write(batch, 0), QADS_OK);
  EXPECT_TRUE(readable(fd, kPatienceMs));
}

}  // namespace
