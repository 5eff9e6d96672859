// What a reader got lies in memory that nothing in its process can change.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cerrno>
#include <csignal>

#include "../os/child_process.hpp"
#include "../support/segment_ends.hpp"

namespace qads_test {
namespace {

class ReadersMemory : public testing::Test {
 protected:
  ReadersMemory() : batch_(1000, 1) {
    expect_ok(out_.write(batch_, 1));
    expect_ok(in_.next(got_));
    value_ = static_cast<std::int64_t*>(const_cast<void*>(got_.array.children[0]->buffers[1]));
  }

  Directory directory_;
  Outlet out_{directory_, "s", arena_options(4, 1 << 20)};
  Inlet in_{directory_, "s"};
  IntBatch batch_;
  Got got_;
  std::int64_t* value_ = nullptr;
};

TEST_F(ReadersMemory, FaultsWhenWritten) {
  const int before = static_cast<int>(*value_);
  qads::test::ChildProcess writing([this] {
    ::signal(SIGSEGV, SIG_DFL);  // a sanitizer would report it and exit
    *static_cast<volatile std::int64_t*>(value_) = 0;
    return 0;
  });
  EXPECT_EQ(writing.join(), -SIGSEGV);
  EXPECT_EQ(*value_, before);
}

TEST_F(ReadersMemory, CannotBeMadeWritable) {
  auto* page = reinterpret_cast<char*>(value_) - reinterpret_cast<std::uintptr_t>(value_) % 4096;
  EXPECT_NE(::mprotect(page, 4096, PROT_READ | PROT_WRITE), 0);
  EXPECT_EQ(errno, EACCES);
}

}  // namespace
}  // namespace qads_test
