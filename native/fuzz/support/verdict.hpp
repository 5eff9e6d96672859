// How a fuzz target says that the library broke a promise: it aborts, which every driver takes for a crash.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "qadataswap/qadataswap.h"

namespace qads_fuzz {

[[noreturn]] inline void die(const std::string& what) {
  std::fprintf(stderr, "broken promise: %s\n", what.c_str());
  std::abort();
}

inline void must(bool kept, const std::string& what) {
  if (!kept) die(what);
}

// For the steps that no input can make fail.
inline void must_be_ok(qads_status status) {
  if (status != QADS_OK) die(std::string(qads_status_name(status)) + ": " + qads_last_error());
}

// A status of the interface with a sentence for it; never INTERNAL, which says that the library is wrong about itself.
inline bool is_ok(qads_status status) {
  if (status == QADS_OK) return true;
  must(status < 0 && status >= QADS_ERR_INTERNAL, "a status out of the list: " + std::to_string(status));
  must(status != QADS_ERR_INTERNAL, std::string("internal error: ") + qads_last_error());
  must(qads_last_error()[0] != '\0', "an error without a sentence");
  return false;
}

}  // namespace qads_fuzz
