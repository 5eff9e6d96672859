#include "os/readable_event.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "os/fork_guard.hpp"
#include "os/standard_streams.hpp"
#include "os/system_error.hpp"

namespace qads::os {
namespace {

int open_eventfd() {
  const ForkPause pause;
  const StandardStreams streams(pause);
  const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) throw system_error("cannot make an eventfd", errno);
  return fd;
}

}  // namespace

ReadableEvent::ReadableEvent() : fd_(open_eventfd()) {}
ReadableEvent::~ReadableEvent() { ::close(fd_); }

// It doesn't block, and what could fail says that it is as it should be already.
void ReadableEvent::set() const noexcept {
  const std::uint64_t one = 1;
  (void)!::write(fd_, &one, sizeof(one));
}

void ReadableEvent::clear() const noexcept {
  std::uint64_t count = 0;
  (void)!::read(fd_, &count, sizeof(count));
}

}  // namespace qads::os
