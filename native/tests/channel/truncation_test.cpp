// Somebody cuts the file short under those who use it. Touching what is gone is SIGBUS, which nothing can prevent; who waits
// finds out before.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>

#include "../support/segment_ends.hpp"
#include "segment/segment.hpp"

namespace qads_test {
namespace {

class Truncation : public testing::Test {
 protected:
  // Leaves header, schema and sync section, so that only what lies in the data section is gone.
  void cut() {
    const auto segment = qads::segment::Segment::attach("s", {.directory = directory_.path()});
    std::filesystem::resize_file(segment->path(), segment->header().data_offset);
  }
  void expect_corrupt(qads_status status) {
    EXPECT_EQ(status, QADS_ERR_CORRUPT);
    EXPECT_NE(std::string(qads_last_error()).find("truncated to"), std::string::npos) << qads_last_error();
  }

  Directory directory_;
  Outlet out_{directory_, "s", arena_options(2, 1 << 20)};
  Inlet in_{directory_, "s"};
  IntBatch batch_{10};
};

TEST_F(Truncation, IsAnErrorToAReaderThatWaits) {
  Got got;
  expect_ok(out_.write(batch_, 1));
  expect_ok(in_.next(got));
  got.release();
  std::thread waiting([this] {
    Got none;
    expect_corrupt(in_.next(none, 60'000));
  });
  cut();
  waiting.join();
}

TEST_F(Truncation, IsAnErrorToAWriterThatWaits) {
  expect_ok(out_.write(batch_, 1));
  expect_ok(out_.write(batch_, 2));
  std::thread waiting([this] {
    IntBatch next(10);
    expect_corrupt(out_.write(next, 3, 0, 60'000));
  });
  cut();
  waiting.join();
}

TEST_F(Truncation, IsAnErrorToAWriterThatNeedsMoreMemory) {
  cut();
  expect_corrupt(out_.write(batch_, 1));
}

}  // namespace
}  // namespace qads_test
