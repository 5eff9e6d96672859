// Waits that release the GIL and that Ctrl-C can end. Python runs signal handlers in its main thread, and only when that
// thread asks for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "errors.hpp"

namespace qads_python {

using Call = std::function<qads_status(std::int64_t timeout_ms)>;

// For calls that may be repeated after they timed out: waits in short pieces. `again` is the status of such a timeout.
Outcome wait_in_pieces(std::int64_t timeout_ms, const Call& call, qads_status again = QADS_ERR_TIMEOUT);

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
