#include "os/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "os/file_lock.hpp"
#include "os/private_directory.hpp"
#include "os/process.hpp"

namespace qads::os {
namespace {

class Files : public testing::Test {
 protected:
  test::PrivateDirectory directory_;
  File opened_ = std::move(*open_directory(directory_.path()));
};

TEST_F(Files, ADirectoryThatIsMissingIsNotAnError) {
  EXPECT_FALSE(open_directory(directory_.file("absent")).has_value());
}

TEST_F(Files, AFileIsNotADirectory) {
  std::ofstream(directory_.file("file")) << "x";
  try {
    open_directory(directory_.file("file"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kInvalid);
  }
}

TEST_F(Files, FindingAnEntryFollowsNoLinkAndWaitsForNoPipe) {
  ASSERT_EQ(::mkfifo(directory_.file("pipe").c_str(), 0600), 0);
  ASSERT_EQ(::symlink("/etc/passwd", directory_.file("link").c_str()), 0);
  EXPECT_EQ(status(find_entry(opened_, "pipe", "pipe")->fd(), "pipe").kind, Kind::kOther);
  EXPECT_EQ(status(find_entry(opened_, "link", "link")->fd(), "link").kind, Kind::kSymlink);
  EXPECT_EQ(status(opened_.fd(), "directory").kind, Kind::kDirectory);
  EXPECT_FALSE(find_entry(opened_, "absent", "absent").has_value());
}

TEST_F(Files, AnUnnamedFileGetsANameOnlyWhereThereIsNone) {
  const auto file = LockFile::create_unnamed(opened_.fd(), directory_.path());
  EXPECT_EQ(status(file->fd(), "file").links, 0u);
  EXPECT_TRUE(link_file(file->fd(), opened_, "name", "name"));
  const auto other = LockFile::create_unnamed(opened_.fd(), directory_.path());
  EXPECT_FALSE(link_file(other->fd(), opened_, "name", "name"));
  EXPECT_EQ(entry_status(opened_, "name", "name")->inode, status(file->fd(), "file").inode);
  EXPECT_TRUE(remove_entry(opened_, "name", "name"));
  EXPECT_FALSE(remove_entry(opened_, "name", "name"));
}

TEST_F(Files, ReadingPastTheEndIsShort) {
  std::ofstream(directory_.file("file")) << "abc";
  const File file = reopen(find_entry(opened_, "file", "file")->fd(), OpenFor::kReading, "file");
  char bytes[8] = {};
  EXPECT_EQ(read_at(file.fd(), 1, bytes, sizeof bytes, "file"), 2u);
  EXPECT_EQ(bytes[1], 'c');
  EXPECT_EQ(read_at(file.fd(), 100, bytes, sizeof bytes, "file"), 0u);
}

TEST_F(Files, ListsWhatHasAPrefixInOrderAndSaysWhichAreRegularFiles) {
  for (const char* name : {"qads_b", "qads_a", "other", ".qads_c"}) std::ofstream(directory_.file(name)) << "x";
  std::filesystem::create_directory(directory_.file("qads_directory"));
  ASSERT_EQ(::symlink("/etc/passwd", directory_.file("qads_link").c_str()), 0);
  std::vector<std::string> found;
  for (const Entry& entry : entries(opened_, "qads_", "x"))
    found.push_back(entry.name + (entry.regular ? "" : " (no)"));
  EXPECT_EQ(found, (std::vector<std::string>{"qads_a", "qads_b", "qads_directory (no)", "qads_link (no)"}));
}

TEST_F(Files, ReservedRangesAreFoundAndGivenBack) {
  const auto lock = LockFile::create_unnamed(opened_.fd(), directory_.path());
  const File file = reopen(lock->fd(), OpenFor::kReadingAndWriting, "file");
  set_size(file.fd(), 100 << 20, "file");
  ASSERT_EQ(reserve(file.fd(), 10 << 20, 40 << 20), 0) << "more than one piece";
  struct stat found{};
  ASSERT_EQ(::fstat(file.fd(), &found), 0);
  EXPECT_EQ(found.st_blocks * 512, 40 << 20);
  give_back(file.fd(), 10 << 20, 40 << 20);
  ASSERT_EQ(::fstat(file.fd(), &found), 0);
  EXPECT_EQ(found.st_blocks, 0);
  EXPECT_TRUE(populated_ranges(file.fd(), 0, 100 << 20).empty());
  ASSERT_EQ(::pwrite(file.fd(), "x", 1, 4096), 1);
  const auto ranges = populated_ranges(file.fd(), 0, 100 << 20);
  ASSERT_EQ(ranges.size(), 1u);
  EXPECT_LE(ranges[0].begin, 4096u);
  EXPECT_GE(ranges[0].end, 4097u);
}

TEST_F(Files, ModeDoesNotDependOnTheUmask) {
  const mode_t before = ::umask(0777);
  const auto lock = LockFile::create_unnamed(opened_.fd(), directory_.path());
  set_mode(lock->fd(), 0660, "file");
  ::umask(before);
  EXPECT_EQ(status(lock->fd(), "file").mode, 0660u);
}

TEST_F(Files, DescriptorsAreClosedOnExec) {
  const auto lock = LockFile::create_unnamed(opened_.fd(), directory_.path());
  const File file = reopen(lock->fd(), OpenFor::kReading, "file");
  for (const int fd : {opened_.fd(), lock->fd(), file.fd()}) EXPECT_EQ(::fcntl(fd, F_GETFD), FD_CLOEXEC);
}

TEST_F(Files, TmpfsIsTrustedAndAnOverlayIsNot) {
  EXPECT_EQ(file_system(opened_.fd(), "x").untrusted, nullptr);
  EXPECT_EQ(file_system(opened_.fd(), "x").page_size, page_size());
  for (const char* part : {"lower", "upper", "work", "merged"})
    std::filesystem::create_directory(directory_.file(part));
  const test::Mount overlay(directory_.file("merged"), "overlay",
                            "lowerdir=" + directory_.file("lower") + ",upperdir=" + directory_.file("upper") +
                                ",workdir=" + directory_.file("work"));
  if (!overlay.mounted()) GTEST_SKIP() << "mounting an overlay isn't permitted here";
  const auto merged = open_directory(directory_.file("merged"));
  EXPECT_STREQ(file_system(merged->fd(), "x").untrusted, "overlayfs");
}

TEST(Process, IsInItsOwnGroupAndRandomBytesDiffer) {
  EXPECT_TRUE(in_group(::getegid()));
  EXPECT_FALSE(in_group(4'000'000'000));
  std::uint64_t one = 0;
  std::uint64_t two = 0;
  random_bytes(&one, sizeof one);
  random_bytes(&two, sizeof two);
  EXPECT_NE(one, two);
}

}  // namespace
}  // namespace qads::os
