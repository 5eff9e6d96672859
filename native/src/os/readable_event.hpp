// A descriptor that is readable while something is said to be there: for event loops of this process.
#pragma once

namespace qads::os {

class ReadableEvent {
 public:
  // Throws kSystem where there is no descriptor left.
  ReadableEvent();
  ~ReadableEvent();
  ReadableEvent(const ReadableEvent&) = delete;
  ReadableEvent& operator=(const ReadableEvent&) = delete;

  int descriptor() const noexcept { return fd_; }
  void set() const noexcept;
  void clear() const noexcept;

 private:
  int fd_;
};

}  // namespace qads::os
