#include "calendar.hpp"

#include <array>
#include <cstdio>

#include "text.hpp"

namespace qads::cli {
namespace {

constexpr std::int64_t kSecondsADay = 86'400;

std::int64_t power_of_ten(int digits) {
  std::int64_t power = 1;
  for (int i = 0; i < digits; ++i) power *= 10;
  return power;
}

// Rounds down, so that what is before 1970 has a clock as well.
std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  const std::int64_t quotient = value / by;
  return value % by < 0 ? quotient - 1 : quotient;
}

std::string with_zeros(std::uint64_t value, int digits) {
  std::array<char, 32> shown{};
  std::snprintf(shown.data(), shown.size(), "%0*llu", digits, static_cast<unsigned long long>(value));
  return shown.data();
}

std::string fraction(std::uint64_t value, int digits) { return digits == 0 ? "" : "." + with_zeros(value, digits); }

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

}  // namespace

// The civil calendar, reckoned back for ever, in eras of 400 years that begin on a first of March.
std::string date_text(std::int64_t days) {
  constexpr std::int64_t kEraDays = 146'097;
  constexpr std::int64_t kEpoch = 719'468;  // days from 0000-03-01 to 1970-01-01
  // Before adding the epoch, so that nothing overflows.
  std::int64_t era = floor_divide(days, kEraDays);
  std::int64_t day = days - era * kEraDays + kEpoch;
  era += day / kEraDays;
  day %= kEraDays;
  const std::int64_t year_of_era = (day - day / 1460 + day / 36'524 - day / 146'096) / 365;
  const std::int64_t day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::int64_t day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const std::int64_t year = era * 400 + year_of_era + (month <= 2 ? 1 : 0);
  std::string text = year < 0 ? "-" : year > 9999 ? "+" : "";
  text += with_zeros(magnitude(year), 4);
  return text + "-" + with_zeros(static_cast<std::uint64_t>(month), 2) + "-" +
         with_zeros(static_cast<std::uint64_t>(day_of_month), 2);
}

std::string clock_text(std::int64_t count, int digits) {
  const auto unit = static_cast<std::uint64_t>(power_of_ten(digits));
  const std::uint64_t seconds = magnitude(count) / unit;
  return (count < 0 ? "-" : "") + with_zeros(seconds / 3600, 2) + ":" + with_zeros(seconds / 60 % 60, 2) + ":" +
         with_zeros(seconds % 60, 2) + fraction(magnitude(count) % unit, digits);
}

std::string moment_text(std::int64_t count, int digits, char between) {
  const std::int64_t a_day = kSecondsADay * power_of_ten(digits);
  const std::int64_t day = floor_divide(count, a_day);
  const std::int64_t in_day = count % a_day < 0 ? count % a_day + a_day : count % a_day;
  return date_text(day) + between + clock_text(in_day, digits);
}

std::string seconds_text(std::int64_t count, int digits) {
  const auto unit = static_cast<std::uint64_t>(power_of_ten(digits));
  return std::string(count < 0 ? "PT-" : "PT") + std::to_string(magnitude(count) / unit) +
         fraction(magnitude(count) % unit, digits) + "S";
}

std::string time_text(std::int64_t unix_ns) { return moment_text(floor_divide(unix_ns, 1'000'000'000), 0, ' ') + "Z"; }

}  // namespace qads::cli
