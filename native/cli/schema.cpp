#include "schema.hpp"

#include <array>
#include <string_view>

#include "failure.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

struct Named {
  std::string_view format;
  const char* name;
};

constexpr std::array kSimple{
    Named{"n", "null"},
    Named{"b", "bool"},
    Named{"c", "int8"},
    Named{"C", "uint8"},
    Named{"s", "int16"},
    Named{"S", "uint16"},
    Named{"i", "int32"},
    Named{"I", "uint32"},
    Named{"l", "int64"},
    Named{"L", "uint64"},
    Named{"e", "halffloat"},
    Named{"f", "float"},
    Named{"g", "double"},
    Named{"u", "string"},
    Named{"U", "large_string"},
    Named{"z", "binary"},
    Named{"Z", "large_binary"},
    Named{"vu", "string_view"},
    Named{"vz", "binary_view"},
    Named{"tdD", "date32[day]"},
    Named{"tdm", "date64[ms]"},
    Named{"tts", "time32[s]"},
    Named{"ttm", "time32[ms]"},
    Named{"ttu", "time64[us]"},
    Named{"ttn", "time64[ns]"},
    Named{"tDs", "duration[s]"},
    Named{"tDm", "duration[ms]"},
    Named{"tDu", "duration[us]"},
    Named{"tDn", "duration[ns]"},
    Named{"tiM", "month_interval"},
    Named{"tiD", "day_time_interval"},
    Named{"tin", "month_day_nano_interval"},
};

std::string unit_of(char letter) { return letter == 's' ? "s" : std::string(1, letter) + "s"; }

std::string timestamp(std::string_view format) {
  const std::string zone = printable(format.substr(4));
  return "timestamp[" + unit_of(format[2]) + (zone.empty() ? "" : ", tz=" + zone) + "]";
}

// "d:19,10" or "d:19,10,128": precision, scale, bits.
std::string decimal(std::string_view format) {
  std::string_view numbers = format.substr(2);
  const std::size_t comma = numbers.find(',');
  const std::size_t second = numbers.find(',', comma + 1);
  const std::string bits(second == std::string_view::npos ? "128" : numbers.substr(second + 1));
  return "decimal" + bits + "(" + std::string(numbers.substr(0, comma)) + ", " +
         std::string(numbers.substr(comma + 1, second == std::string_view::npos ? second : second - comma - 1)) + ")";
}

std::string children_text(const ArrowSchema& field) {
  std::string text = "<";
  for (std::int64_t i = 0; i < field.n_children; ++i) {
    const ArrowSchema& child = *field.children[i];
    if (i > 0) text += ", ";
    text += printable(child.name) + ": " + type_text(child);
    if ((child.flags & ARROW_FLAG_NULLABLE) == 0) text += " not null";
  }
  return text + ">";
}

std::string nested(const ArrowSchema& field, std::string_view format) {
  const std::string children = children_text(field);
  if (format == "+s") return "struct" + children;
  if (format == "+l") return "list" + children;
  if (format == "+L") return "large_list" + children;
  if (format == "+vl") return "list_view" + children;
  if (format == "+vL") return "large_list_view" + children;
  if (format == "+m") return "map" + children;
  if (format == "+r") return "run_end_encoded" + children;
  if (format.starts_with("+w:")) return "fixed_size_list" + children + "[" + std::string(format.substr(3)) + "]";
  if (format.starts_with("+ud:")) return "dense_union" + children;
  if (format.starts_with("+us:")) return "sparse_union" + children;
  return printable(format);
}

void field_json(Json& json, const ArrowSchema& field) {
  json.begin_object();
  json.field("name", field.name).field("type", type_text(field)).field("format", field.format);
  json.field("nullable", (field.flags & ARROW_FLAG_NULLABLE) != 0);
  if (field.n_children > 0) {
    json.key("children").begin_array();
    for (std::int64_t i = 0; i < field.n_children; ++i) field_json(json, *field.children[i]);
    json.end_array();
  }
  if (field.dictionary != nullptr) {
    json.key("dictionary");
    field_json(json, *field.dictionary);
  }
  json.end_object();
}

}  // namespace

Schema::Schema(qads_arena* arena) {
  const qads_status status = qads_arena_get_schema(arena, &schema_);
  if (status != QADS_ERR_NOT_FOUND) check(status);
}

Schema::~Schema() {
  if (schema_.release != nullptr) schema_.release(&schema_);
}

std::string type_text(const ArrowSchema& field) {
  const std::string_view format = field.format;
  if (field.dictionary != nullptr) {
    ArrowSchema index = field;
    index.dictionary = nullptr;
    return "dictionary<values=" + type_text(*field.dictionary) + ", indices=" + type_text(index) + ">";
  }
  for (const Named& simple : kSimple)
    if (simple.format == format) return simple.name;
  if (format.starts_with("ts")) return timestamp(format);
  if (format.starts_with("d:")) return decimal(format);
  if (format.starts_with("w:")) return "fixed_size_binary[" + std::string(format.substr(2)) + "]";
  return nested(field, format);
}

void schema_json(Json& json, const ArrowSchema& schema) {
  json.begin_array();
  for (std::int64_t i = 0; i < schema.n_children; ++i) field_json(json, *schema.children[i]);
  json.end_array();
}

}  // namespace qads::cli
