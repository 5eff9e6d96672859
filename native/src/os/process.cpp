#include "os/process.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "os/system_error.hpp"

namespace qads::os {

std::int64_t process_id() noexcept { return ::getpid(); }
std::uint32_t user_id() noexcept { return ::geteuid(); }
std::uint64_t page_size() noexcept { return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)); }

bool in_group(std::uint32_t group) {
  if (group == ::getegid()) return true;
  const int count = ::getgroups(0, nullptr);
  if (count <= 0) return false;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  const int got = ::getgroups(count, groups.data());
  return got > 0 && std::find(groups.begin(), groups.begin() + got, group) != groups.begin() + got;
}

void random_bytes(void* to, std::size_t size) {
  auto* at = static_cast<unsigned char*>(to);
  while (size > 0) {
    const ssize_t got = ::getrandom(at, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error("cannot get random bytes", errno);
    at += got;
    size -= static_cast<std::size_t>(got);
  }
}

}  // namespace qads::os
