// Ctrl-C (SIGINT, SIGTERM) as the ordinary end of a command that goes on until it is told to stop; and waiting for it.
#pragma once

#include <csignal>
#include <cstdint>

namespace qads::cli {

// While it lives, the signals only make interrupted() true. One at a time.
class Interruptible {
 public:
  Interruptible();
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

 private:
  struct sigaction interrupt_{};
  struct sigaction terminate_{};
};

bool interrupted();
// Thrown where a command that goes on until it is told to stop is in the middle of something: its ordinary end.
struct Interrupted {};
std::int64_t monotonic_ns();
// Returns early when interrupted.
void pause(std::int64_t nanoseconds);

}  // namespace qads::cli
