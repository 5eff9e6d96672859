#include "os/fork_guard.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "os/system_error.hpp"

namespace qads::os {
namespace {

std::atomic<std::uint32_t> generation{0};

// Never destroyed: handles that outlive main still come here.
struct Registry {
  std::mutex mutex;
  std::vector<int> descriptors;
};

Registry& registry() {
  static auto* instance = new Registry;
  return *instance;
}

void before_fork() { registry().mutex.lock(); }
void in_parent() { registry().mutex.unlock(); }

// Other threads don't exist here and their locks may be held for ever: no allocation, no other mutex.
void in_child() {
  for (const int fd : registry().descriptors) ::close(fd);
  registry().descriptors.clear();
  generation.fetch_add(1, std::memory_order_relaxed);
  registry().mutex.unlock();
}

// When the library is loaded, so that no handle can be older than the handlers.
const int handlers_error = [] {
  registry();
  return ::pthread_atfork(before_fork, in_parent, in_child);
}();

}  // namespace

std::uint32_t fork_generation() noexcept { return generation.load(std::memory_order_relaxed); }

void close_in_child(int fd) { ForkPause().close_in_child(fd); }
void forget_in_child(int fd) { ForkPause().forget_in_child(fd); }

ForkPause::ForkPause() { registry().mutex.lock(); }
ForkPause::~ForkPause() { registry().mutex.unlock(); }

void ForkPause::close_in_child(int fd) {
  if (handlers_error != 0) throw system_error("cannot register the fork handlers", handlers_error);
  registry().descriptors.push_back(fd);
}

void ForkPause::forget_in_child(int fd) noexcept {
  auto& all = registry().descriptors;
  const auto found = std::find(all.begin(), all.end(), fd);
  if (found == all.end()) return;
  *found = all.back();
  all.pop_back();
}

}  // namespace qads::os
