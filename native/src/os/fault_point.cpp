#include "os/fault_point.hpp"

#if defined(QADS_FAULT_POINTS)

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

namespace qads::os {
namespace {

struct Fault {
  std::atomic<int> left{0};  // times until it happens; 0: never
  int signal = 0;
};

using Faults = std::array<Fault, kFaultPoints.size()>;

void plan(Faults& faults, std::string_view one) {
  const std::size_t first = one.find(':');
  const std::size_t second = one.rfind(':');
  const auto* const point = std::find(kFaultPoints.begin(), kFaultPoints.end(), one.substr(0, first));
  if (first == second || point == kFaultPoints.end()) std::abort();  // a test's mistake
  Fault& fault = faults[static_cast<std::size_t>(point - kFaultPoints.begin())];
  fault.left = std::stoi(std::string(one.substr(first + 1, second - first - 1)));
  fault.signal = one.substr(second + 1) == "stop" ? SIGSTOP : SIGKILL;
}

Faults& faults() {
  static Faults planned;
  [[maybe_unused]] static const bool done = [] {
    const char* const all = std::getenv("QADS_FAULT");
    for (std::string_view rest = all == nullptr ? "" : all; !rest.empty();) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      plan(planned, rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return true;
  }();
  return planned;
}

}  // namespace

void reach_fault_point(std::size_t point) noexcept {
  Fault& fault = faults()[point];
  if (fault.left.load(std::memory_order_relaxed) > 0 && fault.left.fetch_sub(1) == 1) ::kill(::getpid(), fault.signal);
}

}  // namespace qads::os

#endif
