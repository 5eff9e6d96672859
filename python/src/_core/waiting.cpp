#include "waiting.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace qads_python {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::int64_t kPieceMs = 50;
constexpr std::int64_t kFirstPieceMs = 5;  // most waits are over by then

// The core only knows about the last piece.
std::string about_all_of_it(std::string message, std::int64_t piece_ms, std::int64_t timeout_ms) {
  const std::string said = " " + std::to_string(piece_ms) + " ms";
  if (const std::size_t at = message.find(said); at != std::string::npos) {
    message.replace(at, said.size(), " " + std::to_string(timeout_ms) + " ms");
  }
  return message;
}

// By a signal handler while this thread was inside a call.
thread_local std::optional<py::error_already_set> raised;

}  // namespace

void run_signal_handlers() {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

bool in_main_thread() {
  static const unsigned long main =
      py::cast<unsigned long>(py::module_::import("threading").attr("main_thread")().attr("ident"));
  return PyThread_get_thread_ident() == main;
}

Outcome wait_in_pieces(std::int64_t timeout_ms, const Call& call, qads_status again) {
  const Clock::time_point begin = Clock::now();
  for (std::int64_t longest = kFirstPieceMs;; longest = kPieceMs) {
    std::int64_t piece = longest;
    bool last = false;
    if (timeout_ms >= 0) {
      const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
      last = timeout_ms - waited <= longest;
      piece = std::clamp<std::int64_t>(timeout_ms - waited, 0, longest);
    }
    Outcome outcome = without_gil([&] { return call(piece); });
    if (outcome.status != again) return outcome;
    run_signal_handlers();
    if (last) return {outcome.status, about_all_of_it(std::move(outcome.message), piece, timeout_ms)};
  }
}

int interrupted(void*) noexcept {
  if (!in_main_thread()) return 0;
  const py::gil_scoped_acquire held;
  if (PyErr_CheckSignals() == 0) return 0;
  raised.emplace();  // takes what was raised out of Python: what the call still releases may be Python's, too
  return 1;
}

void throw_what_interrupted() {
  if (!raised) return;
  raised->restore();
  raised.reset();
  throw py::error_already_set();
}

}  // namespace qads_python
