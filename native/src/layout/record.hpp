// A batch as it lies in the data section: RecordHeader, nodes, buffers, then the bytes of the buffers that were copied,
// each 64-byte aligned and padded with zeros. Buffers written in place lie elsewhere in the data section. Nodes and buffers
// are in the order of qads_flat_batch (qadataswap.h).
#pragma once

#include <cstddef>
#include <cstdint>

namespace qads::layout {

constexpr std::uint64_t kBufferAlignment = 64;

struct RecordHeader {
  std::uint64_t rows;
  std::uint32_t node_count;
  std::uint32_t buffer_count;
};
static_assert(offsetof(RecordHeader, rows) == 0);
static_assert(offsetof(RecordHeader, node_count) == 8);
static_assert(offsetof(RecordHeader, buffer_count) == 12);
static_assert(sizeof(RecordHeader) == 16);

struct RecordNode {
  std::uint64_t length;
  std::uint64_t null_count;
  std::uint64_t buffer_count;
};
static_assert(offsetof(RecordNode, length) == 0);
static_assert(offsetof(RecordNode, null_count) == 8);
static_assert(offsetof(RecordNode, buffer_count) == 16);
static_assert(sizeof(RecordNode) == 24);

// An absent buffer has length 0 and offset kAbsent.
constexpr std::uint64_t kAbsent = ~std::uint64_t{0};
struct RecordBuffer {
  std::uint64_t offset;  // in the data section, a multiple of 64
  std::uint64_t length;  // bytes, without padding
};
static_assert(offsetof(RecordBuffer, offset) == 0);
static_assert(offsetof(RecordBuffer, length) == 8);
static_assert(sizeof(RecordBuffer) == 16);

}  // namespace qads::layout
