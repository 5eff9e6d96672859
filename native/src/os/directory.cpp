#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>

#include "base/text.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/system_error.hpp"

namespace qads::os {

std::vector<Entry> entries(const File& directory, const std::string& prefix, const std::string& path) {
  // A descriptor of its own, because reading moves its position and closedir closes it.
  const int fd = ::openat(directory.fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw system_error(text("cannot list ", path), errno);
  DIR* opened = ::fdopendir(fd);
  if (opened == nullptr) {
    const int error = errno;
    ::close(fd);
    throw system_error(text("cannot list ", path), error);
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(opened, ::closedir);
  std::vector<Entry> found;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) {
      if (errno != 0) throw system_error(text("cannot list ", path), errno);
      break;
    }
    const std::string_view name = entry->d_name;
    if (!name.starts_with(prefix)) continue;
    bool regular = entry->d_type == DT_REG;
    if (entry->d_type == DT_UNKNOWN) {
      const auto status = entry_status(directory, entry->d_name, path);
      regular = status && status->kind == Kind::kRegular;
    }
    found.push_back({std::string(name), regular});
  }
  std::sort(found.begin(), found.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return found;
}

void check_removable(const File& directory, const Status& entry, const std::string& path) {
  const auto refuse = [&](int error) { throw system_error(text("cannot remove ", path), error); };
  if (::faccessat(directory.fd(), ".", W_OK | X_OK, AT_EACCESS) != 0) refuse(errno);
  const Status own = status(directory.fd(), path);
  const std::uint32_t user = user_id();
  if ((own.mode & S_ISVTX) != 0 && user != 0 && user != entry.owner && user != own.owner) refuse(EPERM);
}

}  // namespace qads::os
