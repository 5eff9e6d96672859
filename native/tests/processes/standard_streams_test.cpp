// A program that has closed its standard streams, as daemons do, has no segment there: what is printed would go into it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

#include "../support/segment_ends.hpp"
#include "process.hpp"

namespace {

using namespace qads_test;

constexpr int kStreams[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};

TEST(ClosedStandardStreams, AreNotWhereASegmentIsOpened) {
  const Directory directory;
  Process daemon([&] {
    for (const int fd : kStreams) ::close(fd);
    Outlet out(directory, "s", arena_options(4, 64 << 10));
    Inlet in(directory, "s");
    IntBatch batch(40);
    for (std::uint64_t n = 0; n < 2; ++n) {
      if (out.write(batch, n) != QADS_OK) return 1;
      for (const int fd : kStreams) {
        if (::write(fd, "printed", 7) != -1 || errno != EBADF) return 2;
      }
      Got got;
      if (in.next(got) != QADS_OK || !batch.difference(got.array, n).empty()) return 3;
    }
    const Inlet another(directory, "s");  // the header is as it was
    return another.stats().position <= 2 ? 0 : 4;
  });
  EXPECT_EQ(daemon.wait(), 0);
}

}  // namespace
