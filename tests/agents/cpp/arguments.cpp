#include "arguments.hpp"

#include <charconv>
#include <functional>
#include <limits>
#include <map>
#include <string_view>
#include <system_error>

namespace agent {
namespace {

template <typename Int>
Int Number(std::string_view option, std::string_view text, Int least = std::numeric_limits<Int>::min()) {
  Int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least) {
    throw UsageError(std::string(option) + " can't be '" + std::string(text) + "'");
  }
  return value;
}

Slice ParseSlice(std::string_view option, std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) throw UsageError(std::string(option) + " is OFFSET:LENGTH");
  return {Number<int64_t>(option, text.substr(0, colon), 0), Number<int64_t>(option, text.substr(colon + 1), 0)};
}

bool Choice(std::string_view option, std::string_view text, std::string_view no, std::string_view yes) {
  if (text == no) return false;
  if (text == yes) return true;
  throw UsageError(std::string(option) + " is " + std::string(no) + " or " + std::string(yes));
}

using Text = std::string_view;
using Setter = std::function<void(Text option, Text value)>;

std::map<Text, Setter> ValueOptions(Arguments& a) {
  if (a.mode == Mode::kWrite) {
    return {
        {"--input", [&](Text, Text v) { a.input = v; }},
        {"--slots", [&](Text o, Text v) { a.slots = Number<int32_t>(o, v); }},
        {"--capacity", [&](Text o, Text v) { a.capacity = Number<int64_t>(o, v); }},
        {"--overflow", [&](Text o, Text v) { a.drop_oldest = Choice(o, v, "block", "drop_oldest"); }},
        {"--repeat", [&](Text o, Text v) { a.repeat = Number<int64_t>(o, v, 0); }},
        {"--slice", [&](Text o, Text v) { a.slice = ParseSlice(o, v); }},
        {"--timeout-ms", [&](Text o, Text v) { a.timeout_ms = Number<int64_t>(o, v); }},
        {"--linger-ms", [&](Text o, Text v) { a.linger_ms = Number<int64_t>(o, v, 0); }},
        {"--start-after-readers", [&](Text o, Text v) { a.start_after_readers = Number<int32_t>(o, v, 0); }},
    };
  }
  return {
      {"--output", [&](Text, Text v) { a.output = v; }},
      {"--timeout-ms", [&](Text o, Text v) { a.timeout_ms = Number<int64_t>(o, v); }},
      {"--start", [&](Text o, Text v) { a.start_latest = Choice(o, v, "earliest", "latest"); }},
      {"--hold", [&](Text o, Text v) { a.hold = Number<int64_t>(o, v, 0); }},
      {"--limit", [&](Text o, Text v) { a.limit = Number<int64_t>(o, v, 0); }},
      {"--delay-ms", [&](Text o, Text v) { a.delay_ms = Number<int64_t>(o, v, 0); }},
  };
}

std::map<Text, bool*> Switches(Arguments& a) {
  if (a.mode == Mode::kWrite) return {{"--zero-copy", &a.zero_copy}};
  return {{"--hold-check", &a.hold_check}};
}

}  // namespace

Arguments Parse(int count, const char* const* words) {
  if (count < 3) throw UsageError("agent write|read NAME [option]...");
  Arguments a;
  a.mode = Choice("the first word", words[1], "read", "write") ? Mode::kWrite : Mode::kRead;
  a.name = words[2];
  const auto with_value = ValueOptions(a);
  const auto switches = Switches(a);
  for (int i = 3; i < count; ++i) {
    const Text option = words[i];
    if (const auto found = switches.find(option); found != switches.end()) {
      *found->second = true;
    } else if (const auto setter = with_value.find(option); setter == with_value.end()) {
      throw UsageError("unknown option " + std::string(option));
    } else if (++i == count) {
      throw UsageError(std::string(option) + " needs a value");
    } else {
      setter->second(option, words[i]);
    }
  }
  if (a.mode == Mode::kWrite && a.input.empty()) throw UsageError("write needs --input");
  if (a.mode == Mode::kRead && a.output.empty()) throw UsageError("read needs --output");
  return a;
}

}  // namespace agent
