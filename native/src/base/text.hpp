// Builds messages: text("slot ", 3, " of ", 4). Allocates; for error paths only.
#pragma once

#include <sstream>
#include <string>

namespace qads {

template <typename... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return std::move(out).str();
}

}  // namespace qads
