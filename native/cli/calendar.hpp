// Dates and times as ISO 8601 writes them. Every 64-bit value has a date, years of more than four digits a sign.
#pragma once

#include <cstdint>
#include <string>

namespace qads::cli {

std::string date_text(std::int64_t days);  // since 1970-01-01
// `count` units of 10^-digits seconds within a day, or beyond: "12:00:00.123".
std::string clock_text(std::int64_t count, int digits);
// The date and the clock, with `between` in between.
std::string moment_text(std::int64_t count, int digits, char between);
// "PT1.500S"
std::string seconds_text(std::int64_t count, int digits);

}  // namespace qads::cli
