// Values without children: numbers, texts, bytes, times.
#include <array>
#include <bit>

#include "calendar.hpp"
#include "values.hpp"

namespace qads::cli::values {
namespace {

constexpr std::size_t kValues = 1;  // buffer 0 is the validity

template <typename T>
T value(const Column& column, std::int64_t row) {
  return column.load<T>(kValues, row);
}

float half(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16;
  const std::uint32_t exponent = bits >> 10 & 0x1fU;
  const std::uint32_t fraction = bits & 0x3ffU;
  if (exponent == 0) {  // zero and subnormal: a whole number of 2^-24
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return sign == 0 ? magnitude : -magnitude;
  }
  const std::uint32_t widened = exponent == 31 ? 0xffU : exponent + 112;
  return std::bit_cast<float>(sign | widened << 23 | fraction << 13);
}

void write_bytes(std::string_view bytes, Json& json) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  json.string(hex);
}

// Between two offsets of the buffer behind the validity.
std::string_view variable(const Column& column, std::int64_t row) {
  const std::int64_t begin = column.offset(1, row);
  const std::int64_t end = column.offset(1, row + 1);
  if (begin < 0 || end < begin)
    column.damaged("its offsets " + std::to_string(begin) + " and " + std::to_string(end) + " don't grow");
  return {column.bytes(2, begin, 1, end - begin), static_cast<std::size_t>(end - begin)};
}

// 16 bytes: the length, then up to 12 bytes themselves, or 4 of them, the number of a data buffer, and where in it.
std::string_view view(const Column& column, std::int64_t row) {
  constexpr std::int32_t kInline = 12;
  constexpr std::size_t kFirstData = 2;
  const char* entry = column.bytes(1, row, 16, 16);
  std::array<std::int32_t, 4> words{};
  std::memcpy(words.data(), entry, sizeof words);
  const auto [length, prefix, buffer, offset] = words;
  (void)prefix;
  if (length < 0 || (length > kInline && (buffer < 0 || offset < 0)))
    column.damaged("a view of row " + std::to_string(row) + " has a negative length, buffer or offset");
  if (length <= kInline) return {entry + 4, static_cast<std::size_t>(length)};
  return {column.bytes(kFirstData + static_cast<std::size_t>(buffer), offset, 1, length),
          static_cast<std::size_t>(length)};
}

// Digits of a little-endian two's complement number, by dividing it by 10^9 again and again.
std::string digits_of(const char* bytes, std::size_t width, bool& negative) {
  constexpr std::size_t kMostWords = 8;
  std::array<std::uint32_t, kMostWords> words{};
  std::memcpy(words.data(), bytes, width);
  const std::size_t count = width / 4;
  negative = words.at(count - 1) >> 31 != 0;
  std::uint64_t carry = 1;
  for (std::size_t i = 0; negative && i < count; ++i) {
    carry += ~words.at(i);
    words.at(i) = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  std::string reversed;
  for (bool more = true; more;) {
    constexpr std::uint64_t kBillion = 1'000'000'000;
    std::uint64_t rest = 0;
    more = false;
    for (std::size_t i = count; i-- > 0;) {
      rest = rest << 32 | words.at(i);
      words.at(i) = static_cast<std::uint32_t>(rest / kBillion);
      rest %= kBillion;
      more = more || words.at(i) != 0;
    }
    for (int digit = 0; digit < 9; ++digit, rest /= 10) reversed += static_cast<char>('0' + rest % 10);
  }
  reversed.erase(reversed.find_last_not_of('0') + 1);
  return reversed.empty() ? "0" : std::string(reversed.rbegin(), reversed.rend());
}

// A part of an interval that isn't zero.
std::string part(std::int64_t count, char unit) { return count == 0 ? "" : std::to_string(count) + unit; }

std::string interval(std::int64_t months, std::int64_t days, const std::string& time) {
  std::string text = "P" + part(months, 'M') + part(days, 'D');
  if (!time.empty()) text += time.substr(1);  // "PT1S" without its P
  return text == "P" ? "P0D" : text;
}

}  // namespace

void write_null(const Column&, std::int64_t, Json& json) { json.null(); }
void write_bool(const Column& column, std::int64_t row, Json& json) { json.boolean(column.bit(kValues, row)); }
void write_int(const Column& column, std::int64_t row, Json& json) { json.number(column.integer(kValues, row)); }
void write_uint64(const Column& column, std::int64_t row, Json& json) {
  json.number(value<std::uint64_t>(column, row));
}
void write_half(const Column& column, std::int64_t row, Json& json) {
  json.number(half(value<std::uint16_t>(column, row)));
}
void write_float(const Column& column, std::int64_t row, Json& json) { json.number(value<float>(column, row)); }
void write_double(const Column& column, std::int64_t row, Json& json) { json.number(value<double>(column, row)); }

void write_text(const Column& column, std::int64_t row, Json& json) { json.string(variable(column, row)); }
void write_binary(const Column& column, std::int64_t row, Json& json) { write_bytes(variable(column, row), json); }
void write_text_view(const Column& column, std::int64_t row, Json& json) { json.string(view(column, row)); }
void write_binary_view(const Column& column, std::int64_t row, Json& json) { write_bytes(view(column, row), json); }
void write_fixed_binary(const Column& column, std::int64_t row, Json& json) {
  const std::int64_t width = column.format.width;
  write_bytes({column.bytes(kValues, row, width, width), static_cast<std::size_t>(width)}, json);
}

// As a string, because readers of JSON take numbers for doubles.
void write_decimal(const Column& column, std::int64_t row, Json& json) {
  constexpr std::int32_t kMostZeros = 100;
  const std::int64_t width = column.format.width;
  const std::int32_t scale = column.format.digits;
  bool negative = false;
  std::string digits = digits_of(column.bytes(kValues, row, width, width), static_cast<std::size_t>(width), negative);
  if (scale > kMostZeros || scale < -kMostZeros) {
    digits += "E" + std::to_string(-std::int64_t{scale});
  } else if (scale < 0) {
    if (digits != "0") digits.append(static_cast<std::size_t>(-scale), '0');
  } else if (scale > 0) {
    const auto behind = static_cast<std::size_t>(scale);
    if (digits.size() <= behind) digits.insert(0, behind + 1 - digits.size(), '0');
    digits.insert(digits.size() - behind, ".");
  }
  json.string((negative ? "-" : "") + digits);
}

void write_date32(const Column& column, std::int64_t row, Json& json) {
  json.string(date_text(value<std::int32_t>(column, row)));
}
// Milliseconds that should be whole days; where they aren't, the rest is told too.
void write_date64(const Column& column, std::int64_t row, Json& json) {
  const std::string moment = moment_text(value<std::int64_t>(column, row), 3, 'T');
  json.string(moment.ends_with("T00:00:00.000") ? moment.substr(0, moment.find('T')) : moment);
}
void write_time(const Column& column, std::int64_t row, Json& json) {
  json.string(clock_text(column.integer(kValues, row), column.format.digits));
}
void write_timestamp(const Column& column, std::int64_t row, Json& json) {
  json.string(moment_text(column.integer(kValues, row), column.format.digits, 'T'));
}
void write_instant(const Column& column, std::int64_t row, Json& json) {
  json.string(moment_text(column.integer(kValues, row), column.format.digits, 'T') + "Z");
}
void write_duration(const Column& column, std::int64_t row, Json& json) {
  json.string(seconds_text(column.integer(kValues, row), column.format.digits));
}

void write_months(const Column& column, std::int64_t row, Json& json) {
  json.string(interval(value<std::int32_t>(column, row), 0, ""));
}
void write_day_time(const Column& column, std::int64_t row, Json& json) {
  const auto milliseconds = column.load<std::int32_t>(kValues, 2 * row + 1);
  json.string(
      interval(0, column.load<std::int32_t>(kValues, 2 * row), milliseconds == 0 ? "" : seconds_text(milliseconds, 3)));
}
void write_month_day_nano(const Column& column, std::int64_t row, Json& json) {
  const auto nanoseconds = column.load<std::int64_t>(kValues, 2 * row + 1);
  json.string(interval(column.load<std::int32_t>(kValues, 4 * row), column.load<std::int32_t>(kValues, 4 * row + 1),
                       nanoseconds == 0 ? "" : seconds_text(nanoseconds, 9)));
}

}  // namespace qads::cli::values
