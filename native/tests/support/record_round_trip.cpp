#include "support/record_round_trip.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

#include "arrow/bits.hpp"
#include "arrow/scan.hpp"
#include "base/text.hpp"

namespace qads_test {

using qads::text;
using qads::arrow::Layout;
using qads::arrow::NodeRule;

CArray::CArray(const arrow::RecordBatch& batch) : ArrowArray{} {
  const arrow::Status status = arrow::ExportRecordBatch(batch, this);
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

CArray::CArray(const arrow::Array& array) : ArrowArray{} {
  const arrow::Status status = arrow::ExportArray(array, this);
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

CArray::~CArray() {
  if (release != nullptr) release(this);
}

CSchema::CSchema(const arrow::Schema& schema) : ArrowSchema{} {
  const arrow::Status status = arrow::ExportSchema(schema, this);
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

CSchema::~CSchema() {
  if (release != nullptr) release(this);
}

std::shared_ptr<const qads::arrow::Schema> core_schema(const arrow::Schema& schema) {
  const CSchema exported(schema);
  return qads::arrow::Schema::from_arrow(exported);
}

Memory::Memory(std::uint64_t size)
    : data_(static_cast<std::byte*>(::operator new(size, std::align_val_t{64}))), size_(size) {
  std::memset(data_, 0xA5, size);
}

Memory::~Memory() { ::operator delete(data_, std::align_val_t{64}); }

bool Record::same_bytes(const Record& other) const {
  return offset == other.offset && length == other.length &&
         std::memcmp(memory->data() + offset, other.memory->data() + offset, length) == 0;
}

qads_flat_batch Tables::flat() const {
  return {.node_count = static_cast<std::int64_t>(nodes.size()),
          .buffer_count = static_cast<std::int64_t>(buffers.size()),
          .nodes = nodes.data(),
          .buffers = buffers.data(),
          .lease = nullptr};
}

Tables read(const qads::arrow::Schema& schema, const Record& record) {
  Tables tables;
  qads::arrow::read_record(schema, record.section(), record.offset, record.length, tables.nodes, tables.buffers);
  return tables;
}

namespace {

bool all_zero(const std::byte* from, const std::byte* to) {
  return std::all_of(from, to, [](std::byte byte) { return byte == std::byte{0}; });
}

std::string bad_padding(const qads_buffer& buffer) {
  const auto address = reinterpret_cast<std::uintptr_t>(buffer.address);
  if (address % 64 != 0) return "isn't aligned";
  if (buffer.length == 0) return buffer.address == nullptr ? "" : "is empty, but not absent";
  const auto* end = static_cast<const std::byte*>(buffer.address) + buffer.length;
  if (!all_zero(end, end + (64 - buffer.length % 64) % 64)) return "has padding that isn't zero";
  return "";
}

std::string bad_bits(const qads_buffer& buffer, std::int64_t rows) {
  if (buffer.address == nullptr) return "";
  if (buffer.length != static_cast<std::int64_t>(qads::arrow::bitmap_bytes(rows))) return "has not just its rows' bits";
  const auto* bits = static_cast<const std::byte*>(buffer.address);
  if (qads::arrow::count_ones(bits, rows, 8 * buffer.length - rows) != 0) return "has bits set behind the last row";
  return "";
}

std::string bad_node(const NodeRule& rule, const qads_node& node, const qads_buffer* buffers) {
  for (std::int64_t b = 0; b < node.buffer_count; ++b) {
    const std::string bad = bad_padding(buffers[b]);
    if (!bad.empty()) return text("buffer ", b, " ", bad);
  }
  if (rule.has_validity) {
    if ((node.null_count > 0) != (buffers[0].address != nullptr)) return text("bitmap for ", node.null_count, " nulls");
    const std::string bad = bad_bits(buffers[0], node.length);
    if (!bad.empty()) return "the validity bitmap " + bad;
    if (node.null_count > 0 && qads::arrow::count_ones(static_cast<const std::byte*>(buffers[0].address), 0,
                                                       node.length) != node.length - node.null_count) {
      return "the null count isn't that of the bitmap";
    }
  }
  if (rule.layout == Layout::kBits) return bad_bits(buffers[1], node.length);
  if (rule.layout == Layout::kVariable || rule.layout == Layout::kList) {
    const auto* offsets = static_cast<const std::byte*>(buffers[1].address);
    if (qads::arrow::load_int(offsets, 0, rule.offset_width) != 0) return "its first offset isn't 0";
    if (buffers[1].length != (node.length + 1) * rule.offset_width) return "too many offsets";
    if (rule.layout == Layout::kVariable &&
        qads::arrow::load_int(offsets, node.length, rule.offset_width) != buffers[2].length) {
      return "more bytes than its offsets span";
    }
  }
  return "";
}

}  // namespace

std::string not_normal(const qads::arrow::Schema& schema, const Tables& tables) {
  const qads_buffer* buffers = tables.buffers.data();
  for (std::size_t i = 0; i < tables.nodes.size(); ++i) {
    const std::string bad = bad_node(schema.rules()[i], tables.nodes[i], buffers);
    if (!bad.empty()) return text(schema.path(static_cast<std::int32_t>(i)), ": ", bad);
    buffers += tables.nodes[i].buffer_count;
  }
  return "";
}

}  // namespace qads_test
