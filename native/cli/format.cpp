// From format strings of the Arrow C Data interface to how their values are written.
#include <array>
#include <charconv>
#include <string_view>

#include "values.hpp"

namespace qads::cli {
namespace {

using namespace values;

struct Simple {
  std::string_view format;
  WriteValue write;
  std::int32_t width = 0;
  std::int32_t digits = 0;
  bool number = false;
  bool is_signed = true;
};

constexpr std::array kSimple{
    Simple{"b", write_bool},
    Simple{"c", write_int, 1, 0, true},
    Simple{"C", write_int, 1, 0, true, false},
    Simple{"s", write_int, 2, 0, true},
    Simple{"S", write_int, 2, 0, true, false},
    Simple{"i", write_int, 4, 0, true},
    Simple{"I", write_int, 4, 0, true, false},
    Simple{"l", write_int, 8, 0, true},
    Simple{"L", write_uint64, 8, 0, true, false},
    Simple{"e", write_half, 2, 0, true},
    Simple{"f", write_float, 4, 0, true},
    Simple{"g", write_double, 8, 0, true},
    Simple{"u", write_text, 4},
    Simple{"U", write_text, 8},
    Simple{"z", write_binary, 4},
    Simple{"Z", write_binary, 8},
    Simple{"vu", write_text_view},
    Simple{"vz", write_binary_view},
    Simple{"tdD", write_date32},
    Simple{"tdm", write_date64},
    Simple{"tts", write_time, 4, 0},
    Simple{"ttm", write_time, 4, 3},
    Simple{"ttu", write_time, 8, 6},
    Simple{"ttn", write_time, 8, 9},
    Simple{"tDs", write_duration, 8, 0},
    Simple{"tDm", write_duration, 8, 3},
    Simple{"tDu", write_duration, 8, 6},
    Simple{"tDn", write_duration, 8, 9},
    Simple{"tiM", write_months},
    Simple{"tiD", write_day_time},
    Simple{"tin", write_month_day_nano},
    Simple{"+l", write_list, 4},
    Simple{"+L", write_list, 8},
    Simple{"+vl", write_list_view, 4},
    Simple{"+vL", write_list_view, 8},
    Simple{"+m", write_map, 4},
    Simple{"+s", write_struct},
};

[[noreturn]] void unknown(std::string_view format) {
  throw Failure(kDamaged, "the format '" + std::string(format) + "' is none that this program knows");
}

// Numbers with commas in between.
std::vector<std::int32_t> numbers_of(std::string_view text, std::string_view format) {
  std::vector<std::int32_t> numbers;
  while (!text.empty()) {
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) unknown(format);
    numbers.push_back(number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty() && text.front() == ',') text.remove_prefix(1);
  }
  return numbers;
}

Format decimal(std::string_view format) {
  constexpr std::int32_t kDefaultBits = 128;
  const std::vector<std::int32_t> numbers = numbers_of(format.substr(2), format);
  const std::int32_t bits = numbers.size() == 3 ? numbers[2] : kDefaultBits;
  if (numbers.size() < 2 || (bits != 32 && bits != 64 && bits != 128 && bits != 256)) unknown(format);
  return {.write = write_decimal, .number = true, .width = bits / 8, .digits = numbers[1]};
}

Format timestamp(std::string_view format) {
  constexpr std::string_view kUnits = "s..m..u..n";  // at 0, 3, 6, 9
  const std::size_t digits = format.size() < 4 ? std::string_view::npos : kUnits.find(format[2]);
  if (digits == std::string_view::npos || format[2] == '.') unknown(format);
  return {.write = format.size() > 4 ? write_instant : write_timestamp,
          .width = 8,
          .digits = static_cast<std::int32_t>(digits)};
}

Format sized(WriteValue write, std::string_view format, std::size_t prefix) {
  const std::vector<std::int32_t> numbers = numbers_of(format.substr(prefix), format);
  if (numbers.size() != 1 || numbers[0] < 0) unknown(format);
  return {.write = write, .width = numbers[0]};
}

Format union_of(WriteValue write, std::string_view format) {
  Format made{.write = write, .nullable = false};
  for (const std::int32_t code : numbers_of(format.substr(4), format)) {
    if (code < 0 || code > INT8_MAX) unknown(format);
    made.codes.push_back(static_cast<std::int8_t>(code));
  }
  return made;
}

}  // namespace

Format format_of(const ArrowSchema& field) {
  const std::string_view format = field.format;
  for (const Simple& simple : kSimple) {
    if (simple.format != format) continue;
    Format made{.write = simple.write,
                .number = simple.number,
                .is_signed = simple.is_signed,
                .width = simple.width,
                .digits = simple.digits};
    if (field.dictionary != nullptr) made.write = write_entry;
    return made;
  }
  if (format == "n") return {.write = write_null, .nullable = false};
  if (format == "+r") return {.write = write_run, .nullable = false};
  if (format.starts_with("ts")) return timestamp(format);
  if (format.starts_with("d:")) return decimal(format);
  if (format.starts_with("w:")) return sized(write_fixed_binary, format, 2);
  if (format.starts_with("+w:")) return sized(write_fixed_list, format, 3);
  if (format.starts_with("+us:")) return union_of(write_sparse_union, format);
  if (format.starts_with("+ud:")) return union_of(write_dense_union, format);
  unknown(format);
}

}  // namespace qads::cli
