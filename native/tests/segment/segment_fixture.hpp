// A private segment directory and small segments in it.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "os/child_process.hpp"
#include "os/private_directory.hpp"
#include "segment/segment.hpp"

namespace qads::test {

class SegmentTest : public testing::Test {
 protected:
  segment::CreateOptions options() const {
    segment::CreateOptions made;
    made.directory = directory_.path();
    made.capacity = 64 << 10;
    made.schema_capacity = 1000;
    made.slots = 5;
    made.reader_capacity = 3;
    return made;
  }
  std::shared_ptr<segment::Segment> create(const std::string& name = "x") const {
    return segment::Segment::create(name, options());
  }
  std::shared_ptr<segment::Segment> attach(const std::string& name = "x", std::int64_t timeout_ms = 0) const {
    return segment::Segment::attach(name, {directory_.path(), false, timeout_ms});
  }
  // A segment whose writer has gone, with `unread` batches in it as far as anybody can tell.
  void leave_behind(const std::string& name = "x", std::uint64_t unread = 0) const {
    create(name)->sync().head.store(unread);
  }
  std::string file(const std::string& name = "x") const { return segment::file_path(directory_.path(), name); }
  bool exists(const std::string& name = "x") const { return ::access(file(name).c_str(), F_OK) == 0; }
  ino_t inode(const std::string& name = "x") const {
    struct stat found{};
    return ::lstat(file(name).c_str(), &found) == 0 ? found.st_ino : 0;
  }
  std::size_t files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory_.path())) ++count;
    return count;
  }

  PrivateDirectory directory_;
};

// Runs it and gives back the error, which must be of this code and whose message must have all these parts.
inline std::string expect_error(Code code, const std::function<void()>& run,
                                std::initializer_list<std::string> parts = {}) {
  try {
    run();
  } catch (const Error& error) {
    EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code)) << error.message();
    for (const std::string& part : parts)
      EXPECT_NE(error.message().find(part), std::string::npos) << "no '" << part << "' in: " << error.message();
    return error.message();
  }
  ADD_FAILURE() << "no error";
  return "";
}

// Bytes of a file, changed in place (unlike ofstream, which may truncate).
inline void overwrite(const std::string& path, std::uint64_t offset, const void* bytes, std::size_t size) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool written = ::pwrite(fd, bytes, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
  ::close(fd);
  if (!written) std::abort();
}

}  // namespace qads::test
