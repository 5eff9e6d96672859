#include <sys/mount.h>

#include <cstring>
#include <fstream>

#include "os/futex.hpp"
#include "segment/segment_fixture.hpp"

namespace qads::segment {
namespace {

using test::expect_error;

class Create : public test::SegmentTest {
 protected:
  std::string refused(const std::function<void(CreateOptions&)>& change, std::initializer_list<std::string> parts) {
    CreateOptions wrong = options();
    change(wrong);
    const std::string message = expect_error(Code::kInvalid, [&] { Segment::create("x", wrong); }, parts);
    EXPECT_EQ(files(), 0u);
    return message;
  }
};

TEST_F(Create, MakesACompleteFileThatAnotherHandleCanAttach) {
  const auto writer = create();
  const auto reader = attach();
  EXPECT_EQ(writer->path(), directory_.path() + "/qads_x");
  EXPECT_EQ(std::memcmp(&writer->header(), &reader->header(), sizeof(layout::Header)), 0);
  EXPECT_EQ(reader->header().slot_count, 5u);
  EXPECT_EQ(reader->header().order_count, 8u);
  EXPECT_EQ(reader->header().reader_capacity, 3u);
  EXPECT_EQ(reader->data_size(), 64u << 10);
  EXPECT_TRUE(writer->is_creator());
  EXPECT_FALSE(reader->is_creator());
  EXPECT_TRUE(reader->writer_alive());
  EXPECT_EQ(reader->order().size(), 8u);
  EXPECT_EQ(reader->slots().size(), 5u);
  EXPECT_EQ(files(), 1u);
}

TEST_F(Create, BeginsOpenAndEmpty) {
  const auto writer = create();
  const auto reader = attach();
  EXPECT_EQ(reader->sync().end.load(), layout::kOpen);
  EXPECT_EQ(reader->sync().head.load(), 0u);
  EXPECT_EQ(reader->sync().schema_state.load(), 0u);
  for (auto& entry : reader->order()) EXPECT_EQ(entry.load(), 0u);
  for (auto& slot : reader->slots()) {
    EXPECT_EQ(slot.sequence.load(), layout::kInvalid);
    EXPECT_EQ(slot.holders.load(), 0u);
  }
  for (auto& entry : reader->sync().readers) EXPECT_EQ(layout::reader_state(entry.control.load()), layout::kFree);
  EXPECT_EQ(unread_batches(*reader), 0u);
}

TEST_F(Create, SharesTheDataSectionButOnlyTheCreatorWrites) {
  const auto writer = create();
  const auto reader = attach();
  writer->reserve_data(0, 100);
  std::memcpy(writer->data(), "hello", 5);
  EXPECT_EQ(std::memcmp(reader->data(), "hello", 5), 0);
  EXPECT_DEATH(reader->data()[0] = std::byte{1}, "");
}

TEST_F(Create, LocksNoOtherByteThanTheWriters) {
  const auto writer = create();
  const auto lock = writer->open_lock();
  EXPECT_TRUE(lock->is_locked(layout::kWriterLockByte));
  EXPECT_FALSE(lock->any_locked(layout::reader_lock_byte(0), layout::kMaxReaders));
}

TEST_F(Create, ASecondWriterIsRefusedByNameWithThePidOfTheFirst) {
  const auto writer = create();
  expect_error(Code::kExists, [&] { create(); }, {file(), "'x'", std::to_string(::getpid()), "live writer"});
  test::ChildProcess other([&] {
    try {
      create();
    } catch (const Error& error) {
      return error.code() == Code::kExists ? 0 : 1;
    }
    return 2;
  });
  EXPECT_EQ(other.join(), 0);
  EXPECT_EQ(files(), 1u);
}

TEST_F(Create, LeavesNothingButTheNameWhenItsHandlesAreGone) {
  create();
  EXPECT_EQ(files(), 1u);
  EXPECT_FALSE(attach()->writer_alive());
}

TEST_F(Create, RoundsSectionsToPages) {
  const auto writer = create();
  const auto& header = writer->header();
  const std::uint64_t page = header.page_size;
  for (const std::uint64_t value : {header.schema_offset, header.schema_size, header.sync_offset, header.sync_size,
                                    header.data_offset, header.data_size, header.file_size})
    EXPECT_EQ(value % page, 0u);
}

TEST_F(Create, LargeDataSectionsBeginWhereHugePagesCan) {
  CreateOptions large = options();
  large.capacity = 64 << 20;
  const auto writer = Segment::create("x", large);
  EXPECT_EQ(writer->header().data_offset % (2 << 20), 0u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(writer->data()) % (2 << 20), 0u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(attach()->data()) % (2 << 20), 0u);
}

TEST_F(Create, TakesLittleMemoryUntilItIsUsed) {
  CreateOptions large = options();
  large.capacity = std::uint64_t{1} << 40;
  const auto writer = Segment::create("x", large);
  struct stat found{};
  ASSERT_EQ(::stat(file().c_str(), &found), 0);
  EXPECT_LT(found.st_blocks * 512, 100 << 10);
}

TEST_F(Create, IgnoresTheUmaskAndKeepsOthersOut) {
  const mode_t before = ::umask(0);
  const auto writer = create();
  ::umask(0777);
  CreateOptions shared = options();
  shared.mode = 0660;
  const auto group = Segment::create("g", shared);
  ::umask(before);
  struct stat found{};
  ASSERT_EQ(::stat(file().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600u);
  ASSERT_EQ(::stat(file("g").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0660u);
}

TEST_F(Create, RefusesImpossibleOptionsNamingThem) {
  refused([](auto& o) { o.capacity = 0; }, {"capacity", "is 0", "1 to"});
  refused([](auto& o) { o.capacity = ~std::uint64_t{0}; }, {"capacity"});
  refused([](auto& o) { o.schema_capacity = 0; }, {"schema_capacity"});
  refused([](auto& o) { o.slots = 0; }, {"slots", "1 to 65535"});
  refused([](auto& o) { o.slots = 65536; }, {"slots", "65536"});
  refused([](auto& o) { o.reader_capacity = 0; }, {"reader_capacity", "1 to 64"});
  refused([](auto& o) { o.reader_capacity = 65; }, {"reader_capacity", "65"});
  refused([](auto& o) { o.overflow = 2; }, {"overflow"});
  refused([](auto& o) { o.lifetime = 0; }, {"lifetime"});
  refused([](auto& o) { o.mode = 0644; }, {"mode", "0644"});
  refused([this](auto& o) { o.directory = directory_.file("absent"); }, {"absent", "doesn't exist"});
  refused([](auto& o) { o.directory = "/etc/passwd"; }, {"/etc/passwd", "not a directory"});
}

TEST_F(Create, TakesTheLargestOptions) {
  CreateOptions most = options();
  most.slots = 65535;
  most.reader_capacity = 64;
  most.capacity = 1;
  const auto writer = Segment::create(std::string(200, 'n'), most);
  EXPECT_EQ(attach(std::string(200, 'n'))->header().order_count, 65536u);
}

TEST_F(Create, RefusesAnOverlayWhoseLocksLie) {
  for (const char* part : {"lower", "upper", "work", "merged"})
    std::filesystem::create_directory(directory_.file(part));
  const test::Mount overlay(directory_.file("merged"), "overlay",
                            "lowerdir=" + directory_.file("lower") + ",upperdir=" + directory_.file("upper") +
                                ",workdir=" + directory_.file("work"));
  if (!overlay.mounted()) GTEST_SKIP() << "mounting an overlay isn't permitted here";
  CreateOptions there = options();
  there.directory = directory_.file("merged");
  expect_error(Code::kFilesystem, [&] { Segment::create("x", there); }, {"overlayfs", directory_.file("merged")});
  // A segment in the lower or upper layer is refused through the overlay, too.
  there.directory = directory_.file("upper");
  const auto writer = Segment::create("x", there);
  expect_error(Code::kFilesystem, [&] { Segment::attach("x", {directory_.file("merged"), false, 0}); });
}

TEST_F(Create, WorksThroughABindMount) {
  std::filesystem::create_directory(directory_.file("a"));
  std::filesystem::create_directory(directory_.file("b"));
  if (::mount(directory_.file("a").c_str(), directory_.file("b").c_str(), nullptr, MS_BIND, nullptr) != 0)
    GTEST_SKIP() << "mounting isn't permitted here";
  CreateOptions there = options();
  there.directory = directory_.file("a");
  {
    const auto writer = Segment::create("x", there);
    const auto reader = Segment::attach("x", {directory_.file("b"), false, 0});
    EXPECT_TRUE(reader->writer_alive());
    there.directory = directory_.file("b");
    expect_error(Code::kExists, [&] { Segment::create("x", there); });
  }
  ::umount2(directory_.file("b").c_str(), MNT_DETACH);
}

TEST_F(Create, WorksOnHugePages) {
  std::filesystem::create_directory(directory_.file("huge"));
  const test::Mount huge(directory_.file("huge"), "hugetlbfs", "");
  if (!huge.mounted()) GTEST_SKIP() << "mounting hugetlbfs isn't permitted here";
  CreateOptions there = options();
  there.directory = directory_.file("huge");
  std::shared_ptr<Segment> writer;
  try {
    writer = Segment::create("x", there);
  } catch (const Error& error) {
    EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(Code::kNoSpace)) << error.message();
    GTEST_SKIP() << "no huge pages here (vm.nr_hugepages): " << error.message();
  }
  EXPECT_EQ(writer->header().page_size, 2u << 20);
  writer->reserve_data(0, writer->data_size());
  writer->data()[writer->data_size() - 1] = std::byte{7};
  const std::byte schema[3]{};
  writer->write_schema(schema);
  const auto reader = Segment::attach("x", {there.directory, false, 0});
  EXPECT_EQ(reader->data()[reader->data_size() - 1], std::byte{7});
  EXPECT_EQ(reader->read_schema()->size(), 3u);
}

TEST_F(Create, CanPopulateAndAskForHugePagesAtOnce) {
  CreateOptions eager = options();
  eager.capacity = 8 << 20;
  eager.populate = true;
  eager.huge_pages = true;
  const auto writer = Segment::create("x", eager);
  EXPECT_EQ(writer->sync().statistics.reserved_bytes.load(), 8u << 20);
  struct stat found{};
  ASSERT_EQ(::stat(file().c_str(), &found), 0);
  EXPECT_GE(found.st_blocks * 512, 8 << 20);
  const auto reader = attach();
  reader->populate_data();
  EXPECT_EQ(reader->data()[5 << 20], std::byte{0});
}

}  // namespace
}  // namespace qads::segment
