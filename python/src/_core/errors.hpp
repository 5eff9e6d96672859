// From a status of the C interface to a Python exception.
#pragma once

#include <pybind11/pybind11.h>
#include <qadataswap/qadataswap.h>

#include <string>

namespace qads_python {

namespace py = pybind11;

// A status and what the core said about it, kept while other calls are made or on the way from another thread.
struct Outcome {
  qads_status status = QADS_OK;
  std::string message;

  // The calling thread's last call.
  static Outcome of(qads_status status) { return {status, status == QADS_OK ? "" : qads_last_error()}; }
};

// Raises the class of the status; its classes are in qadataswap._errors.
[[noreturn]] void raise(const Outcome& outcome);

inline void check(const Outcome& outcome) {
  if (outcome.status != QADS_OK) raise(outcome);
}

}  // namespace qads_python
