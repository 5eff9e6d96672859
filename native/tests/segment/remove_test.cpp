#include <filesystem>
#include <fstream>

#include "segment/segment_fixture.hpp"

namespace qads::segment {
namespace {

using test::expect_error;

class Remove : public test::SegmentTest {
 protected:
  void remove_it(bool unread = false) { segment::remove("x", directory_.path(), unread); }
};

TEST_F(Remove, TakesTheNameOfAWriterThatHasGone) {
  leave_behind();
  remove_it();
  EXPECT_FALSE(exists());
  expect_error(Code::kNotFound, [&] { remove_it(); }, {file()});
}

TEST_F(Remove, NeverTakesALiveWritersName) {
  const auto writer = create();
  expect_error(Code::kExists, [&] { remove_it(true); }, {"live writer", std::to_string(::getpid())});
  EXPECT_TRUE(exists());
}

TEST_F(Remove, SparesUnreadBatchesUnlessTold) {
  leave_behind("x", 3);
  expect_error(Code::kExists, [&] { remove_it(); }, {"3 unread batches", "remove it with them"});
  remove_it(true);
  EXPECT_FALSE(exists());
}

TEST_F(Remove, SparesAttachedReadersUnlessTold) {
  leave_behind();
  const auto reader = attach();
  const auto lock = reader->open_lock();
  ASSERT_TRUE(lock->try_lock(layout::reader_lock_byte(2)));
  expect_error(Code::kExists, [&] { remove_it(); }, {"readers"});
  remove_it(true);
  EXPECT_FALSE(exists());
  EXPECT_EQ(reader->sync().head.load(), 0u) << "what they have stays";
}

TEST_F(Remove, LeavesForeignFilesAlone) {
  std::ofstream(file()) << "something else";
  expect_error(Code::kForeign, [&] { remove_it(true); });
  EXPECT_TRUE(exists());
}

TEST_F(Remove, SparesWhatCannotBeReadUnlessTold) {
  const auto expect_spared = [&](Code code, std::initializer_list<std::string> parts) {
    expect_error(code, [&] { remove_it(); }, parts);
    EXPECT_TRUE(exists());
    remove_it(true);
    EXPECT_FALSE(exists());
  };
  leave_behind("x", 3);
  ASSERT_EQ(::truncate(file().c_str(), 50), 0);
  expect_spared(Code::kCorrupt, {"truncated to 50 bytes", "option unread"});
  leave_behind("x", 3);
  const std::uint32_t later = layout::kMajor + 1;
  test::overwrite(file(), offsetof(layout::Header, major), &later, sizeof later);
  expect_spared(Code::kVersion, {"layout version", "option unread"});
  leave_behind("y", 3);
  std::filesystem::copy_file(file("y"), file());
  std::filesystem::remove(file("y"));
  std::filesystem::permissions(file(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  expect_spared(Code::kCorrupt, {"it is a copy", "option unread"});
}

TEST_F(Remove, ByTheCreatorWorksWhileItIsTheWriterAndTheNameIsItsOwn) {
  const auto writer = create();
  writer->remove_name();
  EXPECT_FALSE(exists());
  const auto next = create();
  writer->remove_name();
  EXPECT_TRUE(exists()) << "somebody else's by now";
  next->release_writer();
  next->release_writer();
  next->remove_name();
  EXPECT_TRUE(exists()) << "no longer a writer";
}

TEST_F(Remove, ByTheLastReaderHappensOnceTheWriterHasGone) {
  auto writer = create();
  const auto reader = attach();
  reader->remove_name_if_last();
  EXPECT_TRUE(exists()) << "a writer lives";
  writer.reset();
  auto other = attach()->open_lock();
  ASSERT_TRUE(other->try_lock(layout::reader_lock_byte(1)));
  reader->remove_name_if_last();
  EXPECT_TRUE(exists()) << "another reader is attached";
  other.reset();
  reader->remove_name_if_last();
  EXPECT_FALSE(exists());
  reader->remove_name_if_last();
}

TEST_F(Remove, ByTheLastReaderSparesTheNextWritersFile) {
  leave_behind();
  const auto reader = attach();
  create();
  reader->remove_name_if_last();
  EXPECT_TRUE(exists());
}

TEST_F(Remove, ByACreatorThatHasLetGoIsAsByTheLastReader) {
  const auto writer = create();
  writer->remove_name_if_last();
  EXPECT_TRUE(exists());
  writer->release_writer();
  writer->remove_name_if_last();
  EXPECT_FALSE(exists());
}

// Leavers that all let go at the same moment: whatever the order, the name is gone when the last of them returns.
TEST_F(Remove, ByReadersThatLeaveTogetherAlwaysHappens) {
  constexpr int kReaders = 3;
  for (int round = 0; round < 100; ++round) {
    leave_behind();
    const test::Step ready;
    const test::Step go;
    std::vector<test::ChildProcess> readers;
    for (int r = 0; r < kReaders; ++r)
      readers.emplace_back([&, r] {
        const auto segment = attach();
        auto lock = segment->open_lock();
        if (!lock->try_lock(layout::reader_lock_byte(static_cast<std::uint32_t>(r)))) return 1;
        ready.signal();
        go.wait();
        lock.reset();
        segment->remove_name_if_last();
        return 0;
      });
    for (int r = 0; r < kReaders; ++r) ready.wait();
    for (int r = 0; r < kReaders; ++r) go.signal();
    for (auto& reader : readers) ASSERT_EQ(reader.join(), 0);
    ASSERT_FALSE(exists()) << "round " << round;
  }
}

}  // namespace
}  // namespace qads::segment
