#include "os/file.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/text.hpp"
#include "os/standard_streams.hpp"
#include "os/system_error.hpp"

namespace qads::os {
namespace {

// Repeats a call that a signal ended.
template <typename Call>
auto retry(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class SelfPath {
 public:
  explicit SelfPath(int fd) { std::snprintf(text_, sizeof text_, "/proc/self/fd/%d", fd); }
  const char* c_str() const { return text_; }

 private:
  char text_[40];
};

Kind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return Kind::kRegular;
  if (S_ISLNK(mode)) return Kind::kSymlink;
  if (S_ISDIR(mode)) return Kind::kDirectory;
  return Kind::kOther;
}

Status status_of(const struct stat& from) {
  constexpr std::uint64_t kBlock = 512;  // of st_blocks, whatever the file system's own
  return {kind_of(from.st_mode),
          from.st_dev,
          from.st_ino,
          static_cast<std::uint64_t>(from.st_size),
          static_cast<std::uint64_t>(from.st_blocks) * kBlock,
          from.st_nlink,
          from.st_uid,
          from.st_gid,
          from.st_mode & 07777U};
}

}  // namespace

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

File::File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

std::optional<File> open_directory(const std::string& path) {
  const ForkPause pause;
  const StandardStreams taken(pause);
  const int fd = retry([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (fd >= 0) return File(fd);
  if (errno == ENOENT) return std::nullopt;
  if (errno == ENOTDIR) throw Error(Code::kInvalid, text(path, " is not a directory; choose another one (QADS_DIR)"));
  throw system_error(text("cannot open directory ", path), errno);
}

std::optional<File> find_entry(const File& directory, const std::string& entry, const std::string& path) {
  const ForkPause pause;
  const StandardStreams taken(pause);
  const int fd = retry([&] { return ::openat(directory.fd(), entry.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC); });
  if (fd >= 0) return File(fd);
  if (errno == ENOENT) return std::nullopt;
  throw system_error(text("cannot open ", path), errno);
}

File reopen(int fd, OpenFor access, const std::string& path) {
  const int flags = (access == OpenFor::kReading ? O_RDONLY : O_RDWR) | O_NONBLOCK | O_CLOEXEC;
  const SelfPath self(fd);
  const ForkPause pause;
  const StandardStreams taken(pause);
  const int opened = retry([&] { return ::open(self.c_str(), flags); });
  if (opened >= 0) return File(opened);
  const int error = errno;
  if (error == ENOENT)
    throw Error(Code::kSystem, text("cannot reopen ", path, ": /proc is not there; mount it (mount -t proc)"));
  throw system_error(
      text("cannot open ", path, access == OpenFor::kReading ? " for reading" : " for reading and writing"), error);
}

Status status(int fd, const std::string& path) {
  struct stat found{};
  if (::fstat(fd, &found) != 0) throw system_error(text("cannot ask for the state of ", path), errno);
  return status_of(found);
}

std::optional<Status> entry_status(const File& directory, const std::string& entry, const std::string& path) {
  struct stat found{};
  if (::fstatat(directory.fd(), entry.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0) return status_of(found);
  if (errno == ENOENT) return std::nullopt;
  throw system_error(text("cannot ask for the state of ", path), errno);
}

std::size_t read_at(int fd, std::uint64_t offset, void* to, std::size_t size, const std::string& path) {
  std::size_t done = 0;
  while (done < size) {
    const auto at = static_cast<off_t>(offset + done);
    const ssize_t got = retry([&] { return ::pread(fd, static_cast<char*>(to) + done, size - done, at); });
    if (got < 0) throw system_error(text("cannot read ", path), errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void set_size(int fd, std::uint64_t size, const std::string& path) {
  struct rlimit largest{};
  if (::getrlimit(RLIMIT_FSIZE, &largest) == 0 && size > largest.rlim_cur)  // to try would end the process: SIGXFSZ
    throw Error(Code::kNoSpace,
                text("cannot give ", path, " its size of ", size, " bytes: files of this process may have ",
                     largest.rlim_cur, " bytes; choose a smaller capacity or raise the limit (ulimit -f)"));
  if (retry([&] { return ::ftruncate(fd, static_cast<off_t>(size)); }) != 0)
    throw system_error(text("cannot give ", path, " its size of ", size, " bytes"), errno);
}

void set_mode(int fd, std::uint32_t mode, const std::string& path) {
  if (retry([&] { return ::fchmod(fd, static_cast<mode_t>(mode)); }) != 0)
    throw system_error(text("cannot set the mode of ", path), errno);
}

// In pieces: tmpfs gives everything back when a signal interrupts it, so that one large call might never end under a
// profiler's timer. Not posix_fallocate: where the file system can't, that writes into memory others may be using.
int reserve(int fd, std::uint64_t offset, std::uint64_t size) noexcept {
  constexpr std::uint64_t kPiece = std::uint64_t{32} << 20;
  while (size > 0) {
    const std::uint64_t piece = std::min(size, kPiece);
    const int result = retry([&] { return ::fallocate(fd, 0, static_cast<off_t>(offset), static_cast<off_t>(piece)); });
    if (result != 0) return errno;
    offset += piece;
    size -= piece;
  }
  return 0;
}

void give_back(int fd, std::uint64_t offset, std::uint64_t size) noexcept {
  const int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  [[maybe_unused]] const int ignored =
      retry([&] { return ::fallocate(fd, mode, static_cast<off_t>(offset), static_cast<off_t>(size)); });
}

std::vector<Range> populated_ranges(int fd, std::uint64_t begin, std::uint64_t end) {
  std::vector<Range> ranges;
  while (begin < end) {
    const off_t data = ::lseek(fd, static_cast<off_t>(begin), SEEK_DATA);
    if (data < 0 || static_cast<std::uint64_t>(data) >= end) break;
    const off_t hole = ::lseek(fd, data, SEEK_HOLE);
    if (hole <= data) break;
    const std::uint64_t stop = std::min(static_cast<std::uint64_t>(hole), end);
    ranges.push_back({static_cast<std::uint64_t>(data), stop});
    begin = stop;
  }
  return ranges;
}

bool link_file(int fd, const File& directory, const std::string& entry, const std::string& path) {
  const SelfPath self(fd);
  if (::linkat(AT_FDCWD, self.c_str(), directory.fd(), entry.c_str(), AT_SYMLINK_FOLLOW) == 0) return true;
  if (errno == EEXIST) return false;
  throw system_error(text("cannot give the segment the name ", path), errno);
}

void rename_entry(const File& directory, const std::string& from, const std::string& to, const std::string& path) {
  if (::renameat(directory.fd(), from.c_str(), directory.fd(), to.c_str()) != 0)
    throw system_error(text("cannot put a new segment in the place of ", path), errno);
}

bool remove_entry(const File& directory, const std::string& entry, const std::string& path) {
  if (::unlinkat(directory.fd(), entry.c_str(), 0) == 0) return true;
  if (errno == ENOENT) return false;
  throw system_error(text("cannot remove ", path), errno);
}

}  // namespace qads::os
