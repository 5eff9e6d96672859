#include "waiting.hpp"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
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

void run_signal_handlers() {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

struct Elsewhere {
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;
  Outcome outcome;
};

}  // namespace

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

Outcome wait_elsewhere(std::function<qads_status()> call) {
  if (!in_main_thread()) return without_gil(call);
  const auto state = std::make_shared<Elsewhere>();
  std::thread([state, work = std::move(call)]() mutable {
    Outcome outcome = Outcome::of(work());
    work = nullptr;  // what the call owned is given back before anybody hears of its end
    const std::scoped_lock lock(state->mutex);
    state->outcome = std::move(outcome);
    state->done = true;
    state->ended.notify_all();
  }).detach();
  for (;;) {
    bool done = false;
    {
      const py::gil_scoped_release released;
      std::unique_lock lock(state->mutex);
      done = state->ended.wait_for(lock, std::chrono::milliseconds(kPieceMs), [&] { return state->done; });
    }
    if (done) return state->outcome;
    run_signal_handlers();
  }
}

}  // namespace qads_python
