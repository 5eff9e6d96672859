#include "text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace qads::cli {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::string escaped(char32_t code) {
  switch (code) {
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    case '\r':
      return "\\r";
    default:
      break;
  }
  std::array<char, 16> shown{};
  std::snprintf(shown.data(), shown.size(), code < 0x100 ? "\\x%02x" : "\\u%04x", static_cast<unsigned>(code));
  return shown.data();
}

std::string two_parts(std::int64_t larger, const char* larger_unit, std::int64_t smaller, const char* smaller_unit) {
  std::string text = std::to_string(larger) + larger_unit;
  if (smaller != 0) text += " " + std::to_string(smaller) + smaller_unit;
  return text;
}

void pad(std::string& line, std::size_t count) { line.append(count, ' '); }

}  // namespace

std::size_t code_point(std::string_view text, char32_t& out) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    out = first;
    return 1;
  }
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length == 0 || first > 0xf4 || text.size() < length) return 0;
  char32_t code = first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return 0;
    code = code << 6 | (byte(i) & 0x3fU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  if (overlong || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return 0;
  out = code;
  return length;
}

bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x200e || code == 0x200f ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    char32_t code = 0;
    const std::size_t length = code_point(text, code);
    if (length == 0) {
      shown += escaped(static_cast<unsigned char>(text.front()));
    } else if (is_control(code)) {
      shown += escaped(code);
    } else {
      shown += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return shown;
}

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string fixed(double value, int digits) {
  std::array<char, 400> shown{};
  const auto [end, error] =
      std::to_chars(shown.data(), shown.data() + shown.size(), value, std::chars_format::fixed, digits);
  return error == std::errc{} ? std::string(shown.data(), end) : "?";
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array kUnits{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  constexpr double kStep = 1024;
  auto shown = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (shown >= kStep && unit + 1 < kUnits.size()) {
    shown /= kStep;
    ++unit;
  }
  return fixed(shown, unit == 0 || shown >= 100 ? 0 : 1) + " " + kUnits.at(unit);
}

std::string duration_text(std::int64_t ns) {
  if (ns < 0) return "-" + duration_text(-std::max(ns, -INT64_MAX));
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  if (ns < 1000) return std::to_string(ns) + " ns";
  if (ns < 1'000'000) return std::to_string(ns / 1000) + " us";
  if (ns < kSecond) return std::to_string(ns / 1'000'000) + " ms";
  const std::int64_t seconds = ns / kSecond;
  if (seconds < 10) return fixed(static_cast<double>(ns) / kSecond, 1) + " s";
  if (seconds < kMinute) return std::to_string(seconds) + " s";
  if (seconds < kHour) return two_parts(seconds / kMinute, " min", seconds % kMinute, " s");
  if (seconds < kDay) return two_parts(seconds / kHour, " h", seconds % kHour / kMinute, " min");
  return two_parts(seconds / kDay, " d", seconds % kDay / kHour, " h");
}

std::string rate_text(double per_second) { return fixed(per_second, per_second < 1000 ? 1 : 0) + "/s"; }

std::string number_text(std::uint64_t number, std::string_view one, std::string_view many) {
  return std::to_string(number) + " " + std::string(number == 1 ? one : many);
}

std::string Table::render(std::string_view indent) const {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    std::size_t widest = width(columns_[column].title);
    for (const auto& row : rows_) widest = std::max(widest, width(row[column]));
    widths.push_back(widest);
  }
  std::string out;
  const auto add = [&](const auto& cell) {
    out += indent;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      const std::string text = cell(column);
      const std::size_t missing = widths[column] - width(text);
      if (columns_[column].right) pad(out, missing);
      out += text;
      if (column + 1 == columns_.size()) break;
      if (!columns_[column].right) pad(out, missing);
      out += "  ";
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  };
  add([&](std::size_t column) { return std::string(columns_[column].title); });
  for (const auto& row : rows_) add([&](std::size_t column) { return row[column]; });
  return out;
}

}  // namespace qads::cli
