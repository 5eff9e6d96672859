// Builds messages: text("slot ", 3, " of ", 4). Allocates; for error paths only.
#pragma once

#include <cstdint>
#include <sstream>
#include <string>

namespace qads {

template <typename... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return std::move(out).str();
}

// "1 batch", "2 batches".
inline std::string counted(std::uint64_t count, const char* one, const char* many) {
  return text(count, " ", count == 1 ? one : many);
}
inline std::string batches(std::uint64_t count) { return counted(count, "batch", "batches"); }

}  // namespace qads
