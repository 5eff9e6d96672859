#include "events/events.hpp"

#include <atomic>
#include <memory>

#include "os/fork_guard.hpp"

namespace qads::events {
namespace {

struct Registration {
  Observer observer;
  std::uint32_t fork_generation = os::fork_generation();
  std::atomic<std::uint32_t> inside{0};  // calls in flight
};

std::atomic<bool> has_observer{false};
thread_local int depth = 0;  // calls of the observer that this thread is in

// Guarded by os::ForkPause, so that a fork's child never finds it locked. Never destroyed: handles that outlive main still
// come here.
std::shared_ptr<Registration>& current() {
  static auto* instance = new std::shared_ptr<Registration>;
  return *instance;
}

// One call in flight; none if nobody of this process observes.
class Call {
 public:
  Call() {
    const os::ForkPause pause;
    if (!current() || current()->fork_generation != os::fork_generation()) return;
    to_ = current();
    to_->inside.fetch_add(1, std::memory_order_relaxed);
    ++depth;
  }
  ~Call() {
    if (!to_) return;
    --depth;
    // Release: what the observer did comes before set_observer's return (partner: its acquiring look).
    if (to_->inside.fetch_sub(1, std::memory_order_release) == 1) to_->inside.notify_all();
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  void make(const Event& event) const {
    if (to_) to_->observer(event);
  }

 private:
  std::shared_ptr<Registration> to_;
};

}  // namespace

void set_observer(Observer observer) {
  std::shared_ptr<Registration> next;
  if (observer) {
    next = std::make_shared<Registration>();
    next->observer = std::move(observer);
  }
  {
    const os::ForkPause pause;
    has_observer.store(next != nullptr, std::memory_order_relaxed);
    current().swap(next);
  }
  // From here on nobody enters the one before. Calls of a fork's parent go on there, not here.
  if (!next || depth != 0 || next->fork_generation != os::fork_generation()) return;
  for (;;) {
    const std::uint32_t inside = next->inside.load(std::memory_order_acquire);
    if (inside == 0) return;
    next->inside.wait(inside, std::memory_order_acquire);
  }
}

bool observed() noexcept { return has_observer.load(std::memory_order_relaxed); }

void deliver(const Event& event) noexcept {
  try {
    Call().make(event);
  } catch (...) {  // NOLINT(bugprone-empty-catch): an observer that throws has only itself to blame
  }
}

}  // namespace qads::events
