#include <sys/sysinfo.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

#include "segment/segment_fixture.hpp"

namespace qads::segment {
namespace {

using test::expect_error;

class Space : public test::SegmentTest {
 protected:
  // Over the private directory; what a test makes in it goes with it.
  bool mount(const std::string& size) {
    small_ = std::make_unique<test::Mount>(directory_.path(), "tmpfs", "size=" + size);
    return small_->mounted();
  }
  std::uint64_t used() const {
    return std::filesystem::space(directory_.path()).capacity - std::filesystem::space(directory_.path()).free;
  }
  CreateOptions sized(std::uint64_t capacity) const {
    CreateOptions made = options();
    made.capacity = capacity;
    return made;
  }

  std::unique_ptr<test::Mount> small_;
};

TEST_F(Space, ReservingBacksExactlyWhatIsAskedRoundedUp) {
  const auto writer = Segment::create("x", sized(10 << 20));
  auto& reserved = writer->sync().statistics.reserved_bytes;
  EXPECT_EQ(reserved.load(), 0u);
  writer->reserve_data(0, 0);
  EXPECT_EQ(reserved.load(), 0u);
  writer->reserve_data(100, 1);
  EXPECT_EQ(reserved.load(), 64u << 10);
  writer->reserve_data(0, 64 << 10);
  EXPECT_EQ(reserved.load(), 64u << 10) << "already there";
  writer->reserve_data((64 << 10) - 1, 2);
  EXPECT_EQ(reserved.load(), 128u << 10);
  writer->reserve_data(256 << 10, 1);
  writer->reserve_data(0, 10 << 20);
  EXPECT_EQ(reserved.load(), 10u << 20) << "each unit once";
  std::memset(writer->data(), 1, 10 << 20);
}

TEST_F(Space, ReservingOutsideTheDataSectionIsADefect) {
  const auto writer = create();
  const std::uint64_t size = writer->data_size();
  expect_error(Code::kInternal, [&] { writer->reserve_data(0, size + 1); });
  expect_error(Code::kInternal, [&] { writer->reserve_data(size, 1); });
  expect_error(Code::kInternal, [&] { writer->reserve_data(1, ~std::uint64_t{0}); });
  expect_error(Code::kInternal, [&] { attach()->reserve_data(0, 1); });
  EXPECT_NO_THROW(writer->reserve_data(size, 0));
  EXPECT_NO_THROW(writer->reserve_data(size - 1, 1));
}

TEST_F(Space, AFullFileSystemIsAnErrorThatSaysWhatToDo) {
  if (!mount("1m")) GTEST_SKIP() << "mounting isn't permitted here";
  const auto writer = Segment::create("x", sized(8 << 20));
  writer->reserve_data(0, 256 << 10);
  expect_error(Code::kNoSpace, [&] { writer->reserve_data(0, 4 << 20); },
               {file(), "1048576", std::to_string((4 << 20) - (256 << 10)), "--shm-size", "QADS_DIR"});
  // What was published before is still there, and what fits still fits.
  std::memset(writer->data(), 1, 256 << 10);
  writer->reserve_data(256 << 10, 64 << 10);
  std::memset(writer->data(), 1, 320 << 10);
}

TEST_F(Space, AFailedReservationGivesBackWhatItGot) {
  if (!mount("1m")) GTEST_SKIP() << "mounting isn't permitted here";
  const auto writer = Segment::create("x", sized(8 << 20));
  const std::uint64_t before = used();
  expect_error(Code::kNoSpace, [&] { writer->reserve_data(0, 4 << 20); });
  EXPECT_EQ(used(), before);
}

TEST_F(Space, ASegmentThatDoesNotFitLeavesNoTrace) {
  if (!mount("16k")) GTEST_SKIP() << "mounting isn't permitted here";
  expect_error(Code::kNoSpace, [&] { create(); }, {file(), "--shm-size"});
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(used(), 0u);
}

TEST_F(Space, APopulatedSegmentThatDoesNotFitLeavesNoTrace) {
  if (!mount("1m")) GTEST_SKIP() << "mounting isn't permitted here";
  CreateOptions large = sized(2 << 20);
  large.populate = true;
  expect_error(Code::kNoSpace, [&] { Segment::create("x", large); });
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(used(), 0u);
  large.populate = false;
  large.huge_pages = true;
  EXPECT_NO_THROW(Segment::create("x", large)) << "huge pages are a wish";
}

TEST_F(Space, TakeoverInAFullFileSystemRemovesTheOldFileFirst) {
  if (!mount("1m")) GTEST_SKIP() << "mounting isn't permitted here";
  CreateOptions most = sized(900 << 10);
  most.populate = true;
  Segment::create("x", most)->sync().head.store(2);
  const auto writer = Segment::create("x", most);
  EXPECT_EQ(writer->header().superseded_unread, 2u);
  EXPECT_EQ(files(), 1u);
}

TEST_F(Space, TakeoverThatCannotFitAnywayLeavesWhatIsUnread) {
  if (!mount("1m")) GTEST_SKIP() << "mounting isn't permitted here";
  CreateOptions most = sized(900 << 10);
  most.populate = true;
  Segment::create("x", most)->sync().head.store(2);
  CreateOptions larger = sized(2 << 20);
  larger.populate = true;
  expect_error(Code::kNoSpace, [&] { Segment::create("x", larger); }, {file(), "2097152", "--shm-size"});
  EXPECT_EQ(unread_batches(*attach()), 2u);
}

TEST_F(Space, PopulatingMoreThanThereIsTakesNothingFromOthersOnTheWay) {
  if (!mount("8m")) GTEST_SKIP() << "mounting isn't permitted here";
  CreateOptions huge = sized(std::uint64_t{1} << 36);
  huge.populate = true;
  std::atomic<bool> done{false};
  std::uint64_t most = 0;
  std::thread watching([&] {
    while (!done) most = std::max(most, used());
  });
  for (int i = 0; i < 20; ++i)
    expect_error(Code::kNoSpace, [&] { Segment::create("x", huge); }, {"68719476736", "bytes free of 8388608"});
  done = true;
  watching.join();
  EXPECT_LT(most, 1u << 20);
}

TEST_F(Space, MoreThanTheMachineHasIsRefusedBeforeTheKernelKills) {
  struct sysinfo machine{};
  ASSERT_EQ(::sysinfo(&machine), 0);
  const std::uint64_t more = 2 * (machine.totalram + machine.totalswap) * machine.mem_unit;
  if (!mount(std::to_string(2 * more))) GTEST_SKIP() << "mounting isn't permitted here";
  CreateOptions huge = sized(more);
  const auto writer = Segment::create("x", huge);
  huge.populate = true;
  expect_error(Code::kNoSpace, [&] { Segment::create("y", huge); },
               {"no memory for " + std::to_string(more) + " bytes", " bytes for segments", "choose a smaller capacity",
                "QADS_DIR"});
  EXPECT_LT(used(), 1u << 20);
  writer->reserve_data(0, 1 << 20);
  std::memset(writer->data(), 1, 1 << 20);
}

TEST_F(Space, AFileCutShortIsNoFullFileSystem) {
  const auto writer = Segment::create("x", sized(8 << 20));
  writer->check_whole();
  ASSERT_EQ(::truncate(file().c_str(), static_cast<off_t>(writer->header().data_offset)), 0);
  expect_error(Code::kCorrupt, [&] { writer->reserve_data(0, 1 << 20); }, {file(), "truncated to"});
}

TEST_F(Space, TakeoverInAFullFileSystemLeavesWhatReadersHave) {
  if (!mount("1m")) GTEST_SKIP() << "mounting isn't permitted here";
  CreateOptions most = sized(900 << 10);
  most.populate = true;
  Segment::create("x", most);
  const auto reader = attach();
  const auto lock = reader->open_lock();
  ASSERT_TRUE(lock->try_lock(layout::reader_lock_byte(0)));
  expect_error(Code::kNoSpace, [&] { Segment::create("x", most); });
  EXPECT_TRUE(exists());
  most.refuse_takeover = true;
  expect_error(Code::kExists, [&] { Segment::create("x", most); });
}

TEST_F(Space, AFullFileSystemDoesNotHideALiveWriter) {
  if (!mount("1m")) GTEST_SKIP() << "mounting isn't permitted here";
  CreateOptions most = sized(900 << 10);
  most.populate = true;
  const auto writer = Segment::create("x", most);
  expect_error(Code::kExists, [&] { Segment::create("x", most); }, {"live writer"});
}

TEST_F(Space, TheSchemaIsReservedBeforeItIsWritten) {
  if (!mount("512k")) GTEST_SKIP() << "mounting isn't permitted here";
  CreateOptions large = sized(64 << 10);
  large.schema_capacity = 1 << 20;
  const auto writer = Segment::create("x", large);
  const std::vector<std::byte> schema(900 << 10);
  expect_error(Code::kNoSpace, [&] { writer->write_schema(schema); }, {"schema section"});
  EXPECT_FALSE(writer->read_schema().has_value());
}

}  // namespace
}  // namespace qads::segment
