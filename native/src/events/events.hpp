// What happens to segments, for the one observer of the process (qads_set_observer). Nothing is put into words while nobody
// observes. The observer is foreign code: raise without a lock that another call may need, and after the fact.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace qads::events {

// Same values as the QADS_EVENT_ and QADS_LEVEL_ constants of qadataswap.h; ffi/ asserts that.
enum class Kind : std::int32_t {
  kCreated = 1,
  kTakenOver = 2,
  kRemoved = 3,
  kReaderAttached = 4,
  kReaderLeft = 5,
  kReaderLags = 6,
  kReaderEvicted = 7,
  kReaderReaped = 8,
  kBatchesLost = 9,
  kWriterDied = 10,
  kStalled = 11,
};
enum class Level : std::int32_t { kInfo = 1, kWarning = 2 };

struct Event {
  Kind kind;
  Level level;
  std::string segment;
  std::string what;         // a sentence without the segment's name
  std::int32_t entry = -1;  // of the reader that it is about
  std::int64_t pid = 0;     // of that reader
  std::uint64_t batches = 0;
  std::int64_t waited_ns = 0;
};

using Observer = std::function<void(const Event&)>;

// An empty one for none. Returns when no thread is inside the one before, except the calling one. Any thread.
void set_observer(Observer observer);

// Whether it is worth while to make an event: one relaxed load.
bool observed() noexcept;

// Hands the event to the observer, in this thread. Does nothing in a fork's child, unless the child set the observer.
void deliver(const Event& event) noexcept;

template <typename Make>
void raise(Make make) noexcept {
  if (!observed()) return;
  try {
    deliver(make());
  } catch (...) {  // NOLINT(bugprone-empty-catch): no memory for the words, and the call that raised them did its work
  }
}

// Events noticed under a lock, to be delivered without it.
class Noticed {
 public:
  template <typename Make>
  void add(Make make) noexcept {
    if (!observed()) return;
    try {
      events_.push_back(make());
    } catch (...) {  // NOLINT(bugprone-empty-catch): as above
    }
  }
  bool empty() const noexcept { return events_.empty(); }
  Noticed take() noexcept { return std::exchange(*this, {}); }
  void deliver() const noexcept {
    for (const Event& event : events_) events::deliver(event);
  }

 private:
  std::vector<Event> events_;
};

}  // namespace qads::events
