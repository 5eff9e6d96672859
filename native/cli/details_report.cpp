#include <algorithm>

#include "report.hpp"
#include "schema.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

double per_second(std::uint64_t before, std::uint64_t after, double seconds) {
  return after > before ? static_cast<double>(after - before) / seconds : 0;
}

std::uint64_t bytes_of(const qads_arena_info& info) { return info.bytes_copied + info.bytes_referenced; }

// What was dropped before it could be read moved the position too. Signed: a look may fall between the two figures' stores.
double reader_per_second(const qads_reader_state& before, const qads_reader_state& after, double seconds) {
  const auto moved = static_cast<std::int64_t>(after.position - before.position);
  const auto lost = static_cast<std::int64_t>(after.lost - before.lost);
  return moved > lost ? static_cast<double>(moved - lost) / seconds : 0;
}

// A reader is the same one if it sits in the same place since the same time.
double reader_rate(const Segment& before, const qads_reader_state& after, double seconds) {
  for (const qads_reader_state& reader : before.readers)
    if (reader.entry == after.entry && reader.attached_unix_ns == after.attached_unix_ns)
      return reader_per_second(reader, after, seconds);
  return 0;
}

class Lines {
 public:
  Lines& line(const char* title, const std::string& value) {
    constexpr std::size_t kTitle = 10;
    text_ += std::string(title) + std::string(kTitle - std::string(title).size(), ' ') + value + "\n";
    return *this;
  }
  std::string& text() { return text_; }

 private:
  std::string text_;
};

std::string writer_text(const Segment& segment) {
  const qads_arena_info& info = segment.info;
  const std::string pid = "process " + std::to_string(info.writer_pid) + " by its own account";
  const std::string state = state_of(segment);
  if (state == "live") return "live, " + pid;
  if (state == "finished") return "finished the stream (" + pid + ")";
  if (state == "closed") return "closed without finishing (" + pid + ")";
  return "died (" + pid + ")";
}

std::string policy_text(const qads_arena_info& info) {
  std::string text = std::string(overflow_of(info)) + ", lifetime " + lifetime_of(info);
  if (info.evict_after_ms > 0) text += ", evicts readers after " + duration_text(info.evict_after_ms * 1'000'000);
  return text;
}

std::string losses_text(const qads_arena_info& info) {
  return number_text(info.stalls, "stall", "stalls") + " (" +
         duration_text(static_cast<std::int64_t>(info.stalled_ns)) + " of waiting for room), " +
         number_text(info.dropped_batches, "batch", "batches") + " dropped, " +
         number_text(info.evicted_readers, "reader", "readers") + " evicted, " + std::to_string(info.reaped_readers) +
         " found dead, " + std::to_string(info.superseded_unread) + " unread when it took the name over";
}

std::string rates_text(const Rates& rates) {
  return "batches " + rate_text(rates.batches) + ", rows " + rate_text(rates.rows) + ", " +
         bytes_text(static_cast<std::uint64_t>(rates.bytes)) + "/s, dropped " + rate_text(rates.dropped) +
         ", writer stalled " + fixed(rates.stalled * 100, 0) + "% (over " + fixed(rates.seconds, 1) + " s)";
}

std::string schema_text(const ArrowSchema* schema) {
  if (schema == nullptr) return "schema    the writer has set none yet\n";
  std::string text =
      "schema    " + number_text(static_cast<std::uint64_t>(schema->n_children), "column", "columns") + "\n";
  for (std::int64_t i = 0; i < schema->n_children; ++i) {
    const ArrowSchema& field = *schema->children[i];
    text += "  " + printable(field.name) + ": " + type_text(field);
    text += (field.flags & ARROW_FLAG_NULLABLE) == 0 ? " not null\n" : "\n";
  }
  return text;
}

std::string reader_counts(const Details& details) {
  const std::int64_t alive = living_readers(details.segment);
  const auto dead = static_cast<std::int64_t>(details.segment.readers.size()) - alive;
  return std::to_string(alive) + " alive, " + (dead > 0 ? std::to_string(dead) + " dead, " : "") + "of at most " +
         std::to_string(details.segment.info.reader_capacity);
}

std::string readers_text(const Details& details) {
  const std::vector<qads_reader_state>& readers = details.segment.readers;
  std::string text = "readers   " + reader_counts(details) + "\n";
  if (readers.empty()) return text;
  Table table({{"ENTRY", true},
               {"STATE", false},
               {"PID", true},
               {"POSITION", true},
               {"LAG", true},
               {"HELD", true},
               {"OLDEST HELD", true},
               {"LOST", true},
               {"RATE", true},
               {"ATTACHED", false}});
  for (std::size_t i = 0; i < readers.size(); ++i) {
    const qads_reader_state& reader = readers[i];
    table.row({std::to_string(reader.entry), state_of(reader), std::to_string(reader.pid),
               std::to_string(reader.position), std::to_string(reader.lag), std::to_string(reader.held_batches),
               reader.held_batches == 0 ? "-" : duration_text(reader.oldest_held_ns), std::to_string(reader.lost),
               details.rates ? rate_text(details.rates->readers[i]) : "-", time_text(reader.attached_unix_ns)});
  }
  return text + table.render("  ");
}

void info_json(Json& json, const qads_arena_info& info) {
  json.field("uuid", uuid_of(info)).field("layout_major", info.layout_major).field("layout_minor", info.layout_minor);
  json.field("slots", info.slots).field("reader_capacity", info.reader_capacity);
  json.field("overflow", overflow_of(info)).field("lifetime", lifetime_of(info));
  json.field("writer_alive", info.writer_alive != 0).field("writer_pid", info.writer_pid);
  json.field("capacity", info.capacity).field("reserved_bytes", info.reserved_bytes);
  json.field("evict_after_ms", info.evict_after_ms).field("created_unix_ns", info.created_unix_ns);
  json.field("head", info.head).field("tail", info.tail).field("superseded_unread", info.superseded_unread);
  json.field("messages", info.messages).field("rows", info.rows);
  json.field("bytes_copied", info.bytes_copied).field("bytes_referenced", info.bytes_referenced);
  json.field("dropped_batches", info.dropped_batches).field("stalls", info.stalls);
  json.field("stalled_ns", info.stalled_ns).field("evicted_readers", info.evicted_readers);
  json.field("reaped_readers", info.reaped_readers);
}

void readers_json(Json& json, const Details& details) {
  json.key("readers").begin_array();
  for (std::size_t i = 0; i < details.segment.readers.size(); ++i) {
    const qads_reader_state& reader = details.segment.readers[i];
    json.begin_object().field("entry", reader.entry).field("state", state_of(reader));
    json.field("alive", reader.alive != 0).field("evicted", reader.evicted != 0).field("pid", reader.pid);
    json.field("attached_unix_ns", reader.attached_unix_ns).field("position", reader.position);
    json.field("lag", reader.lag).field("held_batches", reader.held_batches);
    json.field("oldest_held_ns", reader.oldest_held_ns).field("lost", reader.lost).key("batches_per_second");
    if (details.rates) {
      json.number(details.rates->readers[i]);
    } else {
      json.null();
    }
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void rates_json(Json& json, const std::optional<Rates>& rates) {
  json.key("rates");
  if (!rates) {
    json.null();
    return;
  }
  json.begin_object().field("seconds", rates->seconds).field("batches", rates->batches);
  json.field("messages", rates->messages).field("rows", rates->rows).field("bytes", rates->bytes);
  json.field("dropped", rates->dropped).field("stalls", rates->stalls).field("stalled", rates->stalled).end_object();
}

std::optional<Rates> rates_of(const Segment& before, const Segment& after, std::int64_t elapsed_ns) {
  if (!is_same(before.info, after.info) || elapsed_ns <= 0 || !before.is_known() || !after.is_known())
    return std::nullopt;
  const qads_arena_info& from = before.info;
  const qads_arena_info& to = after.info;
  const double seconds = static_cast<double>(elapsed_ns) / 1e9;
  Rates rates{};
  rates.seconds = seconds;
  rates.batches = per_second(from.head, to.head, seconds);
  rates.messages = per_second(from.messages, to.messages, seconds);
  rates.rows = per_second(from.rows, to.rows, seconds);
  rates.bytes = per_second(bytes_of(from), bytes_of(to), seconds);
  rates.dropped = per_second(from.dropped_batches, to.dropped_batches, seconds);
  rates.stalls = per_second(from.stalls, to.stalls, seconds);
  rates.stalled = std::min(1.0, per_second(from.stalled_ns, to.stalled_ns, seconds) / 1e9);
  for (const qads_reader_state& reader : after.readers) rates.readers.push_back(reader_rate(before, reader, seconds));
  return rates;
}

std::string details_text(const Details& details) {
  const Segment& segment = details.segment;
  const qads_arena_info& info = segment.info;
  Lines lines;
  lines.line("segment", segment.file.name + " in " + printable(details.directory) + ", created " +
                            time_text(info.created_unix_ns) + ", " + uuid_of(info));
  lines.line("writer", writer_text(segment));
  lines.line("policy", policy_text(info));
  lines.line("memory", bytes_text(segment.file.bytes) + " taken; data area " +
                           bytes_text(static_cast<std::uint64_t>(info.capacity)) + ", of which " +
                           bytes_text(info.reserved_bytes) + " has memory; " + std::to_string(info.slots) + " slots");
  lines.line("written",
             number_text(info.head, "batch", "batches") + " in " + number_text(info.messages, "message", "messages") +
                 ", " + number_text(info.rows, "row", "rows") + ", " + bytes_text(info.bytes_copied) + " copied and " +
                 bytes_text(info.bytes_referenced) + " in place; " + std::to_string(segment.file.unread) + " unread");
  lines.line("losses", losses_text(info));
  if (details.rates) lines.line("rates", rates_text(*details.rates));
  return lines.text() + schema_text(details.schema) + readers_text(details);
}

void details_json(Json& json, const Details& details) {
  const Segment& segment = details.segment;
  json.begin_object().field("name", segment.file.name).field("directory", details.directory);
  json.field("state", state_of(segment)).field("bytes", segment.file.bytes).field("unread", segment.file.unread);
  info_json(json, segment.info);
  rates_json(json, details.rates);
  json.key("schema");
  if (details.schema == nullptr) {
    json.null();
  } else {
    schema_json(json, *details.schema);
  }
  readers_json(json, details);
  json.end_object();
}

}  // namespace qads::cli
