// A forked process that runs a piece of test and dies as it is told to.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <new>
#include <thread>

namespace qads_test {

// Memory that parent and child share, zeroed.
template <typename T>
T& shared() {
  void* at = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return *new (at) T{};
}

class Process {
 public:
  // `body` returns 0 if all is well; fork happens before the child makes any handle.
  explicit Process(const std::function<int()>& body) {
    std::fflush(nullptr);
    pid_ = fork();
    if (pid_ != 0) return;
    const int code = body();
    std::fflush(nullptr);
    _exit(code);
  }
  ~Process() {
    if (pid_ > 0) {
      signal(SIGKILL);
      wait();
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const {
    if (pid_ > 0) ::kill(pid_, number);  // -1 would be everybody
  }
  // Returns once it stands still.
  void stop() const {
    signal(SIGSTOP);
    int status = 0;
    do {
      if (waitpid(pid_, &status, WUNTRACED) < 0 && errno != EINTR) return;
    } while (!WIFSTOPPED(status));
  }
  void kill() {
    signal(SIGKILL);
    wait();
  }
  // Its exit code, or -signal.
  int wait() {
    while (pid_ > 0) has_ended(0);
    return status_;
  }
  // Whether it has ended by itself; then wait() says how, at once.
  bool has_ended(int flags = WNOHANG) {
    int status = 0;
    if (pid_ > 0 && waitpid(pid_, &status, flags) == pid_) {
      pid_ = -1;
      status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    return pid_ < 0;
  }

 private:
  pid_t pid_ = -1;
  int status_ = 0;
};

inline void pause_ms(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

template <typename Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 60'000; ++i) {
    if (condition()) return true;
    pause_ms(1);
  }
  return false;
}

}  // namespace qads_test
