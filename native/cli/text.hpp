// Text for people and terminals: nothing that another process wrote reaches the terminal as it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qads::cli {

// Length of the code point at the front of `text`, and the code point; 0 if the bytes there aren't UTF-8.
std::size_t code_point(std::string_view text, char32_t& out);
bool is_control(char32_t code_point);  // C0, DEL, C1, and what turns the direction of writing

// Control characters and bytes that aren't UTF-8 as \n, \x1b, \u202e.
std::string printable(std::string_view text);
// Code points, which most terminals show one a cell.
std::size_t width(std::string_view text);

std::string bytes_text(std::uint64_t bytes);          // "1.5 MiB"
std::string duration_text(std::int64_t nanoseconds);  // "350 ms", "2 h 5 min"
std::string time_text(std::int64_t unix_ns);          // "2026-01-31 12:00:00Z"
std::string rate_text(double per_second);             // "12.5/s"
std::string fixed(double value, int digits);
std::string number_text(std::uint64_t number, std::string_view one, std::string_view many);  // "1 batch", "2 batches"

// Words in columns two blanks apart: numbers right, text left, nothing behind the last.
class Table {
 public:
  struct Column {
    const char* title;
    bool right;
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  std::string render(std::string_view indent) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace qads::cli
