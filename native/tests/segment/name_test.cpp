#include <unistd.h>

#include <cstdlib>

#include "segment/segment_fixture.hpp"

namespace qads::segment {
namespace {

using test::expect_error;

TEST(SegmentName, MayHaveLettersDigitsDotsUnderscoresAndDashes) {
  for (const std::string name : {"a", "Z", "0", "ticks", "a.b_c-d", "9lives", "x..y"})
    EXPECT_NO_THROW(check_name(name));
  EXPECT_NO_THROW(check_name(std::string(200, 'n')));
}

TEST(SegmentName, MayNotBeAnythingElse) {
  using namespace std::string_literals;
  for (const std::string& name : {""s, "."s, ".."s, "../x"s, "a/b"s, "-a"s, "_a"s, ".a"s, " a"s, "a b"s, "a\n"s,
                                  "a\0b"s, "ä"s, "a\x80"s, "a*"s, "/a"s, std::string(201, 'n')})
    expect_error(Code::kInvalid, [&] { check_name(name); });
}

TEST(SegmentName, IsShownWithoutControlCharactersWhenRefused) {
  const std::string message = expect_error(Code::kInvalid, [] { check_name("a\x1b[31m\n"); });
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST(SegmentDirectory, IsTheOneGivenElseQadsDirElseDevShm) {
  ::unsetenv("QADS_DIR");
  EXPECT_EQ(resolve_directory(""), "/dev/shm");
  ::setenv("QADS_DIR", "/somewhere//", 1);
  EXPECT_EQ(resolve_directory(""), "/somewhere");
  EXPECT_EQ(resolve_directory("/else"), "/else");
  ::setenv("QADS_DIR", "", 1);
  EXPECT_EQ(resolve_directory(""), "/dev/shm");
  ::unsetenv("QADS_DIR");
}

TEST(SegmentDirectory, IsAbsoluteSoThatChdirMovesNothing) {
  EXPECT_EQ(resolve_directory("relative").front(), '/');
  EXPECT_EQ(resolve_directory("/"), "/");
  expect_error(Code::kInvalid, [] { resolve_directory(std::string("/a\0b", 4)); });
}

TEST(SegmentPath, IsTheDirectoryAndThePrefixedName) {
  EXPECT_EQ(file_path("/dev/shm", "ticks"), "/dev/shm/qads_ticks");
  EXPECT_EQ(file_path("/", "ticks"), "/qads_ticks");
}

}  // namespace
}  // namespace qads::segment
