#include <ctime>

#include "report.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

std::string age_text(std::int64_t since_unix_ns) {
  timespec now{};
  std::timespec_get(&now, TIME_UTC);
  return duration_text(std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec - since_unix_ns);
}

std::vector<std::string> known_row(const Segment& segment) {
  const qads_arena_info& info = segment.info;
  return {segment.file.name,
          state_of(segment),
          std::to_string(living_readers(segment)),
          std::to_string(info.head),
          std::to_string(segment.file.unread),
          bytes_text(segment.file.bytes),
          bytes_text(static_cast<std::uint64_t>(info.capacity)),
          age_text(info.created_unix_ns)};
}

std::vector<std::string> unknown_row(const Segment& segment) {
  const File& file = segment.file;
  return {shown_name(file), segment.error_kind, "-", "-", "-", bytes_text(file.bytes), "-", "-"};
}

void add_rates(std::vector<std::string>& row, const std::optional<Rates>& rates) {
  row.push_back(rates ? fixed(rates->batches, 1) : "-");
  row.push_back(rates ? fixed(rates->rows, 1) : "-");
  row.push_back(rates ? bytes_text(static_cast<std::uint64_t>(rates->bytes)) : "-");
}

void segment_json(Json& json, const Segment& segment, const std::optional<Rates>* rates) {
  const File& file = segment.file;
  json.begin_object().field("name", file.name).field("file", file.file).field("state", state_of(segment));
  json.field("bytes", file.bytes);
  if (segment.is_known()) {
    const qads_arena_info& info = segment.info;
    json.key("error").null();
    json.field("unread", file.unread).field("batches", info.head).field("messages", info.messages);
    json.field("rows", info.rows).field("readers", living_readers(segment)).field("capacity", info.capacity);
    json.field("slots", info.slots).field("overflow", overflow_of(info)).field("lifetime", lifetime_of(info));
    json.field("writer_alive", info.writer_alive != 0).field("writer_pid", info.writer_pid);
    json.field("created_unix_ns", info.created_unix_ns).field("uuid", uuid_of(info));
  } else {
    json.field("error", segment.error);
  }
  if (rates != nullptr) rates_json(json, *rates);
  json.end_object();
}

}  // namespace

std::string list_text(const std::string& directory, const std::vector<Segment>& segments, const AllRates& rates) {
  if (segments.empty()) return "no segments in " + printable(directory) + "\n";
  std::vector<Table::Column> columns{{"NAME", false},  {"STATE", false}, {"READERS", true}, {"BATCHES", true},
                                     {"UNREAD", true}, {"MEMORY", true}, {"OF", true},      {"AGE", true}};
  if (!rates.empty()) columns.insert(columns.end(), {{"BATCHES/S", true}, {"ROWS/S", true}, {"BYTES/S", true}});
  columns.push_back({"", false});
  Table table(columns);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    std::vector<std::string> row = segment.is_known() ? known_row(segment) : unknown_row(segment);
    if (!rates.empty()) add_rates(row, rates[i]);
    row.push_back(printable(segment.error));
    table.row(std::move(row));
  }
  return table.render("");
}

void list_json(Json& json, const std::string& directory, const std::vector<Segment>& segments, const AllRates& rates) {
  json.begin_object().field("directory", directory).key("segments").begin_array();
  for (std::size_t i = 0; i < segments.size(); ++i)
    segment_json(json, segments[i], rates.empty() ? nullptr : &rates[i]);
  json.end_array().end_object();
}

}  // namespace qads::cli
