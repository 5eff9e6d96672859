#include "channel/notifier.hpp"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "os/fork_guard.hpp"
#include "os/standard_streams.hpp"
#include "os/system_error.hpp"

namespace qads::channel {

namespace {

int open_eventfd() {
  const os::ForkPause pause;
  const os::StandardStreams streams(pause);
  const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) throw os::system_error("cannot make an eventfd", errno);
  return fd;
}

// Threads inherit the mask: handlers belong to the program's own threads, but those of faults to the thread that made it.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) sigdelset(&all, fault);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

Notifier::Notifier(std::shared_ptr<LeasePool> pool, ring::WaitMode mode)
    : pool_(std::move(pool)),
      // An event loop sleeps, so its watcher needn't spin; only who pays for the waking is the user's choice.
      mode_(mode == ring::WaitMode::kPoll ? mode : ring::WaitMode::kSleep),
      descriptor_(open_eventfd()) {
  const SignalsBlocked blocked;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    ::close(descriptor_);
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
  ::close(descriptor_);
}

void Notifier::found_nothing() {
  {
    const std::scoped_lock lock(mutex_);
    if (!readable_) return;
    readable_ = false;
    std::uint64_t count = 0;
    (void)!::read(descriptor_, &count, sizeof(count));
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
    const std::uint64_t one = 1;
    (void)!::write(descriptor_, &one, sizeof(one));
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
