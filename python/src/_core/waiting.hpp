// Waits that release the GIL and that Ctrl-C can end. Python runs signal handlers in its main thread, and only when that
// thread asks: so no wait stays inside the core for long there.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "errors.hpp"

namespace qads_python {

using Call = std::function<qads_status(std::int64_t timeout_ms)>;

// For calls that may be repeated after they timed out: waits in short pieces. `again` is the status of such a timeout.
Outcome wait_in_pieces(std::int64_t timeout_ms, const Call& call, qads_status again = QADS_ERR_TIMEOUT);

// For calls that may not: makes the call in a thread of its own when this is the main thread, which then waits for it. When
// a signal handler raises, the call is left to itself; it must own all that it needs.
Outcome wait_elsewhere(std::function<qads_status()> call);

// Runs the call without the GIL.
template <typename Function>
Outcome without_gil(const Function& call) {
  const py::gil_scoped_release released;
  return Outcome::of(call());
}

// Whether this thread is the one that runs signal handlers.
bool in_main_thread();

}  // namespace qads_python
