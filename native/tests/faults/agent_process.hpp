// One agent: started, told, listened to, and watched until it dies, stops or ends. Nothing waits longer than the watchdog.
#pragma once

#include <cstdint>
#include <string>

namespace qads_test {

class Agent {
 public:
  // `fault` as in QADS_FAULT, or empty.
  Agent(const std::string& directory, const std::string& fault);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  void tell(const std::string& command);
  // The next answer, without those that tell of progress; "" if it ended before.
  std::string answer();
  std::string ask(const std::string& command) {
    tell(command);
    return answer();
  }
  bool answers_within(int milliseconds);
  std::uint64_t wrote() const { return wrote_; }  // as far as its answers were read

  void signal(int number) const;
  // Waits until it was killed by SIGKILL, or has stopped; false if it did anything else.
  bool dies();
  bool stops();
  // Ends its input; its exit status.
  int end();

 private:
  bool read_some(int milliseconds);

  int pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  std::string unread_;
  std::uint64_t wrote_ = 0;
};

}  // namespace qads_test
