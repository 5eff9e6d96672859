#include "os/file_lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/text.hpp"
#include "os/fork_guard.hpp"
#include "os/standard_streams.hpp"
#include "os/system_error.hpp"

namespace qads::os {
namespace {

struct flock request(short type, std::uint64_t first, std::uint64_t count) {
  struct flock lock{};  // l_pid must be 0 for open-file-description locks
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(first);
  lock.l_len = static_cast<off_t>(count);
  return lock;
}

int control(int fd, int command, struct flock& lock) {
  for (;;) {
    if (::fcntl(fd, command, &lock) == 0) return 0;
    if (errno != EINTR) return errno;
  }
}

// Takes ownership of fd in any case.
void register_or_close(ForkPause& pause, int fd) {
  try {
    pause.close_in_child(fd);
  } catch (...) {
    ::close(fd);
    throw;
  }
}

}  // namespace

LockFile::LockFile(int fd) : fd_(fd), generation_(fork_generation()) {
  ForkPause pause;
  register_or_close(pause, fd);
}

LockFile::LockFile(int fd, Registered) : fd_(fd), generation_(fork_generation()) {}

LockFile::~LockFile() {
  ForkPause pause;
  if (generation_ != fork_generation()) return;  // a child: closed at the fork, and the number may be in use again
  pause.forget_in_child(fd_);
  ::close(fd_);
}

std::unique_ptr<LockFile> LockFile::reopen(int fd, const std::string& path) {
  char self[40];
  std::snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  auto lock_file = std::unique_ptr<LockFile>();
  int error = 0;
  {
    ForkPause pause;
    const StandardStreams taken(pause);
    const int opened = ::open(self, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    error = errno;
    if (opened >= 0) {
      register_or_close(pause, opened);
      lock_file.reset(new LockFile(opened, Registered{}));
    }
  }
  if (!lock_file) throw system_error(text("cannot open ", path, " for reading and writing"), error);
  return lock_file;
}

std::unique_ptr<LockFile> LockFile::create_unnamed(int directory, const std::string& path) {
  auto lock_file = std::unique_ptr<LockFile>();
  int error = 0;
  {
    ForkPause pause;
    const StandardStreams taken(pause);
    const int opened = ::openat(directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    error = errno;
    if (opened >= 0) {
      register_or_close(pause, opened);
      lock_file.reset(new LockFile(opened, Registered{}));
    }
  }
  if (lock_file) return lock_file;
  if (error == EOPNOTSUPP || error == EISDIR)
    throw Error(Code::kFilesystem, text("the file system of ", path,
                                        " has no unnamed files (O_TMPFILE); choose a directory on tmpfs, hugetlbfs, "
                                        "ext4, xfs or btrfs (QADS_DIR)"));
  throw system_error(text("cannot create a file in ", path), error);
}

bool LockFile::try_lock(std::uint64_t byte) {
  auto lock = request(F_WRLCK, byte, 1);
  const int error = control(fd(), F_OFD_SETLK, lock);
  if (error == EAGAIN || error == EACCES) return false;
  if (error != 0) throw system_error(text("cannot lock byte ", byte, " of a segment"), error);
  return true;
}

void LockFile::unlock(std::uint64_t byte) {
  if (generation_ != fork_generation()) return;
  auto lock = request(F_UNLCK, byte, 1);
  const int error = control(fd_, F_OFD_SETLK, lock);
  if (error != 0) throw system_error(text("cannot unlock byte ", byte, " of a segment"), error);
}

bool LockFile::is_locked(std::uint64_t byte) const { return any_locked(byte, 1); }

bool LockFile::any_locked(std::uint64_t first, std::uint64_t count) const {
  auto lock = request(F_WRLCK, first, count);
  const int error = control(fd(), F_OFD_GETLK, lock);
  if (error != 0) throw system_error(text("cannot ask for the locks of a segment at byte ", first), error);
  return lock.l_type != F_UNLCK;
}

int LockFile::fd() const {
  if (generation_ != fork_generation())
    throw Error(Code::kForked, "this segment belongs to the parent process: open it again in the child");
  return fd_;
}

}  // namespace qads::os
