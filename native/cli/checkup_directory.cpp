#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "checkup.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

constexpr std::uint64_t kDefaultCapacity = std::uint64_t{256} << 20;

std::string error_text(int error) { return std::generic_category().message(error); }

// By its magic number (statfs(2)). Which of them segments can't lie on, the library knows: see check_hand_over.
std::string file_system_name(long magic) {
  switch (static_cast<unsigned long>(magic) & 0xffffffffUL) {
    case 0x01021994:
      return "tmpfs";
    case 0x958458f6:
      return "hugetlbfs";
    case 0xef53:
      return "ext4";
    case 0x58465342:
      return "xfs";
    case 0x9123683e:
      return "btrfs";
    case 0x794c7630:
      return "overlayfs";
    case 0x6969:
      return "NFS";
    case 0x65735546:
      return "FUSE";
    default:
      break;
  }
  std::array<char, 32> shown{};
  std::snprintf(shown.data(), shown.size(), "type 0x%lx", static_cast<unsigned long>(magic));
  return shown.data();
}

std::string mode_text(mode_t mode) {
  std::array<char, 16> shown{};
  std::snprintf(shown.data(), shown.size(), "%04o", mode & 07777U);
  return shown.data();
}

void check_access(const std::string& directory, const struct stat& found, std::vector<Check>& out) {
  const std::string detail = "owner " + std::to_string(found.st_uid) + ", group " + std::to_string(found.st_gid) +
                             ", mode " + mode_text(found.st_mode) + "; this process is user " +
                             std::to_string(::geteuid());
  if (::access(directory.c_str(), R_OK | W_OK | X_OK) != 0) {
    out.push_back({"permissions", Level::kFail,
                   detail + ": files can't be listed and made there (" + error_text(errno) + ")",
                   "run as its owner, or choose another directory (QADS_DIR)"});
  } else if ((found.st_mode & S_IWOTH) != 0 && (found.st_mode & S_ISVTX) == 0) {
    out.push_back({"permissions", Level::kWarn, detail + ": anybody may remove anybody's segments",
                   "chmod +t " + printable(directory)});
  } else {
    out.push_back(good("permissions", detail));
  }
}

void check_space(const std::string& directory, std::vector<Check>& out) {
  struct statvfs found{};
  if (::statvfs(directory.c_str(), &found) != 0) {
    out.push_back({"space", Level::kFail, error_text(errno), "choose another directory (QADS_DIR)"});
    return;
  }
  const std::uint64_t total = std::uint64_t{found.f_blocks} * found.f_frsize;
  const std::uint64_t left = std::uint64_t{found.f_bavail} * found.f_frsize;
  const std::string detail = bytes_text(left) + " of " + bytes_text(total) + " free";
  if (left < kDefaultCapacity) {
    out.push_back({"space", left == 0 ? Level::kFail : Level::kWarn,
                   detail + ", a segment may take " + bytes_text(kDefaultCapacity) + " unless told otherwise",
                   "what frees left-overs, see there; a larger file system (mount -o remount,size=2G " +
                       printable(directory) + ", docker run --shm-size=2g); or a smaller capacity"});
  } else {
    out.push_back(good("space", detail));
  }
  constexpr std::uint64_t kFewFiles = 100;
  if (found.f_files == 0) return;  // this file system doesn't count them
  const std::string files = std::to_string(found.f_favail) + " of " + std::to_string(found.f_files) + " files free";
  if (found.f_favail < kFewFiles) {
    out.push_back({"files", Level::kWarn, files, "remove files there, or mount it with more (nr_inodes=)"});
  } else {
    out.push_back(good("files", files));
  }
}

}  // namespace

void check_directory(const std::string& directory, std::vector<Check>& out) {
  struct stat found{};
  if (::stat(directory.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) {
    const std::string why = S_ISDIR(found.st_mode) || found.st_mode == 0 ? error_text(errno) : "not a directory";
    out.push_back({"directory", Level::kFail, printable(directory) + ": " + why,
                   "create it, or choose another (--directory, QADS_DIR)"});
    return;
  }
  struct statfs system{};
  const std::string type = ::statfs(directory.c_str(), &system) == 0 ? file_system_name(system.f_type) : "unknown";
  out.push_back(good("directory", printable(directory) + " on " + type));
  check_access(directory, found, out);
  check_space(directory, out);
}

}  // namespace qads::cli
