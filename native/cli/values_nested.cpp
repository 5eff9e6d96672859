// Values that are made of other columns' values.
#include <algorithm>

#include "values.hpp"

namespace qads::cli::values {
namespace {

void write_rows(const Column& values, std::int64_t begin, std::int64_t count, Json& json) {
  json.begin_array();
  for (std::int64_t i = 0; i < count; ++i) values.write(begin + i, json);
  json.end_array();
}

struct Rows {
  std::int64_t begin;
  std::int64_t count;
};

Rows between_offsets(const Column& column, std::int64_t row) {
  const std::int64_t begin = column.offset(1, row);
  const std::int64_t end = column.offset(1, row + 1);
  if (begin < 0 || end < begin)
    column.damaged("its offsets " + std::to_string(begin) + " and " + std::to_string(end) + " don't grow");
  return {begin, end - begin};
}

Rows offset_and_size(const Column& column, std::int64_t row) {
  const std::int64_t begin = column.offset(1, row);
  const std::int64_t count = column.offset(2, row);
  if (begin < 0 || count < 0 || begin > column.children.front().length - count)
    column.damaged("a list view of " + std::to_string(count) + " rows from " + std::to_string(begin) +
                   " lies outside of its values");
  return {begin, count};
}

const Column& child_of(const Column& column, std::int8_t code) {
  const auto& codes = column.format.codes;
  const auto found = std::find(codes.begin(), codes.end(), code);
  if (found == codes.end() || static_cast<std::size_t>(found - codes.begin()) >= column.children.size())
    column.damaged("no child has the type code " + std::to_string(code));
  return column.children[static_cast<std::size_t>(found - codes.begin())];
}

// The first run that ends behind the row.
template <typename End>
std::int64_t run_of(const Column& ends, std::int64_t row) {
  std::int64_t low = 0;
  std::int64_t high = ends.length;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (ends.load<End>(1, middle) > row) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace

void write_list(const Column& column, std::int64_t row, Json& json) {
  const Rows rows = between_offsets(column, row);
  write_rows(column.children.front(), rows.begin, rows.count, json);
}

void write_list_view(const Column& column, std::int64_t row, Json& json) {
  const Rows rows = offset_and_size(column, row);
  write_rows(column.children.front(), rows.begin, rows.count, json);
}

void write_fixed_list(const Column& column, std::int64_t row, Json& json) {
  const std::int64_t count = column.format.width;
  write_rows(column.children.front(), row * count, count, json);
}

void write_struct(const Column& column, std::int64_t row, Json& json) {
  json.begin_object();
  for (const Column& child : column.children) {
    json.key(child.name);
    child.write(row, json);
  }
  json.end_object();
}

// Pairs, because keys needn't be texts.
void write_map(const Column& column, std::int64_t row, Json& json) {
  const Rows rows = between_offsets(column, row);
  const Column& entries = column.children.front();
  json.begin_array();
  for (std::int64_t i = rows.begin; i < rows.begin + rows.count; ++i) {
    json.begin_array();
    for (const Column& part : entries.children) part.write(i, json);
    json.end_array();
  }
  json.end_array();
}

void write_sparse_union(const Column& column, std::int64_t row, Json& json) {
  child_of(column, column.load<std::int8_t>(0, row)).write(row, json);
}

void write_dense_union(const Column& column, std::int64_t row, Json& json) {
  child_of(column, column.load<std::int8_t>(0, row)).write(column.load<std::int32_t>(1, row), json);
}

void write_run(const Column& column, std::int64_t row, Json& json) {
  const Column& ends = column.children.at(0);
  const std::int64_t run = ends.format.width == 2   ? run_of<std::int16_t>(ends, row)
                           : ends.format.width == 4 ? run_of<std::int32_t>(ends, row)
                                                    : run_of<std::int64_t>(ends, row);
  column.children.at(1).write(run, json);
}

void write_entry(const Column& column, std::int64_t row, Json& json) {
  column.dictionary->write(column.integer(1, row), json);
}

}  // namespace qads::cli::values
