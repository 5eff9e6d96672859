#include <cstring>
#include <fstream>

#include "segment/segment_fixture.hpp"

namespace qads::segment {
namespace {

using test::expect_error;

using Takeover = test::SegmentTest;

TEST_F(Takeover, ReplacesTheFileOfAWriterThatHasGone) {
  leave_behind();
  const ino_t before = inode();
  const auto writer = create();
  EXPECT_NE(inode(), before);
  EXPECT_EQ(writer->header().superseded_unread, 0u);
  EXPECT_EQ(files(), 1u);
  EXPECT_TRUE(attach()->writer_alive());
}

TEST_F(Takeover, CountsWhatWasUnread) {
  leave_behind("x", 3);
  EXPECT_EQ(create()->header().superseded_unread, 3u);
  EXPECT_EQ(attach()->header().superseded_unread, 3u) << "and the checksum fits";
}

TEST_F(Takeover, FollowsAKilledWriterAtOnce) {
  const test::Step made;
  test::ChildProcess writer([&] {
    const auto own = create();
    made.signal();
    ::pause();
    return 0;
  });
  made.wait();
  expect_error(Code::kExists, [&] { create(); }, {std::to_string(writer.pid())});
  const auto reader = attach();
  writer.kill();
  EXPECT_TRUE(test::soon([&] { return !reader->writer_alive(); }));
  const auto next = create();
  EXPECT_NE(next->header().inode, reader->header().inode);
}

TEST_F(Takeover, LeavesThoseWhoAreAttachedTheirOldFile) {
  auto old = create();
  old->reserve_data(0, 10);
  std::memcpy(old->data(), "old", 3);
  const auto reader = attach();
  old.reset();
  const auto writer = create();
  writer->reserve_data(0, 10);
  std::memcpy(writer->data(), "new", 3);
  EXPECT_EQ(std::memcmp(reader->data(), "old", 3), 0);
  EXPECT_FALSE(reader->writer_alive()) << "the old file's lock was let go";
  EXPECT_EQ(std::memcmp(attach()->data(), "new", 3), 0);
}

TEST_F(Takeover, IsRefusedIfAsked) {
  leave_behind("x", 2);
  const ino_t before = inode();
  CreateOptions refusing = options();
  refusing.refuse_takeover = true;
  expect_error(Code::kExists, [&] { Segment::create("x", refusing); }, {file(), "2 unread", "takeover is refused"});
  EXPECT_EQ(inode(), before);
  EXPECT_NO_THROW(Segment::create("y", refusing));
}

TEST_F(Takeover, NeverReplacesAForeignFile) {
  for (const std::string& content : {std::string("hello"), std::string(), std::string(100'000, 'Q')}) {
    std::ofstream(file()) << content;
    expect_error(Code::kForeign, [&] { create(); }, {file(), std::to_string(content.size())});
    std::ifstream back(file());
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(back), {}), content);
    ::unlink(file().c_str());
  }
  ASSERT_EQ(::symlink("/dev/null", file().c_str()), 0);
  expect_error(Code::kForeign, [&] { create(); }, {"symbolic link"});
  ::unlink(file().c_str());
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  expect_error(Code::kForeign, [&] { create(); }, {"pipe"});
  ::unlink(file().c_str());
  std::filesystem::create_directory(file());
  expect_error(Code::kForeign, [&] { create(); }, {"directory"});
}

TEST_F(Takeover, ReplacesADeadWritersFileThatIsDamaged) {
  leave_behind("x", 3);
  ASSERT_EQ(::truncate(file().c_str(), 100), 0);
  EXPECT_EQ(create()->header().superseded_unread, 0u);
  leave_behind("y", 3);
  const std::uint32_t newer = 2;
  test::overwrite(file("y"), offsetof(layout::Header, major), &newer, sizeof newer);
  EXPECT_EQ(create("y")->header().superseded_unread, 0u);
  leave_behind("z", 3);
  const std::uint64_t garbage = ~std::uint64_t{0};
  test::overwrite(file("z"), offsetof(layout::Header, sync_offset), &garbage, sizeof garbage);
  EXPECT_EQ(create("z")->header().superseded_unread, 0u);
}

TEST_F(Takeover, NeverReplacesALiveWritersFileHoweverDamaged) {
  const auto writer = create();
  test::overwrite(file(), 8, "garbage", 7);
  expect_error(Code::kExists, [&] { create(); });
}

TEST_F(Takeover, ClearsWhatACreatorKilledInTheMiddleHasLeft) {
  leave_behind("x", 1);
  leave_behind("leftover", 9);
  ASSERT_EQ(::rename(file("leftover").c_str(), directory_.file(".qads_x.new").c_str()), 0);
  EXPECT_EQ(create()->header().superseded_unread, 1u);
  EXPECT_EQ(files(), 1u);
}

TEST_F(Takeover, ClearsSuchALeftoverAlsoWhenTheNameWasGone) {
  leave_behind("leftover");
  ASSERT_EQ(::rename(file("leftover").c_str(), directory_.file(".qads_x.new").c_str()), 0);
  const auto writer = create();
  EXPECT_EQ(files(), 1u);
}

TEST_F(Takeover, DoesNotFollowALinkPlantedAtTheTemporaryName) {
  leave_behind();
  std::ofstream(directory_.file("victim")) << "precious";
  ASSERT_EQ(::symlink(directory_.file("victim").c_str(), directory_.file(".qads_x.new").c_str()), 0);
  const auto writer = create();
  EXPECT_EQ(std::filesystem::file_size(directory_.file("victim")), 8u);
  EXPECT_EQ(files(), 2u);
}

TEST_F(Takeover, WaitsForWhoHoldsADeadWritersLockForAMoment) {
  leave_behind();
  const auto prober = attach()->open_lock();
  // Again where this process was kept from unlocking for longer than the creator is patient.
  int refused = 1;
  for (int tries = 0; refused != 0 && tries < 100; ++tries) {
    ASSERT_TRUE(prober->try_lock(layout::kWriterLockByte));
    test::ChildProcess creator([&] {
      create();
      return 0;
    });
    ::usleep(10'000);
    prober->unlock(layout::kWriterLockByte);
    refused = creator.join();
  }
  EXPECT_EQ(refused, 0);
}

TEST_F(Takeover, UnreadIsWhatNoReaderHasPassedAndIsClampedToThePossible) {
  const auto segment = create();
  auto& sync = segment->sync();
  sync.head.store(4);
  EXPECT_EQ(unread_batches(*segment), 4u);
  sync.read_up_to.store(1);
  EXPECT_EQ(unread_batches(*segment), 3u);
  sync.readers[2].cursor.store(3);
  EXPECT_EQ(unread_batches(*segment), 3u) << "an entry that nobody has";
  sync.readers[2].control.store(layout::reader_control(7, layout::kActive));
  EXPECT_EQ(unread_batches(*segment), 1u);
  sync.readers[2].control.store(layout::reader_control(7, layout::kClaimed));
  EXPECT_EQ(unread_batches(*segment), 3u) << "its predecessor's cursor";
  sync.read_up_to.store(~std::uint64_t{0});
  sync.tail.store(99);
  EXPECT_EQ(unread_batches(*segment), 4u) << "positions beyond the head count for nothing";
  sync.head.store(std::uint64_t{1} << 60);
  sync.read_up_to.store(0);
  EXPECT_EQ(unread_batches(*segment), 5u) << "no more than there are slots";
}

}  // namespace
}  // namespace qads::segment
