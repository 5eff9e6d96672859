#include "json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "text.hpp"

namespace qads::cli {
namespace {

template <typename Number>
void floating(Json& json, Number value) {
  if (std::isnan(value)) {
    json.string("NaN");
  } else if (std::isinf(value)) {
    json.string(value > 0 ? "Infinity" : "-Infinity");
  } else {
    std::array<char, 64> shown{};
    const auto [end, error] = std::to_chars(shown.data(), shown.data() + shown.size(), value);
    // JSON has no rule for it, but readers take a number without point and exponent for an integer, and -0 then loses its sign.
    std::string digits(shown.data(), end);
    if (digits.find_first_of(".e") == std::string::npos) digits += ".0";
    json.raw(digits);
  }
}

void append_escaped(std::string& out, char32_t code) {
  switch (code) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      break;
  }
  std::array<char, 16> shown{};
  std::snprintf(shown.data(), shown.size(), "\\u%04x", static_cast<unsigned>(code));
  out += shown.data();
}

}  // namespace

Json& Json::begin(char bracket) {
  separate();
  out_ += bracket;
  comma_ = false;
  return *this;
}

Json& Json::end(char bracket) {
  out_ += bracket;
  comma_ = true;
  return *this;
}

void Json::separate() {
  if (comma_) out_ += ',';
}

Json& Json::key(std::string_view name) {
  string(name);
  out_ += ':';
  comma_ = false;
  return *this;
}

Json& Json::raw(std::string_view value) {
  separate();
  out_ += value;
  comma_ = true;
  return *this;
}

Json& Json::string(std::string_view value) {
  separate();
  out_ += '"';
  while (!value.empty()) {
    char32_t code = 0;
    const std::size_t length = code_point(value, code);
    if (length == 0) {
      out_ += "\\ufffd";
    } else if (code == '"' || code == '\\' || is_control(code)) {
      append_escaped(out_, code);
    } else {
      out_ += value.substr(0, length);
    }
    value.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out_ += '"';
  comma_ = true;
  return *this;
}

Json& Json::number(double value) {
  floating(*this, value);
  return *this;
}

Json& Json::number(float value) {
  floating(*this, value);
  return *this;
}

}  // namespace qads::cli
