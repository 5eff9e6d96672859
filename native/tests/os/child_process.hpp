// Real processes for tests: a fork that runs a function and never returns into the test, with pipes to keep in step.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace qads::test {

// One side signals, the other waits. End of file counts as a signal, so that nobody waits for the dead.
class Step {
 public:
  Step() {
    if (::pipe(ends_) != 0) std::abort();
  }
  ~Step() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  void signal() const {
    const char byte = 1;
    if (::write(ends_[1], &byte, 1) != 1) std::abort();
  }
  void wait() const {
    char byte = 0;
    if (::read(ends_[0], &byte, 1) != 1) std::abort();
  }

 private:
  int ends_[2]{};
};

class ChildProcess {
 public:
  // `body` returns the exit status; an exception is status 99.
  template <typename Body>
  explicit ChildProcess(Body body) : pid_(::fork()) {
    if (pid_ < 0) std::abort();
    if (pid_ == 0) {
      int status = 99;
      try {
        status = body();
      } catch (...) {
      }
      ::_exit(status);
    }
  }
  ~ChildProcess() {
    if (pid_ > 0) kill();
  }
  ChildProcess(ChildProcess&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Exit status, or minus the signal.
  int join() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  int kill() {
    ::kill(pid_, SIGKILL);
    return join();
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

// Looks until it is so, for at most a minute.
template <typename Condition>
bool soon(Condition condition) {
  for (int i = 0; i < 60'000; ++i) {
    if (condition()) return true;
    ::usleep(1000);
  }
  return false;
}

}  // namespace qads::test
