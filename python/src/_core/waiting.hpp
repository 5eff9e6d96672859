// Waits that release the GIL and that Ctrl-C can end. Python runs signal handlers in its main thread, and only when that
// thread asks for it.
#pragma once

#include <chrono>
#include <cstdint>

#include "errors.hpp"

namespace qads_python {

// Refers to something to call with a timeout, which must live as long. A std::function would allocate, once a batch.
class Call {
 public:
  template <typename Function>
  explicit Call(const Function& function)
      : function_(&function), call_([](const void* called, std::int64_t timeout_ms) {
          return (*static_cast<const Function*>(called))(timeout_ms);
        }) {}
  qads_status operator()(std::int64_t timeout_ms) const { return call_(function_, timeout_ms); }

 private:
  const void* function_;
  qads_status (*call_)(const void* called, std::int64_t timeout_ms);
};

// For calls that may be repeated after they timed out: waits in short pieces. `again` is the status of such a timeout.
Outcome wait_in_pieces(std::int64_t timeout_ms, const Call& call, qads_status again);
template <typename Function>
Outcome wait_in_pieces(std::int64_t timeout_ms, const Function& call, qads_status again = QADS_ERR_TIMEOUT) {
  return wait_in_pieces(timeout_ms, Call(call), again);
}

// Runs the call without the GIL.
template <typename Function>
Outcome without_gil(const Function& call) {
  const py::gil_scoped_release released;
  return Outcome::of(call());
}

// A qads_interrupted: what a signal handler raises ends the call, and is kept for throw_what_interrupted.
int interrupted(void* context) noexcept;
void throw_what_interrupted();

// For calls that may not be repeated, because they would begin anew: those of a writer that asks `interrupted` while it
// waits.
template <typename Function>
Outcome interruptible(const Function& call) {
  Outcome outcome = without_gil(call);
  throw_what_interrupted();
  return outcome;
}

// Runs the handlers of signals that came; throws what they raise.
void run_signal_handlers();

// Whether this thread is the one that runs signal handlers.
bool in_main_thread();

}  // namespace qads_python
