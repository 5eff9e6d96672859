// What can be wrong with a name, and with the file behind it: each its own code, and a message that names the segment.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "cpp_api/segment_test.hpp"
#include "layout/header.hpp"

namespace qadataswap::test {
namespace {

class Names : public SegmentTest {
 protected:
  arrow::Status Open(const std::string& name) { return Reader::Open({.name = name}).status(); }

  // A finished segment that nobody has read.
  void Leave(const std::string& name) {
    auto writer = Must(Writer::Create({.name = name, .capacity = 1 << 20}));
    ASSERT_ARROW_OK(writer->Write(*Numbers(0, 10)));
    ASSERT_ARROW_OK(writer->Finish());
  }

  void Change(const std::string& name, void (*change)(qads::layout::Header&), bool checksum = true) {
    const int fd = open(FileOf(name).c_str(), O_RDWR | O_CLOEXEC);
    qads::layout::Header header{};
    ASSERT_EQ(pread(fd, &header, sizeof(header), 0), static_cast<ssize_t>(sizeof(header)));
    change(header);
    if (checksum) header.checksum = qads::layout::fnv1a64(&header, offsetof(qads::layout::Header, checksum));
    ASSERT_EQ(pwrite(fd, &header, sizeof(header), 0), static_cast<ssize_t>(sizeof(header)));
    close(fd);
  }

  void Remove(const std::string& name) { std::filesystem::remove(FileOf(name)); }
};

TEST_F(Names, ThatAreNotAllowedAreRefusedByWriterAndReader) {
  for (const std::string name :
       {"", ".", "..", ".hidden", "-dash", "a/b", "../up", "with space", "ümlaut", "new\nline"}) {
    ExpectError(Writer::Create({.name = name}), QADS_ERR_INVALID);
    ExpectError(Open(name), QADS_ERR_INVALID);
  }
  const std::string longest(200, 'n');
  ExpectError(Open(longest + "n"), QADS_ERR_INVALID, {"200"});
  ExpectError(Writer::Create({.name = longest + "n"}), QADS_ERR_INVALID, {"200"});
  Leave(longest);
  EXPECT_ARROW_OK(Open(longest));
  Remove(longest);
}

TEST_F(Names, ThatNobodyHasAreNotFound) {
  ExpectError(Open("nobody"), QADS_ERR_NOT_FOUND, {"nobody"});
  const auto begin = std::chrono::steady_clock::now();
  ExpectError(Reader::Open({.name = "nobody", .attach_timeout = Milliseconds(50)}), QADS_ERR_NOT_FOUND,
              {"nobody", "50"});
  EXPECT_GE(std::chrono::steady_clock::now() - begin, Milliseconds(50));
  EXPECT_EQ(qads_remove("nobody", nullptr, 0), QADS_ERR_NOT_FOUND);
  EXPECT_THAT(qads_last_error(), testing::HasSubstr("nobody"));
}

TEST_F(Names, InADirectoryThatIsMissingAreAnErrorThatNamesTheDirectory) {
  const std::string nowhere = (directory_ / "nowhere").string();
  const auto created = Writer::Create({.name = "x", .directory = nowhere});
  EXPECT_FALSE(created.ok());
  EXPECT_THAT(created.status().message(), testing::HasSubstr(nowhere));
  const auto opened = Reader::Open({.name = "x", .directory = nowhere});
  EXPECT_FALSE(opened.ok());
  EXPECT_THAT(opened.status().message(), testing::HasSubstr(nowhere));
}

TEST_F(Names, OfForeignFilesAreRefused) {
  for (const size_t size : {size_t{0}, size_t{5}, size_t{100}, size_t{100'000}}) {
    std::ofstream(FileOf("foreign")) << std::string(size, 'x');
    chmod(FileOf("foreign").c_str(), 0600);
    const arrow::Status status = Open("foreign");
    EXPECT_THAT(ErrorCode(status), testing::AnyOf(QADS_ERR_FOREIGN, QADS_ERR_CORRUPT)) << size << status.ToString();
    EXPECT_THAT(status.message(), testing::HasSubstr("foreign"));
    if (size >= 100) {
      EXPECT_EQ(ErrorCode(status), QADS_ERR_FOREIGN);
    }
  }
  EXPECT_EQ(qads_remove("foreign", nullptr, QADS_REMOVE_UNREAD), QADS_ERR_FOREIGN) << "nobody else's file is removed";
  ExpectError(Writer::Create({.name = "foreign"}), QADS_ERR_FOREIGN, {"foreign"});
  Remove("foreign");
}

TEST_F(Names, OfTruncatedSegmentsAreCorrupt) {
  for (const off_t size : {off_t{16}, off_t{176}, off_t{4096}, off_t{8192}, off_t{1 << 20}}) {
    Leave("short");
    ASSERT_EQ(truncate(FileOf("short").c_str(), size), 0);
    ExpectError(Open("short"), QADS_ERR_CORRUPT, {"short", std::to_string(size)});
    Remove("short");
  }
}

TEST_F(Names, OfNewerSegmentsAreRefusedByMajorVersionOnly) {
  Leave("newer");
  Change("newer", [](qads::layout::Header& header) { header.major = 7; });
  ExpectError(Open("newer"), QADS_ERR_VERSION, {"newer", "7"});
  Change("newer", [](qads::layout::Header& header) {
    header.major = qads::layout::kMajor;
    header.minor = 99;
  });
  EXPECT_ARROW_OK(Open("newer"));
  Remove("newer");
}

TEST_F(Names, OfDamagedSegmentsAreCorruptAndTheMessageNamesTheField) {
  Leave("bad");
  Change("bad", [](qads::layout::Header& header) { header.slot_count ^= 1; }, false);
  ExpectError(Open("bad"), QADS_ERR_CORRUPT, {"bad", "checksum"});
  Change("bad", [](qads::layout::Header& header) { header.slot_count = 0; });
  ExpectError(Open("bad"), QADS_ERR_CORRUPT, {"bad", "slot_count", "0"});
  Remove("bad");
}

TEST_F(Names, OfCopiesAreRefusedUnlessReadOffline) {
  Leave("original");
  std::filesystem::copy_file(FileOf("original"), FileOf("copy"));
  chmod(FileOf("copy").c_str(), 0600);
  ExpectError(Open("copy"), QADS_ERR_CORRUPT, {"copy"});
  const auto reader = Must(Reader::Open({.name = "copy", .offline = true}));
  EXPECT_TRUE(Must(reader->Next())->Equals(*Numbers(0, 10)));
  Remove("copy");
  EXPECT_EQ(qads_remove("original", nullptr, QADS_REMOVE_UNREAD), QADS_OK);
}

TEST_F(Names, ThatAreLinksAreNotFollowed) {
  Leave("real");
  std::filesystem::create_symlink(FileOf("real"), FileOf("link"));
  const arrow::Status status = Open("link");
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status.message(), testing::HasSubstr("link"));
  Remove("link");
  Remove("real");
}

TEST_F(Names, OfAnotherUserAreRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  Leave("theirs");
  ASSERT_EQ(chown(FileOf("theirs").c_str(), 12345, 12345), 0);
  ExpectError(Open("theirs"), QADS_ERR_PERMISSION, {"theirs", "12345"});
  ExpectError(Writer::Create({.name = "theirs"}), QADS_ERR_PERMISSION, {"theirs"});
  Remove("theirs");
}

TEST_F(Names, OfLiveWritersAreTaken) {
  const auto first = Must(Writer::Create({.name = "taken", .capacity = 1 << 20}));
  ASSERT_ARROW_OK(first->Write(*Numbers(0, 10)));
  ExpectError(Writer::Create({.name = "taken"}), QADS_ERR_EXISTS, {"taken"});
  EXPECT_EQ(qads_remove("taken", nullptr, QADS_REMOVE_UNREAD), QADS_ERR_EXISTS);
  const auto reader = Must(Reader::Open({.name = "taken"}));
  EXPECT_TRUE(Must(reader->Next())->Equals(*Numbers(0, 10))) << "nothing that was published is lost";
  ASSERT_ARROW_OK(first->Finish());
  EXPECT_EQ(Must(reader->Next()), nullptr);
}

TEST_F(Names, OfFinishedWritersAreTakenOverUnlessThatIsRefused) {
  Leave("again");
  ExpectError(Writer::Create({.name = "again", .takeover = Takeover::kRefuse}), QADS_ERR_EXISTS, {"again"});
  EXPECT_EQ(qads_remove("again", nullptr, 0), QADS_ERR_EXISTS) << "unread batches";
  const auto old_reader = Must(Reader::Open({.name = "again"}));
  const auto writer = Must(Writer::Create({.name = "again", .capacity = 1 << 20}));
  EXPECT_EQ(Must(writer->Info()).superseded_unread, 1U);
  ASSERT_ARROW_OK(writer->Write(*Numbers(500, 10)));
  ASSERT_ARROW_OK(writer->Finish());
  EXPECT_TRUE(Must(old_reader->Next())->Equals(*Numbers(0, 10))) << "who had the old segment keeps it";
  EXPECT_EQ(Must(old_reader->Next()), nullptr);
  const auto reader = Must(Reader::Open({.name = "again"}));
  EXPECT_TRUE(Must(reader->Next())->Equals(*Numbers(500, 10)));
  EXPECT_EQ(Must(reader->Next()), nullptr);
}

TEST_F(Names, AreListed) {
  Leave("one");
  Leave("two");
  std::vector<std::string> names;
  const auto visit = [](void* context, const char* name) {
    static_cast<std::vector<std::string>*>(context)->emplace_back(name);
    return 0;
  };
  EXPECT_EQ(qads_list(nullptr, visit, &names), QADS_OK);
  EXPECT_THAT(names, testing::UnorderedElementsAre("one", "two"));
  names.clear();
  const auto stop = [](void* context, const char* name) {
    static_cast<std::vector<std::string>*>(context)->emplace_back(name);
    return 1;
  };
  EXPECT_EQ(qads_list(directory_.c_str(), stop, &names), QADS_OK);
  EXPECT_EQ(names.size(), 1U);
  for (const char* name : {"one", "two"}) EXPECT_EQ(qads_remove(name, nullptr, QADS_REMOVE_UNREAD), QADS_OK);
}

TEST_F(Names, AreLookedAtOneByOne) {
  Leave("one");
  Leave("two");
  std::string told;
  const auto visit = [](void* context, const qads_found* found) {
    *static_cast<std::string*>(context) += std::string(found->name) + " in " + found->file;
    return 0;
  };
  EXPECT_EQ(qads_find("two", nullptr, visit, &told), QADS_OK) << qads_last_error();
  EXPECT_EQ(told, "two in qads_two");
  EXPECT_EQ(qads_find("three", nullptr, visit, &told), QADS_ERR_NOT_FOUND);
  EXPECT_EQ(qads_find("../one", nullptr, visit, &told), QADS_ERR_INVALID);
  for (const char* name : {"one", "two"}) EXPECT_EQ(qads_remove(name, nullptr, QADS_REMOVE_UNREAD), QADS_OK);
}

TEST(MemoryLeft, IsSomethingAndSaysWhatLimitsIt) {
  std::uint64_t bytes = 0;
  std::array<char, 200> limit{};
  EXPECT_EQ(qads_memory_left(&bytes, limit.data(), limit.size()), QADS_OK);
  EXPECT_GT(bytes, 0U);
  EXPECT_EQ(limit.front() == '\0', bytes == UINT64_MAX);
  std::array<char, 4> small{'x', 'x', 'x', 'x'};
  EXPECT_EQ(qads_memory_left(&bytes, small.data(), 3), QADS_OK);
  EXPECT_EQ(std::string(small.data()), std::string(limit.data()).substr(0, 2));
  EXPECT_EQ(small.back(), 'x');
  EXPECT_EQ(qads_memory_left(&bytes, nullptr, 0), QADS_OK);
}

}  // namespace
}  // namespace qadataswap::test
