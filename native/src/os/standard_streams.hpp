// Keeps what is opened clear of descriptors 0, 1 and 2. A program that has closed these, as daemons do, would otherwise have a
// segment there, and what it or one of its libraries prints would go into the segment.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "os/fork_guard.hpp"

namespace qads::os {

// For as long as it lives, all three are taken. What stands in for a closed one refuses reading and writing, as nothing does.
class StandardStreams {
 public:
  // Under a pause, of which there is one at a time: nobody else's stand-ins go away between these and what is opened, and no
  // child inherits them.
  explicit StandardStreams(const ForkPause& /*pause*/) noexcept {
    for (int& fd : stand_ins_) {
      fd = ::open("/", O_PATH | O_CLOEXEC);  // the lowest number that is free
      if (fd <= STDERR_FILENO) continue;
      ::close(fd);
      fd = -1;
      return;
    }
  }
  ~StandardStreams() {
    for (const int fd : stand_ins_) {
      if (fd >= 0) ::close(fd);
    }
  }
  StandardStreams(const StandardStreams&) = delete;
  StandardStreams& operator=(const StandardStreams&) = delete;

 private:
  std::array<int, 3> stand_ins_{-1, -1, -1};
};

}  // namespace qads::os
