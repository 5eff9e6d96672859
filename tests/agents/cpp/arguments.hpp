// The agent's command line, as tests/agents/README.md has it.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

namespace agent {

enum class Mode { kWrite, kRead };

struct Slice {
  int64_t offset = 0;
  int64_t length = 0;
};

struct Arguments {
  Mode mode = Mode::kRead;
  std::string name;
  int64_t timeout_ms = 10'000;

  // write
  std::string input;
  std::optional<int32_t> slots;
  std::optional<int64_t> capacity;
  bool drop_oldest = false;
  int64_t repeat = 1;
  std::optional<Slice> slice;
  bool zero_copy = false;
  int64_t linger_ms = 0;
  int32_t start_after_readers = 0;

  // read
  std::string output;
  bool start_latest = false;
  int64_t hold = 0;
  bool hold_check = false;
  std::optional<int64_t> limit;
  int64_t delay_ms = 0;
};

class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws UsageError. Numbers that a segment can't have (0 slots, a negative capacity) pass: the library is to refuse them.
Arguments Parse(int count, const char* const* words);

}  // namespace agent
