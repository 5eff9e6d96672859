// One column of a batch, and all that lies under it, as JSON values. Nothing in the batch is believed: each buffer is read
// within its length, each offset, index and type code is compared with what it points into. The core has checked lengths and
// counts, not what would cost a pass over the data.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "failure.hpp"
#include "json.hpp"
#include "qadataswap/qadataswap.h"

namespace qads::cli {

struct Column;
using WriteValue = void (*)(const Column& column, std::int64_t row, Json& json);

// How a format is written, and what its parameters are.
struct Format {
  WriteValue write = nullptr;
  bool nullable = true;                 // has a validity bitmap
  bool number = false;                  // for people: to be set right
  bool is_signed = true;                // integers
  std::int32_t width = 0;               // bytes of a value, an offset or an index; rows of a fixed-size list
  std::int32_t digits = 0;              // of a decimal's fraction, or of a unit of time: 10^-digits s
  std::vector<std::int8_t> codes = {};  // of a union's children
};
Format format_of(const ArrowSchema& field);

struct Column {
  std::string name;
  std::int64_t length = 0;
  Format format;
  std::span<const qads_buffer> buffers;
  std::vector<Column> children;
  std::unique_ptr<Column> dictionary;

  // null, or what the format makes of it. List views may name the same rows again and again, so that what they make can be
  // any size, whatever the segment's: throws Full in the middle of it.
  struct Full {};
  void write(std::int64_t row, Json& json) const;

  // Entry `at` of a buffer of this column.
  template <typename T>
  T load(std::size_t buffer, std::int64_t at) const {
    T value;
    std::memcpy(&value, bytes(buffer, at, sizeof(T), sizeof(T)), sizeof(T));
    return value;
  }
  // `count` bytes from at * stride on.
  const char* bytes(std::size_t buffer, std::int64_t at, std::int64_t stride, std::int64_t count) const;
  bool bit(std::size_t buffer, std::int64_t at) const;
  // Of 4 or 8 bytes, as the format's width says.
  std::int64_t offset(std::size_t buffer, std::int64_t at) const {
    return format.width == 4 ? load<std::int32_t>(buffer, at) : load<std::int64_t>(buffer, at);
  }
  // An integer of the format's width; an unsigned one of 8 bytes comes out as the signed one of the same bits.
  std::int64_t integer(std::size_t buffer, std::int64_t at) const;
  [[noreturn]] void damaged(const std::string& what) const;
};

// The columns of a batch of this schema; the batch must outlive them.
std::vector<Column> columns_of(const ArrowSchema& schema, const qads_flat_batch& batch);

}  // namespace qads::cli
