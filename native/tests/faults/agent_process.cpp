#include "agent_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace qads_test {

namespace {

constexpr int kWatchdogMs = 60'000;

// waitpid has no timeout; asking at intervals has.
bool becomes(int pid, int flags, int& status) {
  for (auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kWatchdogMs);
       std::chrono::steady_clock::now() < until; std::this_thread::sleep_for(std::chrono::microseconds(200))) {
    if (::waitpid(pid, &status, flags | WNOHANG) == pid) return true;
  }
  return false;
}

}  // namespace

Agent::Agent(const std::string& directory, const std::string& fault) {
  std::array<int, 2> to{};
  std::array<int, 2> from{};
  if (::pipe2(to.data(), O_CLOEXEC) != 0 || ::pipe2(from.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
  std::string program = QADS_FAULT_AGENT;
  std::string where = directory;
  std::string variable = "QADS_FAULT=" + fault;
  const std::array<char*, 3> arguments{program.data(), where.data(), nullptr};
  const std::array<char*, 2> environment{variable.data(), nullptr};
  const int failed = ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(to[0]);
  ::close(from[1]);
  in_ = to[1];
  out_ = from[0];
  if (failed != 0) throw std::runtime_error("cannot start " + program);
}

Agent::~Agent() {
  ::close(in_);
  ::close(out_);
  if (pid_ <= 0) return;
  signal(SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
}

void Agent::tell(const std::string& command) {
  const std::string line = command + "\n";
  // An agent that is dead already is for dies() to find; the test program ignores SIGPIPE.
  [[maybe_unused]] const ssize_t written = ::write(in_, line.data(), line.size());
}

bool Agent::read_some(int milliseconds) {
  pollfd asked{.fd = out_, .events = POLLIN, .revents = 0};
  if (::poll(&asked, 1, milliseconds) != 1) return false;
  std::array<char, 4096> bytes{};
  const ssize_t got = ::read(out_, bytes.data(), bytes.size());
  if (got <= 0) return false;
  unread_.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

std::string Agent::answer() {
  for (;;) {
    const std::size_t end = unread_.find('\n');
    if (end == std::string::npos) {
      if (!read_some(kWatchdogMs)) return "";
      continue;
    }
    const std::string line = unread_.substr(0, end);
    unread_.erase(0, end + 1);
    if (!line.starts_with("wrote ")) return line;
    wrote_ = std::stoull(line.substr(6));
  }
}

bool Agent::answers_within(int milliseconds) { return !unread_.empty() || read_some(milliseconds); }

void Agent::signal(int number) const { ::kill(pid_, number); }

bool Agent::dies() {
  int status = 0;
  if (!becomes(pid_, 0, status)) return false;
  pid_ = -1;
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

bool Agent::stops() {
  int status = 0;
  if (!becomes(pid_, WUNTRACED, status)) return false;
  if (!WIFSTOPPED(status)) pid_ = -1;
  return WIFSTOPPED(status);
}

int Agent::end() {
  ::close(in_);
  in_ = -1;
  int status = 0;
  if (!becomes(pid_, 0, status)) return -1;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace qads_test
