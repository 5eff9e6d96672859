#include "rows.hpp"

#include <algorithm>
#include <utility>

#include "text.hpp"

namespace qads::cli {
namespace {

constexpr std::size_t kWidestCell = 60;
constexpr std::size_t kLongestRow = std::size_t{1} << 30;

// As JSON, texts without their quotes; control characters stay escaped.
std::string cell_of(const Column& column, std::int64_t row) {
  constexpr std::size_t kEnough = kWidestCell * 4;  // bytes; a code point has at most four
  std::string text;
  Json json(text, kEnough);
  try {
    column.write(row, json);
  } catch (const Column::Full&) {
    // Cut below.
  }
  if (text.size() >= 2 && text.front() == '"') text = text.substr(1, text.size() - 2);
  if (width(text) <= kWidestCell) return text;
  std::size_t end = 0;
  for (std::size_t shown = 0; shown + 1 < kWidestCell; ++shown) {
    char32_t code = 0;
    end += code_point(std::string_view(text).substr(end), code);
  }
  return text.substr(0, end) + "\u2026";
}

void write_cell(const Column& column, std::int64_t row, Json& json) {
  try {
    json.key(column.name);
    column.write(row, json);
  } catch (const Column::Full&) {
    throw Failure(kFailed, "row " + std::to_string(row) + " of a batch is longer than 1 GiB as text at column '" +
                               column.name + "'");
  }
}

void add_cell(std::string& line, const std::string& cell, std::size_t widest, bool right) {
  const std::string padding(widest - std::min(widest, width(cell)), ' ');
  line += right ? padding + cell : cell + padding;
  line += "  ";
}

void end_line(std::string& text) {
  text.erase(text.find_last_not_of(' ') + 1);
  text += '\n';
}

}  // namespace

void Rows::begin(const qads_flat_batch& batch, std::int64_t most) {
  columns_ = columns_of(schema_, batch);
  row_ = 0;
  end_ = std::min(batch.nodes[0].length, most);
}

std::string Rows::next() { return json_ ? as_json() : as_text(); }

std::string Rows::as_json() {
  constexpr std::size_t kPiece = std::size_t{64} << 20;
  std::string text;
  for (; row_ < end_ && text.size() < kPiece; ++row_) {
    std::string line;
    Json json(line, kLongestRow);
    json.begin_object();
    for (const Column& column : columns_) write_cell(column, row_, json);
    json.end_object();
    text.append(line).append("\n");
  }
  return text;
}

std::string Rows::as_text() {
  constexpr std::size_t kPiece = std::size_t{1} << 18;  // cells, each of some 60 bytes
  const bool first = !std::exchange(titled_, true);
  if (first)
    for (const Column& column : columns_) widths_.push_back(width(printable(column.name)));
  const std::size_t count = std::min(static_cast<std::size_t>(end_ - row_), kPiece / (columns_.size() + 1) + 1);
  std::vector<std::vector<std::string>> cells(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    for (std::size_t row = 0; row < count; ++row) {
      cells[i].push_back(cell_of(columns_[i], row_ + static_cast<std::int64_t>(row)));
      widths_[i] = std::max(widths_[i], width(cells[i].back()));
    }
  }
  row_ += static_cast<std::int64_t>(count);
  std::string text = first ? titles() : "";
  for (std::size_t row = 0; row < count; ++row) {
    for (std::size_t i = 0; i < columns_.size(); ++i)
      add_cell(text, cells[i][row], widths_[i], columns_[i].format.number);
    end_line(text);
  }
  return text;
}

std::string Rows::titles() const {
  std::string text;
  for (std::size_t i = 0; i < columns_.size(); ++i)
    add_cell(text, printable(columns_[i].name), widths_[i], columns_[i].format.number);
  end_line(text);
  return text;
}

}  // namespace qads::cli
