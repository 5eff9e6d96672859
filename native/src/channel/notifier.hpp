// For event loops: a descriptor that is readable while a reader has something to take. No kernel object can be found by all
// processes of a segment, so a thread of the reader's own process waits for the batches, and tells by an eventfd.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "channel/lease.hpp"
#include "os/readable_event.hpp"
#include "ring/waiting.hpp"

namespace qads::channel {

class Notifier {
 public:
  // Throws kSystem where there is no descriptor or no thread.
  Notifier(std::shared_ptr<LeasePool> pool, ring::WaitMode mode);
  // After the seat was closed: that is what ends the thread's wait. Not in a fork's child, which has no such thread.
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  int descriptor() const noexcept { return event_.descriptor(); }
  // By the thread that takes, when there was nothing: unreadable until there is something. What comes between its look and
  // this is seen, because the thread looks before it sleeps.
  void found_nothing();

 private:
  void run() noexcept;
  void wait_for_something() noexcept;

  std::shared_ptr<LeasePool> pool_;
  ring::WaitMode mode_;
  os::ReadableEvent event_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool readable_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace qads::channel
