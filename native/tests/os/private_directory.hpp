// A directory of its own for each test, under /dev/shm, gone afterwards whatever happened in it; and small file systems.
#pragma once

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace qads::test {

class PrivateDirectory {
 public:
  PrivateDirectory() {
    char path[] = "/dev/shm/qads_test_XXXXXX";
    if (::mkdtemp(path) == nullptr) std::abort();
    path_ = path;
    maker_ = ::getpid();
  }
  ~PrivateDirectory() {
    if (maker_ != ::getpid()) return;
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& entry) const { return path_ + "/" + entry; }

 private:
  std::string path_;
  pid_t maker_;
};

// A file system mounted over a private directory; not mounted() where that isn't permitted.
class Mount {
 public:
  Mount(const std::string& directory, const char* type, const std::string& options)
      : directory_(directory), mounted_(::mount("none", directory.c_str(), type, 0, options.c_str()) == 0) {}
  ~Mount() {
    if (mounted_) ::umount2(directory_.c_str(), MNT_DETACH);
  }
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;
  bool mounted() const { return mounted_; }

 private:
  std::string directory_;
  bool mounted_;
};

}  // namespace qads::test
