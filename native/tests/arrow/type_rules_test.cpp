#include "arrow/type_rules.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace {

using qads::arrow::Layout;
using qads::arrow::parse_format;
using qads::arrow::ParsedFormat;

ParsedFormat parsed(const char* format) {
  const std::optional<ParsedFormat> result = parse_format(format);
  EXPECT_TRUE(result) << format;
  return result.value_or(ParsedFormat{});
}

TEST(TypeRules, KnowEveryFixedWidthFormat) {
  const struct {
    const char* format;
    int width;
  } cases[] = {
      {"c", 1},           {"C", 1},      {"s", 2},         {"S", 2},          {"i", 4},       {"I", 4},
      {"l", 8},           {"L", 8},      {"e", 2},         {"f", 4},          {"g", 8},       {"w:7", 7},
      {"w:0", 0},         {"d:9,2", 16}, {"d:9,-2,32", 4}, {"d:18,0,64", 8},  {"d:38,5", 16}, {"d:38,5,128", 16},
      {"d:76,5,256", 32}, {"tdD", 4},    {"tdm", 8},       {"tts", 4},        {"ttm", 4},     {"ttu", 8},
      {"ttn", 8},         {"tss:", 8},   {"tsm:UTC", 8},   {"tsu:+05:30", 8}, {"tsn:a:b", 8}, {"tDs", 8},
      {"tDm", 8},         {"tDu", 8},    {"tDn", 8},       {"tiM", 4},        {"tiD", 8},     {"tin", 16}};
  for (const auto& each : cases) {
    const qads::arrow::TypeRule rule = parsed(each.format).rule;
    EXPECT_EQ(rule.layout, Layout::kFixed) << each.format;
    EXPECT_EQ(rule.width, each.width) << each.format;
    EXPECT_EQ(rule.buffers, 2) << each.format;
    EXPECT_EQ(rule.children, 0) << each.format;
  }
}

TEST(TypeRules, KnowEveryOtherFormat) {
  const struct {
    const char* format;
    Layout layout;
    int buffers;
    int offset_width;
    int children;
  } cases[] = {{"n", Layout::kNull, 0, 0, 0},
               {"b", Layout::kBits, 2, 0, 0},
               {"z", Layout::kVariable, 3, 4, 0},
               {"Z", Layout::kVariable, 3, 8, 0},
               {"u", Layout::kVariable, 3, 4, 0},
               {"U", Layout::kVariable, 3, 8, 0},
               {"vz", Layout::kView, 2, 0, 0},
               {"vu", Layout::kView, 2, 0, 0},
               {"+l", Layout::kList, 2, 4, 1},
               {"+L", Layout::kList, 2, 8, 1},
               {"+vl", Layout::kListView, 3, 4, 1},
               {"+vL", Layout::kListView, 3, 8, 1},
               {"+w:3", Layout::kFixedSizeList, 1, 0, 1},
               {"+s", Layout::kStruct, 1, 0, -1},
               {"+m", Layout::kList, 2, 4, 1},
               {"+r", Layout::kRunEndEncoded, 0, 0, 2},
               {"+us:0,1", Layout::kSparseUnion, 1, 0, -1},
               {"+ud:5", Layout::kDenseUnion, 2, 4, -1},
               {"+ud:", Layout::kDenseUnion, 2, 4, -1}};
  for (const auto& each : cases) {
    const qads::arrow::TypeRule rule = parsed(each.format).rule;
    EXPECT_EQ(rule.layout, each.layout) << each.format;
    EXPECT_EQ(rule.buffers, each.buffers) << each.format;
    EXPECT_EQ(rule.offset_width, each.offset_width) << each.format;
    EXPECT_EQ(rule.children, each.children) << each.format;
  }
  EXPECT_TRUE(parsed("+m").rule.is_map);
  EXPECT_EQ(parsed("+us:7,0,127").type_ids, (std::vector<std::int8_t>{7, 0, 127}));
}

TEST(TypeRules, RefuseWhatTheInterfaceDoesNotDefine) {
  for (const std::string format : {"",          "x",       "nn",     "ll",         "b ",
                                   "w:",        "w:-1",    "w:x",    "w:3x",       "w:99999999999",
                                   "d:",        "d:5",     "d:5,",   "d:5,2,",     "d:5,2,16",
                                   "d:10,2,32", "d:39,0",  "d:0,0",  "d:77,0,256", "d:5,2,128,1",
                                   "td",        "tdx",     "tss",    "tsx:",       "tt",
                                   "ti",        "+",       "+w:",    "+w:-1",      "+x",
                                   "+us",       "+us:128", "+us:-1", "+us:1,1",    "+us:1,",
                                   "+ud:a",     "+ll",     "v",      "vx",         "+v",
                                   "uu"}) {
    EXPECT_FALSE(parse_format(format)) << "'" << format << "'";
  }
}

}  // namespace
