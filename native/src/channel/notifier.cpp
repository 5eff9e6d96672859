#include "channel/notifier.hpp"

#include <system_error>
#include <utility>

#include "os/blocked_signals.hpp"
#include "os/system_error.hpp"

namespace qads::channel {

Notifier::Notifier(std::shared_ptr<LeasePool> pool, ring::WaitMode mode)
    : pool_(std::move(pool)),
      // An event loop sleeps, so its watcher needn't spin; only who pays for the waking is the user's choice.
      mode_(mode == ring::WaitMode::kPoll ? mode : ring::WaitMode::kSleep) {
  const os::BlockedSignals blocked;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    throw os::system_error("cannot start a thread that watches the segment", error.code().value());
  }
}

Notifier::~Notifier() {
  {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Notifier::found_nothing() {
  {
    const std::scoped_lock lock(mutex_);
    if (!readable_) return;
    readable_ = false;
    event_.clear();
  }
  changed_.notify_all();
}

void Notifier::run() noexcept {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    lock.unlock();
    wait_for_something();
    lock.lock();
    readable_ = true;
    event_.set();
    changed_.wait(lock, [this] { return ended_ || !readable_; });
  }
}

// Also the end, a death, an eviction, damage and being closed are something: taking says which.
void Notifier::wait_for_something() noexcept {
  ring::ReaderSeat& seat = pool_->seat();
  try {
    ring::Waiting waiting(mode_, ring::Deadline(-1));
    while (!seat.watch(waiting)) {
    }
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): who takes meets it again
  }
}

}  // namespace qads::channel
