#include "os/file_lock.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "os/child_process.hpp"
#include "os/file.hpp"
#include "os/private_directory.hpp"

namespace qads::os {
namespace {

class FileLock : public testing::Test {
 protected:
  std::unique_ptr<LockFile> another() const { return LockFile::reopen(lock_->fd(), "the test's file"); }

  test::PrivateDirectory directory_;
  File opened_ = std::move(*open_directory(directory_.path()));
  std::unique_ptr<LockFile> lock_ = LockFile::create_unnamed(opened_.fd(), directory_.path());
};

TEST_F(FileLock, TwoOpenFilesOfOneProcessExcludeEachOther) {
  const auto other = another();
  ASSERT_TRUE(lock_->try_lock(2048));
  EXPECT_FALSE(other->try_lock(2048));
  EXPECT_TRUE(other->is_locked(2048));
  EXPECT_TRUE(other->try_lock(2049)) << "bytes are locked one by one";
}

TEST_F(FileLock, NeverExcludesItself) {
  ASSERT_TRUE(lock_->try_lock(7));
  EXPECT_TRUE(lock_->try_lock(7));
  EXPECT_FALSE(lock_->is_locked(7));
}

TEST_F(FileLock, UnlockingLetsTheNextOneIn) {
  const auto other = another();
  ASSERT_TRUE(lock_->try_lock(7));
  lock_->unlock(7);
  EXPECT_FALSE(other->is_locked(7));
  EXPECT_TRUE(other->try_lock(7));
}

TEST_F(FileLock, ClosingLetsGoOfEverything) {
  auto other = another();
  ASSERT_TRUE(other->try_lock(1));
  ASSERT_TRUE(other->try_lock(2));
  other.reset();
  EXPECT_FALSE(lock_->any_locked(0, 100));
}

TEST_F(FileLock, AskingForARangeFindsOneLockWithinItAndNoneBeside) {
  const auto other = another();
  ASSERT_TRUE(other->try_lock(70));
  EXPECT_TRUE(lock_->any_locked(64, 7));
  EXPECT_FALSE(lock_->any_locked(64, 6));
  EXPECT_FALSE(lock_->any_locked(71, 30));
}

TEST_F(FileLock, AskingTakesNothing) {
  const auto other = another();
  EXPECT_FALSE(lock_->is_locked(5));
  EXPECT_TRUE(other->try_lock(5));
}

TEST_F(FileLock, KillingItsProcessLetsGoAtOnceEvenUnreaped) {
  const test::Step locked;
  ASSERT_TRUE(link_file(lock_->fd(), opened_, "file", directory_.path()));
  test::ChildProcess owner([&] {
    const auto entry = find_entry(opened_, "file", "file");
    const auto own = LockFile::reopen(entry->fd(), "file");
    if (!own->try_lock(3)) return 1;
    locked.signal();
    ::pause();
    return 0;
  });
  locked.wait();
  EXPECT_TRUE(lock_->is_locked(3));
  ::kill(owner.pid(), SIGKILL);
  EXPECT_TRUE(test::soon([&] { return !lock_->is_locked(3); }));
}

}  // namespace
}  // namespace qads::os
