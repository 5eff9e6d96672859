#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>

#include "base/text.hpp"
#include "os/file.hpp"
#include "os/system_error.hpp"

namespace qads::os {

std::vector<std::string> entries(const File& directory, const std::string& prefix, const std::string& path) {
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
  std::vector<std::string> names;
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
      const auto found = entry_status(directory, entry->d_name, path);
      regular = found && found->kind == Kind::kRegular;
    }
    if (regular) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace qads::os
