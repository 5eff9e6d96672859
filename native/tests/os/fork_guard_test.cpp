#include "os/fork_guard.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "os/child_process.hpp"
#include "os/file.hpp"
#include "os/file_lock.hpp"
#include "os/mapping.hpp"
#include "os/private_directory.hpp"

namespace qads::os {
namespace {

class ForkGuard : public testing::Test {
 protected:
  ForkGuard() {
    lock_ = LockFile::create_unnamed(opened_.fd(), directory_.path());
    if (!link_file(lock_->fd(), opened_, "file", directory_.path())) std::abort();
  }
  std::unique_ptr<LockFile> open() const { return LockFile::reopen(find_entry(opened_, "file", "file")->fd(), "file"); }

  test::PrivateDirectory directory_;
  File opened_ = std::move(*open_directory(directory_.path()));
  std::unique_ptr<LockFile> lock_;
};

TEST_F(ForkGuard, AChildHasAnotherGeneration) {
  const std::uint32_t mine = fork_generation();
  test::ChildProcess child([&] { return fork_generation() == mine ? 1 : 0; });
  EXPECT_EQ(child.join(), 0);
  EXPECT_EQ(fork_generation(), mine);
}

TEST_F(ForkGuard, AChildCannotUseItsParentsLocks) {
  ASSERT_TRUE(lock_->try_lock(1));
  test::ChildProcess child([&] {
    lock_->unlock(1);  // does nothing
    try {
      lock_->try_lock(2);
    } catch (const Error& error) {
      return error.code() == Code::kForked ? 0 : 2;
    }
    return 1;
  });
  EXPECT_EQ(child.join(), 0);
  EXPECT_TRUE(open()->is_locked(1));
}

TEST_F(ForkGuard, AChildsEndLeavesTheParentsLock) {
  ASSERT_TRUE(lock_->try_lock(1));
  test::ChildProcess child([&] {
    lock_.reset();
    return open()->is_locked(1) ? 0 : 1;
  });
  EXPECT_EQ(child.join(), 0);
  EXPECT_TRUE(open()->is_locked(1));
}

TEST_F(ForkGuard, AChildThatForgetsAHandleKeepsADescriptorThatGotItsNumber) {
  test::ChildProcess child([&] {
    const int reused =
        ::open("/dev/null", O_RDONLY | O_CLOEXEC);  // the lowest free number: the closed lock's, or lower
    std::vector<int> more;
    for (int i = 0; i < 8; ++i) more.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    lock_.reset();
    bool open_still = ::fcntl(reused, F_GETFD) >= 0;
    for (const int fd : more) open_still = open_still && ::fcntl(fd, F_GETFD) >= 0;
    return open_still ? 0 : 1;
  });
  EXPECT_EQ(child.join(), 0);
}

TEST_F(ForkGuard, TheLockEndsWithTheParentThoughAChildLivesOnWithItsMappings) {
  const test::Step locked;
  const test::Step finish;
  test::ChildProcess parent([&] {
    const auto own = open();
    const File mapped = reopen(own->fd(), OpenFor::kReadingAndWriting, "file");
    set_size(mapped.fd(), 4096, "file");
    const Mapping mapping(mapped.fd(), 0, 4096, Access::kReadWrite);
    if (!own->try_lock(9)) return 1;
    const pid_t grandchild = ::fork();
    if (grandchild == 0) {
      finish.wait();
      ::_exit(0);
    }
    locked.signal();
    ::pause();
    return 0;
  });
  locked.wait();
  EXPECT_TRUE(lock_->is_locked(9));
  parent.kill();
  EXPECT_TRUE(test::soon([&] { return !lock_->is_locked(9); }));
  finish.signal();
}

// A fork between opening and registering would give the child a descriptor that nobody closes.
TEST_F(ForkGuard, ForksAtAnyMomentNeverKeepALock) {
  std::atomic<bool> stop{false};
  std::thread opener([&] {
    while (!stop.load()) {
      const auto own = open();
      own->try_lock(4);
    }
  });
  const test::Step started;
  const test::Step finish;
  std::vector<pid_t> children;
  for (int i = 0; i < 60; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      started.signal();
      finish.wait();
      ::_exit(0);
    }
    children.push_back(child);
  }
  stop.store(true);
  opener.join();
  for (std::size_t i = 0; i < children.size(); ++i) started.wait();  // until it runs, a child has what it inherited
  EXPECT_FALSE(lock_->is_locked(4));
  for (std::size_t i = 0; i < children.size(); ++i) finish.signal();
  for (const pid_t child : children) ::waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace qads::os
