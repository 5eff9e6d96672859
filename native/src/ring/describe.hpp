// Readers in words, for messages and events.
#pragma once

#include <cstdint>
#include <string>

#include "base/text.hpp"
#include "os/process.hpp"

namespace qads::ring {

inline std::string describe_reader(std::uint32_t entry, std::uint64_t pid) {
  const bool self = pid == static_cast<std::uint64_t>(os::process_id());
  return text("reader ", entry, " (pid ", pid, self ? ", this process)" : ")");
}

inline constexpr const char* kReaped = " died; what it held is free again";

}  // namespace qads::ring
