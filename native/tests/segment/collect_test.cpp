#include <fcntl.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "base/text.hpp"
#include "segment/segment_fixture.hpp"

namespace qads::segment {
namespace {

using test::expect_error;
using Names = std::vector<std::string>;

class Collect : public test::SegmentTest {
 protected:
  std::map<std::string, Found> run(const CollectOptions& options = {}) const {
    std::map<std::string, Found> found;
    collect(directory_.path(), options, [&](const Found& one) { return found.emplace(one.file, one).second; });
    return found;
  }
  // What becomes of the only file there is: in a dry run, in one, and with `unread`.
  void expect(Verdict verdict, bool goes, bool goes_unread) const {
    const auto before = files();
    for (const bool unread : {false, true}) {
      for (const bool dry_run : {true, false}) {
        if (files() == 0) return;
        const auto found = run({.dry_run = dry_run, .unread = unread});
        ASSERT_EQ(found.size(), 1u);
        const Found& one = found.begin()->second;
        EXPECT_EQ(static_cast<int>(one.verdict), static_cast<int>(verdict)) << one.reason;
        EXPECT_EQ(one.removed, unread ? goes_unread : goes) << one.reason;
        EXPECT_FALSE(one.reason.empty());
        EXPECT_EQ(files(), one.removed && !dry_run ? before - 1 : before);
      }
    }
  }
  std::shared_ptr<Segment> create_with(std::uint32_t lifetime) const {
    CreateOptions made = options();
    made.lifetime = lifetime;
    return Segment::create("x", made);
  }
};

TEST_F(Collect, TakesWhatWasReadOnceItsWriterHasGone) {
  leave_behind();
  expect(Verdict::kRead, true, true);
}

TEST_F(Collect, TellsTheBytesThatItFrees) {
  leave_behind();
  const Found found = run().at("qads_x");
  EXPECT_GT(found.bytes, 0u);
  EXPECT_LT(found.bytes, std::uint64_t{64} << 10) << "of memory, not of the sparse file";
  EXPECT_EQ(found.name, "x");
}

TEST_F(Collect, NeverTouchesALiveWritersSegment) {
  const auto writer = create();
  expect(Verdict::kLive, false, false);
  EXPECT_TRUE(attach()->writer_alive()) << "its lock is still its own";
}

TEST_F(Collect, SparesUnreadBatchesUnlessTold) {
  leave_behind("x", 3);
  EXPECT_EQ(run().at("qads_x").unread, 3u);
  expect(Verdict::kUnread, false, true);
}

TEST_F(Collect, NeverTakesWhatReadersAreAttachedTo) {
  leave_behind();
  const auto lock = attach()->open_lock();
  ASSERT_TRUE(lock->try_lock(layout::reader_lock_byte(2)));
  expect(Verdict::kReaders, false, false);
}

TEST_F(Collect, LeavesWhatIsToBeKept) {
  create_with(layout::kKeep);
  expect(Verdict::kKept, false, false);
}

TEST_F(Collect, TakesWhatItsWriterWouldHaveTakenAlong) {
  create_with(layout::kUntilClosed)->sync().head.store(3);
  expect(Verdict::kEnded, true, true);
}

TEST_F(Collect, LeavesForeignFilesAlone) {
  std::ofstream(file()) << "something else";
  expect(Verdict::kForeign, false, false);
}

TEST_F(Collect, TakesDamagedSegmentsOnlyWhenTold) {
  leave_behind();
  ASSERT_EQ(::truncate(file().c_str(), 50), 0);
  expect(Verdict::kDamaged, false, true);
}

TEST_F(Collect, LeavesADamagedSegmentThatIsReadOrWritten) {
  auto writer = create();
  const auto lock = attach()->open_lock();
  ASSERT_TRUE(lock->try_lock(layout::reader_lock_byte(0)));
  const std::uint64_t wrong = 1;
  test::overwrite(file(), offsetof(layout::Header, checksum), &wrong, sizeof wrong);
  EXPECT_EQ(static_cast<int>(run({.unread = true}).at("qads_x").verdict), static_cast<int>(Verdict::kLive));
  writer.reset();
  EXPECT_EQ(static_cast<int>(run({.unread = true}).at("qads_x").verdict), static_cast<int>(Verdict::kReaders));
  EXPECT_TRUE(exists());
}

TEST_F(Collect, TakesWhatAKilledTakeoverLeft) {
  leave_behind("y");
  std::filesystem::rename(file("y"), directory_.file(".qads_x.new"));
  expect(Verdict::kTakeover, true, true);
}

TEST_F(Collect, LeavesATakeoverThatIsUnderWay) {
  const auto writer = create("y");
  std::filesystem::rename(file("y"), directory_.file(".qads_x.new"));
  expect(Verdict::kLive, false, false);
}

TEST_F(Collect, PassesOverWhatNoSegmentIsCalled) {
  std::ofstream(directory_.file("other")) << "x";
  std::ofstream(directory_.file(".qads_x")) << "x";
  std::ofstream(directory_.file(".qads_-.new")) << "x";
  std::filesystem::create_symlink("/etc/passwd", directory_.file("qads_-"));
  EXPECT_TRUE(run({.unread = true}).empty());
  EXPECT_EQ(files(), 4u);
}

TEST_F(Collect, ShowsWhatIsPlantedUnderASegmentsNameAndLeavesIt) {
  std::filesystem::create_symlink("/etc/passwd", file("link"));
  std::filesystem::create_directory(file("folder"));
  ASSERT_EQ(::mkfifo(file("pipe").c_str(), 0600), 0);
  const auto found = run({.unread = true});
  ASSERT_EQ(found.size(), 3u);
  for (const auto& [name, what] : {std::pair{"link", "a symbolic link"}, {"folder", "a directory"}, {"pipe", "pipe"}}) {
    const Found& one = found.at(text("qads_", name));
    EXPECT_EQ(static_cast<int>(one.verdict), static_cast<int>(Verdict::kForeign));
    EXPECT_NE(one.reason.find(what), std::string::npos) << one.reason;
    EXPECT_EQ(one.name, name);
    EXPECT_FALSE(one.removed);
  }
  EXPECT_EQ(files(), 3u);
}

TEST_F(Collect, SaysInADryRunTooThatTheDirectoryForbidsIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be somebody else for a while";
  constexpr uid_t kNobody = 65534;
  leave_behind();
  ASSERT_EQ(::chown(file().c_str(), kNobody, kNobody), 0);
  for (const mode_t mode : {0755, 01777}) {
    ASSERT_EQ(::chmod(directory_.path().c_str(), mode), 0);
    test::ChildProcess nobody([&] {
      if (::setegid(kNobody) != 0 || ::seteuid(kNobody) != 0) return 1;
      const Found found = run({.dry_run = true}).at("qads_x");
      const bool its_own = mode == 01777;  // sticky: its owner may
      return found.removed == its_own && (found.verdict == Verdict::kPermission) != its_own ? 0 : 2;
    });
    EXPECT_EQ(nobody.join(), 0) << std::oct << mode;
  }
  EXPECT_TRUE(exists());
}

TEST_F(Collect, TellsTheBytesOfWhatIsAnotherUsersToo) {
  leave_behind();
  const std::uint64_t bytes = run({.dry_run = true}).at("qads_x").bytes;
  ASSERT_EQ(::chmod(file().c_str(), 0666), 0);
  const Found found = run().at("qads_x");
  EXPECT_EQ(static_cast<int>(found.verdict), static_cast<int>(Verdict::kPermission));
  EXPECT_EQ(found.bytes, bytes);
}

TEST_F(Collect, FindsOneNameAndRemovesNothing) {
  leave_behind("a", 2);
  leave_behind("b");
  EXPECT_EQ(find("a", directory_.path()).unread, 2u);
  const Found found = find("b", directory_.path());
  EXPECT_EQ(static_cast<int>(found.verdict), static_cast<int>(Verdict::kRead));
  EXPECT_EQ(found.file, "qads_b");
  EXPECT_EQ(files(), 2u);
  expect_error(Code::kNotFound, [&] { find("c", directory_.path()); }, {"'c'"});
  expect_error(Code::kNotFound, [&] { find("c", directory_.file("absent")); }, {"absent"});
}

TEST_F(Collect, ListsSegmentsAndNothingElse) {
  EXPECT_EQ(list(directory_.path()), Names{});
  const auto live = create("b");
  leave_behind("a");
  std::ofstream(directory_.file("other")) << "x";
  std::ofstream(directory_.file("qads_")) << "x";
  std::ofstream(directory_.file("qads_-x")) << "x";
  std::ofstream(directory_.file(".qads_a.new")) << "x";
  std::filesystem::create_symlink("qads_a", file("link"));
  EXPECT_EQ(list(directory_.path()), (Names{"a", "b"}));
  expect_error(Code::kNotFound, [&] { list(directory_.file("absent")); }, {"absent"});
}

TEST_F(Collect, StopsWhenItsVisitorHasEnough) {
  leave_behind("a");
  leave_behind("b");
  collect(directory_.path(), {}, [](const Found&) { return false; });
  EXPECT_EQ(files(), 1u);
  expect_error(Code::kNotFound, [&] { collect(directory_.file("absent"), {}, {}); }, {"absent"});
}

// Collectors and creators of one name at once: a live writer's name never goes, and nothing is left at the end.
TEST_F(Collect, NeverTakesTheNameOfAWriterThatHasJustCome) {
  test::ChildProcess collector([&] {
    for (;;) {
      for (const auto& [file, found] : run())
        if (found.verdict == Verdict::kFailed) return 1;
      if (::access(directory_.file("done").c_str(), F_OK) == 0) return 0;
    }
  });
  // The collector may hold a left-over's lock for longer than a creator is patient: then that is refused, and asks again.
  const auto insist = [&] {
    std::shared_ptr<Segment> made;
    EXPECT_TRUE(test::soon([&] {
      try {
        made = create();
      } catch (const Error& error) {
        if (error.code() != Code::kExists) throw;
      }
      return made != nullptr;
    }));
    return made;
  };
  for (int round = 0; round < 200; ++round) {
    const auto writer = insist();
    ASSERT_TRUE(writer);
    EXPECT_EQ(inode(), writer->header().inode) << "round " << round;
  }
  std::ofstream(directory_.file("done")) << "x";
  EXPECT_EQ(collector.join(), 0);
  run();
  EXPECT_FALSE(exists());
}

}  // namespace
}  // namespace qads::segment
