#include "os/mapping.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "os/file.hpp"
#include "os/file_lock.hpp"
#include "os/private_directory.hpp"

namespace qads::os {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

class MappingOfAFile : public testing::Test {
 protected:
  void make(std::uint64_t size) {
    lock_ = LockFile::create_unnamed(std::move(*open_directory(directory_.path())).fd(), directory_.path());
    file_ = reopen(lock_->fd(), OpenFor::kReadingAndWriting, "file");
    set_size(file_.fd(), size, "file");
  }

  test::PrivateDirectory directory_;
  std::unique_ptr<LockFile> lock_;
  File file_;
};

TEST_F(MappingOfAFile, ShowsWhatAnotherOneWrites) {
  make(8192);
  const Mapping writer(file_.fd(), 0, 8192, Access::kReadWrite);
  const Mapping reader(file_.fd(), 4096, 4096, Access::kReadOnly);
  std::memcpy(writer.data() + 4096, "hello", 5);
  EXPECT_EQ(std::memcmp(reader.data(), "hello", 5), 0);
}

TEST_F(MappingOfAFile, KeepsPrivateChangesToItself) {
  make(4096);
  const File read_only = reopen(file_.fd(), OpenFor::kReading, "file");
  const Mapping mine(read_only.fd(), 0, 4096, Access::kPrivate);
  const Mapping shared(read_only.fd(), 0, 4096, Access::kReadOnly);
  mine.data()[0] = std::byte{1};
  EXPECT_EQ(shared.data()[0], std::byte{0});
}

TEST_F(MappingOfAFile, OfAReadingDescriptorCannotBecomeWritable) {
  make(4096);
  const File read_only = reopen(file_.fd(), OpenFor::kReading, "file");
  const Mapping mapping(read_only.fd(), 0, 4096, Access::kReadOnly);
  EXPECT_NE(::mprotect(mapping.data(), 4096, PROT_READ | PROT_WRITE), 0);
}

TEST_F(MappingOfAFile, MovesAndEndsOnce) {
  make(4096);
  Mapping first(file_.fd(), 0, 4096, Access::kReadWrite);
  std::byte* const data = first.data();
  Mapping second = std::move(first);
  EXPECT_EQ(second.data(), data);
  EXPECT_EQ(first.data(), nullptr);
  first = std::move(second);
  EXPECT_EQ(first.data(), data);
}

TEST_F(MappingOfAFile, LiesWhereHugePagesCanBeUsed) {
  make(16 * kMiB);
  for (int i = 0; i < 4; ++i) {
    const Mapping mapping(file_.fd(), 2 * kMiB, 9 * kMiB, Access::kReadWrite);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(mapping.data()) % (2 * kMiB), 0u);
    mapping.data()[0] = std::byte{1};
    mapping.data()[9 * kMiB - 1] = std::byte{2};
  }
}

TEST_F(MappingOfAFile, TooLargeForTheAddressSpaceIsAnError) {
  make(4096);
  try {
    const Mapping mapping(file_.fd(), 0, std::uint64_t{1} << 50, Access::kReadOnly);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kNoMemory) << error.message();
  }
}

TEST_F(MappingOfAFile, HugePagesAndPopulatingChangeNoContents) {
  make(8 * kMiB);
  const Mapping mapping(file_.fd(), 0, 8 * kMiB, Access::kReadWrite);
  mapping.data()[5 * kMiB] = std::byte{7};
  mapping.want_huge_pages();
  mapping.populate(true);
  mapping.populate(0, kMiB, false);
  EXPECT_EQ(mapping.data()[5 * kMiB], std::byte{7});
  EXPECT_EQ(mapping.data()[0], std::byte{0});
}

TEST_F(MappingOfAFile, ReservingOnAFullFileSystemIsAnErrorInsteadOfASignal) {
  const test::Mount small(directory_.path(), "tmpfs", "size=1m");
  if (!small.mounted()) GTEST_SKIP() << "mounting isn't permitted here";
  make(4 * kMiB);
  const Mapping mapping(file_.fd(), 0, 4 * kMiB, Access::kReadWrite);
  const int answer = mapping.reserve(0, kMiB / 2);
  if (answer == EINVAL) GTEST_SKIP() << "this kernel is too old";
  EXPECT_EQ(answer, 0);
  EXPECT_EQ(mapping.reserve(kMiB, 2 * kMiB), ENOSPC);
  give_back(file_.fd(), kMiB, 2 * kMiB);
  EXPECT_EQ(mapping.reserve(kMiB, kMiB / 4), 0);
  EXPECT_EQ(reserve(file_.fd(), 2 * kMiB, kMiB), ENOSPC);
}

}  // namespace
}  // namespace qads::os
