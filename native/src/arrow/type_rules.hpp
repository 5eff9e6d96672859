// What a type is to this library: which buffers it has and how rows map to them. One table (type_rules.cpp) turns format
// strings of the Arrow C Data interface into rules; flattening, rebuilding and checking know only the rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace qads::arrow {

enum class Layout : std::uint8_t {
  kNull,           // no buffers: every row is null
  kBits,           // validity, one bit a row
  kFixed,          // validity, `width` bytes a row
  kRunEnds,        // kFixed, but the first child of a run-end encoded array: its values are row numbers of the parent
  kVariable,       // validity, rows + 1 offsets, bytes
  kView,           // validity, 16 bytes a row, then any number of data buffers
  kList,           // validity, rows + 1 offsets into the child
  kListView,       // validity, offsets and sizes into the child
  kFixedSizeList,  // validity; `width` rows of the child a row
  kStruct,         // validity; a row of every child a row
  kSparseUnion,    // type ids; a row of every child a row
  kDenseUnion,     // type ids, 32-bit offsets into the child that the type id means
  kRunEndEncoded,  // nothing of its own; children: run ends, values
};

struct TypeRule {
  Layout layout = Layout::kNull;
  bool has_validity = false;      // the first buffer is a validity bitmap
  std::uint8_t buffers = 0;       // in a record and in the flat form; kView: without its data buffers
  std::uint8_t offset_width = 0;  // bytes of one offset (and size), 0 without offsets
  bool is_index = false;          // an integer: may have a dictionary
  bool is_map = false;            // kList whose child must be a struct of two
  std::int8_t children = 0;       // exact number; kAnyChildren
  std::int32_t width = 0;         // kFixed, kRunEnds: bytes a row; kFixedSizeList: child rows a row
};

constexpr std::int8_t kAnyChildren = -1;   // struct: as many as the schema has; union: as many as the format has ids
constexpr std::size_t kViewBytes = 16;     // one entry of a view buffer
constexpr std::int32_t kInlineBytes = 12;  // a view this short holds its bytes itself

struct ParsedFormat {
  TypeRule rule;
  std::vector<std::int8_t> type_ids;  // of a union, in the order of its children
};

// nullopt: the Arrow C Data interface doesn't define this format.
std::optional<ParsedFormat> parse_format(std::string_view format);

}  // namespace qads::arrow
