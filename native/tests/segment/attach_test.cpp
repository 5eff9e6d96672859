#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>

#include <cstring>
#include <fstream>
#include <thread>

#include "os/futex.hpp"
#include "segment/segment_fixture.hpp"

namespace qads::segment {
namespace {

using test::expect_error;

class Attach : public test::SegmentTest {
 protected:
  // What a process of another user gets: its error code, or 0.
  template <typename Body>
  int as_other_user(gid_t group, Body body) {
    test::ChildProcess child([&] {
      if (::setgroups(0, nullptr) != 0 || ::setegid(group) != 0 || ::seteuid(65534) != 0) return 90;
      try {
        body();
      } catch (const Error& error) {
        return -static_cast<int>(error.code());
      }
      return 0;
    });
    return child.join();
  }
};

TEST_F(Attach, OfAMissingNameSaysSoAtOnce) {
  expect_error(Code::kNotFound, [&] { attach("absent"); }, {"'absent'", file("absent")});
  expect_error(Code::kNotFound, [&] { Segment::attach("x", {directory_.file("nowhere"), false, 0}); }, {"nowhere"});
}

TEST_F(Attach, WaitsAsLongAsItIsTold) {
  const std::int64_t begin = os::monotonic_ns();
  expect_error(Code::kNotFound, [&] { attach("absent", 50); }, {"50 ms"});
  EXPECT_GE(os::monotonic_ns() - begin, 50'000'000);
}

TEST_F(Attach, FindsANameThatAppearsWhileItWaits) {
  std::shared_ptr<Segment> reader;
  std::thread waiting([&] { reader = attach("x", -1); });
  ::usleep(30'000);
  const auto writer = create();
  waiting.join();
  EXPECT_EQ(reader->header().inode, writer->header().inode);
}

TEST_F(Attach, RefusesANameThatCannotBe) {
  expect_error(Code::kInvalid, [&] { attach("../x"); });
}

TEST_F(Attach, OfAForeignFileSaysSo) {
  std::ofstream(file()) << "PAR1 and so on";
  expect_error(Code::kForeign, [&] { attach(); }, {file(), "14 bytes"});
  std::ofstream(file("empty")) << "";
  expect_error(Code::kForeign, [&] { attach("empty"); });
}

TEST_F(Attach, FollowsNoLinkEvenToASegment) {
  const auto writer = create();
  ASSERT_EQ(::symlink(file().c_str(), file("link").c_str()), 0);
  expect_error(Code::kForeign, [&] { attach("link"); }, {"symbolic link"});
}

TEST_F(Attach, RefusesASecondNameOfASegment) {
  const auto writer = create();
  ASSERT_EQ(::link(file().c_str(), file("planted").c_str()), 0);
  expect_error(Code::kForeign, [&] { attach("planted"); }, {file("planted"), "hard link"});
  expect_error(Code::kForeign, [&] { create("planted"); }, {"hard link"});
  expect_error(Code::kForeign, [&] { remove("planted", directory_.path(), true); }, {"hard link"});
  ASSERT_EQ(::unlink(file("planted").c_str()), 0);
  EXPECT_NO_THROW(attach());
}

TEST_F(Attach, DoesNotWaitForAPipe) {
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  expect_error(Code::kForeign, [&] { attach("x", 5000); }, {"pipe"});
  std::filesystem::create_directory(file("directory"));
  expect_error(Code::kForeign, [&] { attach("directory"); }, {"directory"});
}

TEST_F(Attach, OfATruncatedFileNamesBothSizes) {
  const auto writer = create();
  const std::uint64_t size = writer->header().file_size;
  ASSERT_EQ(::truncate(file().c_str(), static_cast<off_t>(size - 4096)), 0);
  expect_error(Code::kCorrupt, [&] { attach(); },
               {"truncated to " + std::to_string(size - 4096), "is " + std::to_string(size)});
  ASSERT_EQ(::truncate(file().c_str(), 100), 0);
  expect_error(Code::kCorrupt, [&] { attach(); }, {"truncated to 100", "176"});
  ASSERT_EQ(::truncate(file().c_str(), 8), 0);
  expect_error(Code::kCorrupt, [&] { attach(); }, {"truncated to 8", "176"});
  ASSERT_EQ(::truncate(file().c_str(), 7), 0);
  expect_error(Code::kForeign, [&] { attach(); });
}

TEST_F(Attach, OfACopyIsRefusedUnlessOffline) {
  create()->write_schema(std::as_bytes(std::span("schema")));
  std::filesystem::copy_file(file(), file("copy"));
  expect_error(Code::kCorrupt, [&] { attach("copy"); }, {"inode", "offline"});
  const auto offline = Segment::attach("copy", {directory_.path(), true, 0});
  EXPECT_TRUE(offline->is_offline());
  EXPECT_FALSE(offline->writer_alive());
  EXPECT_EQ(offline->open_lock(), nullptr);
  EXPECT_EQ(offline->read_schema()->size(), sizeof "schema");
  offline->populate_data();
  offline->remove_name_if_last();
  EXPECT_TRUE(exists("copy"));
}

TEST_F(Attach, OfflineChangesNothingInTheFile) {
  create();
  ASSERT_EQ(::chmod(file().c_str(), 0400), 0);
  const auto offline = Segment::attach("x", {directory_.path(), true, 0});
  offline->sync().head.store(77);
  EXPECT_EQ(Segment::attach("x", {directory_.path(), true, 0})->sync().head.load(), 0u);
}

TEST_F(Attach, ShowsTheSegmentsNameInTheProcessesMaps) {
  const auto writer = create();
  const auto reader = attach();
  std::ifstream maps("/proc/self/maps");
  std::string line;
  int found = 0;
  while (std::getline(maps, line)) found += line.ends_with("qads_x") && line.find("r--s") != std::string::npos;
  EXPECT_EQ(found, 1) << "the read-only data section";
}

TEST_F(Attach, IsRefusedToAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0755), 0);
  const auto writer = create();
  EXPECT_EQ(as_other_user(65534, [&] { attach(); }), -static_cast<int>(Code::kPermission));
  // Even where the mode would let everybody in: its owner could change it under our feet.
  ASSERT_EQ(::chmod(file().c_str(), 0666), 0);
  EXPECT_EQ(as_other_user(65534, [&] { attach(); }), -static_cast<int>(Code::kPermission));
}

TEST_F(Attach, IsRefusedWhereEverybodyMayWrite) {
  const auto writer = create();
  ASSERT_EQ(::chmod(file().c_str(), 0602), 0);
  expect_error(Code::kPermission, [&] { attach(); }, {"mode 0602", "everybody", "chmod"});
}

TEST_F(Attach, IsRefusedToWhoOnlySeemsToBeTheOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0755), 0);
  const auto writer = create();
  ASSERT_EQ(::chown(file().c_str(), 4242, 4343), 0);
  // Everybody whom the namespace doesn't know is shown as 65534 in it, which is who the process is.
  for (const mode_t mode : {0600, 0660, 0666}) {
    ASSERT_EQ(::chmod(file().c_str(), mode), 0);
    test::ChildProcess child([&] {
      if (::setgroups(0, nullptr) != 0 || ::setresgid(65534, 65534, 65534) != 0 ||
          ::setresuid(65534, 65534, 65534) != 0 || ::prctl(PR_SET_DUMPABLE, 1) != 0)
        return 90;
      if (::unshare(CLONE_NEWUSER) != 0) return 91;
      std::ofstream("/proc/self/setgroups") << "deny";
      std::ofstream("/proc/self/uid_map") << "65534 65534 1";
      std::ofstream("/proc/self/gid_map") << "65534 65534 1";
      struct stat shown{};
      if (::stat(file().c_str(), &shown) != 0 || shown.st_uid != ::geteuid()) return 92;
      try {
        attach();
      } catch (const Error& error) {
        return -static_cast<int>(error.code());
      }
      return 0;
    });
    const int ended = child.join();
    if (ended == 91) GTEST_SKIP() << "user namespaces aren't permitted here";
    EXPECT_EQ(ended, -static_cast<int>(Code::kPermission)) << std::oct << mode;
  }
}

TEST_F(Attach, OfAnotherUsersFileNamesTheOwnerAndTheMode) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a file away";
  const auto writer = create();
  ASSERT_EQ(::chown(file().c_str(), 4242, 4343), 0);
  expect_error(Code::kPermission, [&] { attach(); }, {"user 4242", "group 4343", "mode 0600"});
  expect_error(Code::kPermission, [&] { create(); }, {"4242"});
  expect_error(Code::kPermission, [&] { remove("x", directory_.path(), true); }, {"4242"});
}

TEST_F(Attach, IsOpenToTheFilesGroupWhereTheModeSaysSo) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  ASSERT_EQ(::chmod(directory_.path().c_str(), 01777), 0);
  CreateOptions shared = options();
  shared.mode = 0660;
  const auto writer = Segment::create("x", shared);
  ASSERT_EQ(::chown(file().c_str(), 0, 4343), 0);
  EXPECT_EQ(as_other_user(4343,
                          [&] {
                            const auto reader = attach();
                            if (!reader->writer_alive() || !reader->open_lock()->try_lock(layout::reader_lock_byte(1)))
                              throw Error(Code::kInternal, "");
                          }),
            0);
  EXPECT_EQ(as_other_user(4344, [&] { attach(); }), -static_cast<int>(Code::kPermission));
  // The group may read, but in a directory with the sticky bit the name stays its owner's.
  writer->release_writer();
  EXPECT_EQ(as_other_user(4343, [&] { attach()->remove_name_if_last(); }), 0);
  EXPECT_TRUE(exists());
  EXPECT_EQ(as_other_user(4343, [&] { create(); }), -static_cast<int>(Code::kPermission));
  EXPECT_EQ(files(), 1u);
}

TEST_F(Attach, ByThousandsLeavesNoDescriptorsBehind) {
  const auto writer = create();
  const auto count = [] {
    std::size_t open = 0;
    for ([[maybe_unused]] const auto& fd : std::filesystem::directory_iterator("/proc/self/fd")) ++open;
    return open;
  };
  const std::size_t before = count();
  for (int i = 0; i < 2000; ++i) attach();
  for (int i = 0; i < 100; ++i)
    expect_error(Code::kExists, [&] {
      CreateOptions refusing = options();
      refusing.refuse_takeover = true;
      leave_behind("y");
      Segment::create("y", refusing);
    });
  EXPECT_EQ(count(), before);
}

}  // namespace
}  // namespace qads::segment
