// A fork's child inherits its parent's memory and descriptors, but is nobody's reader or writer. The guard closes the
// parent's lock descriptors in the child, so that its locks end with the parent, and lets every handle know.
#pragma once

#include <cstdint>

namespace qads::os {

// Remember on creation, compare on use: differs in a child. A load of one relaxed word.
std::uint32_t fork_generation() noexcept;

// Descriptors that a child must close. Any thread.
void close_in_child(int fd);
void forget_in_child(int fd);

// While one exists, no thread of this process forks. A descriptor must be opened and registered, or forgotten and closed,
// within one pause: a child born in between would keep the descriptor, and with it the parent's locks. Don't nest, and
// don't wait for anything inside.
class ForkPause {
 public:
  ForkPause();
  ~ForkPause();
  ForkPause(const ForkPause&) = delete;
  ForkPause& operator=(const ForkPause&) = delete;

  void close_in_child(int fd);
  void forget_in_child(int fd) noexcept;
};

}  // namespace qads::os
