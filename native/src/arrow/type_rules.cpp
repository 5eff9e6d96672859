#include "arrow/type_rules.hpp"

#include <algorithm>
#include <charconv>

namespace qads::arrow {
namespace {

// What follows a row's text in a format string.
enum class Parameter : std::uint8_t { kNone, kAnything, kWidth, kDecimal, kTypeIds };

struct Row {
  std::string_view text;  // the whole format, or all before the parameter
  Parameter parameter;
  TypeRule rule;
};

constexpr TypeRule fixed(std::int32_t width) {
  return {.layout = Layout::kFixed, .has_validity = true, .buffers = 2, .width = width};
}
constexpr TypeRule integer(std::int32_t width) {
  return {.layout = Layout::kFixed, .has_validity = true, .buffers = 2, .is_index = true, .width = width};
}
constexpr TypeRule variable(std::uint8_t offset_width) {
  return {.layout = Layout::kVariable, .has_validity = true, .buffers = 3, .offset_width = offset_width};
}
constexpr TypeRule list(std::uint8_t offset_width) {
  return {.layout = Layout::kList, .has_validity = true, .buffers = 2, .offset_width = offset_width, .children = 1};
}
constexpr TypeRule list_view(std::uint8_t offset_width) {
  return {.layout = Layout::kListView, .has_validity = true, .buffers = 3, .offset_width = offset_width, .children = 1};
}
constexpr TypeRule kMapRule = {
    .layout = Layout::kList, .has_validity = true, .buffers = 2, .offset_width = 4, .is_map = true, .children = 1};

constexpr Parameter kNone = Parameter::kNone;

// Every format of https://arrow.apache.org/docs/format/CDataInterface.html.
constexpr Row kRows[] = {
    {"n", kNone, {.layout = Layout::kNull}},
    {"b", kNone, {.layout = Layout::kBits, .has_validity = true, .buffers = 2}},
    {"c", kNone, integer(1)},
    {"C", kNone, integer(1)},
    {"s", kNone, integer(2)},
    {"S", kNone, integer(2)},
    {"i", kNone, integer(4)},
    {"I", kNone, integer(4)},
    {"l", kNone, integer(8)},
    {"L", kNone, integer(8)},
    {"e", kNone, fixed(2)},
    {"f", kNone, fixed(4)},
    {"g", kNone, fixed(8)},
    {"z", kNone, variable(4)},
    {"Z", kNone, variable(8)},
    {"u", kNone, variable(4)},
    {"U", kNone, variable(8)},
    {"vz", kNone, {.layout = Layout::kView, .has_validity = true, .buffers = 2}},
    {"vu", kNone, {.layout = Layout::kView, .has_validity = true, .buffers = 2}},
    {"d:", Parameter::kDecimal, fixed(16)},
    {"w:", Parameter::kWidth, fixed(0)},
    {"tdD", kNone, fixed(4)},
    {"tdm", kNone, fixed(8)},
    {"tts", kNone, fixed(4)},
    {"ttm", kNone, fixed(4)},
    {"ttu", kNone, fixed(8)},
    {"ttn", kNone, fixed(8)},
    {"tss:", Parameter::kAnything, fixed(8)},
    {"tsm:", Parameter::kAnything, fixed(8)},
    {"tsu:", Parameter::kAnything, fixed(8)},
    {"tsn:", Parameter::kAnything, fixed(8)},
    {"tDs", kNone, fixed(8)},
    {"tDm", kNone, fixed(8)},
    {"tDu", kNone, fixed(8)},
    {"tDn", kNone, fixed(8)},
    {"tiM", kNone, fixed(4)},
    {"tiD", kNone, fixed(8)},
    {"tin", kNone, fixed(16)},
    {"+l", kNone, list(4)},
    {"+L", kNone, list(8)},
    {"+vl", kNone, list_view(4)},
    {"+vL", kNone, list_view(8)},
    {"+w:", Parameter::kWidth, {.layout = Layout::kFixedSizeList, .has_validity = true, .buffers = 1, .children = 1}},
    {"+s", kNone, {.layout = Layout::kStruct, .has_validity = true, .buffers = 1, .children = kAnyChildren}},
    {"+m", kNone, kMapRule},
    {"+us:", Parameter::kTypeIds, {.layout = Layout::kSparseUnion, .buffers = 1, .children = kAnyChildren}},
    {"+ud:",
     Parameter::kTypeIds,
     {.layout = Layout::kDenseUnion, .buffers = 2, .offset_width = 4, .children = kAnyChildren}},
    {"+r", kNone, {.layout = Layout::kRunEndEncoded, .children = 2}},
};

// Takes one integer, and the comma before it unless it is the first, off the front of `text`.
bool take_int(std::string_view& text, bool first, std::int32_t& value) {
  if (!first) {
    if (text.empty() || text.front() != ',') return false;
    text.remove_prefix(1);
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool parse_decimal(std::string_view text, TypeRule& rule) {
  std::int32_t precision = 0;
  std::int32_t scale = 0;
  std::int32_t bits = 128;
  if (!take_int(text, true, precision) || !take_int(text, false, scale)) return false;
  if (!text.empty() && (!take_int(text, false, bits) || !text.empty())) return false;
  if (bits != 32 && bits != 64 && bits != 128 && bits != 256) return false;
  const std::int32_t most = bits == 32 ? 9 : bits == 64 ? 18 : bits == 128 ? 38 : 76;
  rule.width = bits / 8;
  return precision >= 1 && precision <= most;
}

bool parse_type_ids(std::string_view text, std::vector<std::int8_t>& ids) {
  while (!text.empty()) {
    std::int32_t id = 0;
    if (!take_int(text, ids.empty(), id) || id < 0 || id > 127) return false;
    const auto small = static_cast<std::int8_t>(id);
    if (std::find(ids.begin(), ids.end(), small) != ids.end()) return false;
    ids.push_back(small);
  }
  return true;
}

bool parse_parameter(const Row& row, std::string_view text, ParsedFormat& parsed) {
  switch (row.parameter) {
    case Parameter::kNone:
    case Parameter::kAnything:
      return true;
    case Parameter::kWidth:
      return take_int(text, true, parsed.rule.width) && text.empty() && parsed.rule.width >= 0;
    case Parameter::kDecimal:
      return parse_decimal(text, parsed.rule);
    case Parameter::kTypeIds:
      return parse_type_ids(text, parsed.type_ids);
  }
  return false;
}

}  // namespace

std::optional<ParsedFormat> parse_format(std::string_view format) {
  for (const Row& row : kRows) {
    const bool matches = row.parameter == kNone ? format == row.text : format.starts_with(row.text);
    if (!matches) continue;
    ParsedFormat parsed{.rule = row.rule, .type_ids = {}};
    if (!parse_parameter(row, format.substr(row.text.size()), parsed)) return std::nullopt;
    return parsed;
  }
  return std::nullopt;
}

}  // namespace qads::arrow
