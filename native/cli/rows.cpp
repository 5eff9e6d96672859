#include "rows.hpp"

#include <algorithm>
#include <utility>

#include "text.hpp"

namespace qads::cli {
namespace {

constexpr std::size_t kWidestCell = 60;

// As JSON, texts without their quotes; control characters stay escaped.
std::string cell_of(const Column& column, std::int64_t row) {
  std::string text;
  Json json(text);
  column.write(row, json);
  if (text.size() >= 2 && text.front() == '"') text = text.substr(1, text.size() - 2);
  if (width(text) <= kWidestCell) return text;
  std::size_t end = 0;
  for (std::size_t shown = 0; shown + 1 < kWidestCell; ++shown) {
    char32_t code = 0;
    end += code_point(std::string_view(text).substr(end), code);
  }
  return text.substr(0, end) + "\u2026";
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

std::string Rows::render(const qads_flat_batch& batch, std::int64_t most) {
  const std::vector<Column> columns = columns_of(schema_, batch);
  const std::int64_t count = std::min(batch.nodes[0].length, most);
  return json_ ? as_json(columns, count) : as_text(columns, count);
}

std::string Rows::as_json(const std::vector<Column>& columns, std::int64_t count) const {
  std::string text;
  for (std::int64_t row = 0; row < count; ++row) {
    text += json_line([&](Json& json) {
      json.begin_object();
      for (const Column& column : columns) {
        json.key(column.name);
        column.write(row, json);
      }
      json.end_object();
    });
  }
  return text;
}

std::string Rows::as_text(const std::vector<Column>& columns, std::int64_t count) {
  const bool first = !std::exchange(titled_, true);
  if (first)
    for (const Column& column : columns) widths_.push_back(width(printable(column.name)));
  std::vector<std::vector<std::string>> cells(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (std::int64_t row = 0; row < count; ++row) {
      cells[i].push_back(cell_of(columns[i], row));
      widths_[i] = std::max(widths_[i], width(cells[i].back()));
    }
  }
  std::string text = first ? titles(columns) : "";
  for (std::int64_t row = 0; row < count; ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i)
      add_cell(text, cells[i][static_cast<std::size_t>(row)], widths_[i], columns[i].format.number);
    end_line(text);
  }
  return text;
}

std::string Rows::titles(const std::vector<Column>& columns) const {
  std::string text;
  for (std::size_t i = 0; i < columns.size(); ++i)
    add_cell(text, printable(columns[i].name), widths_[i], columns[i].format.number);
  end_line(text);
  return text;
}

}  // namespace qads::cli
