#include "arrow/known_records.hpp"

#include <cstring>

namespace qads::arrow {
namespace {

// Bounds what a reader keeps: 16 times about twice a kilobyte.
constexpr std::uint32_t kSlots = 16;
constexpr std::uint64_t kMostBytes = 1024;

std::uint64_t table_bytes(const std::vector<qads_node>& nodes, const std::vector<qads_buffer>& buffers) {
  return sizeof(layout::RecordHeader) + nodes.size() * sizeof(layout::RecordNode) +
         buffers.size() * sizeof(layout::RecordBuffer);
}

}  // namespace

void KnownRecords::read(const Schema& schema, DataSection data, std::uint32_t slot, std::uint64_t offset,
                        std::uint64_t length, std::vector<qads_node>& nodes, std::vector<qads_buffer>& buffers) {
  if (slot >= kSlots || !schema.tables_say_all()) return read_record(schema, data, offset, length, nodes, buffers);
  if (slots_.size() <= slot) slots_.resize(slot + std::size_t{1});
  Known& known = slots_[slot];
  // The place was found to be inside of the data section. Whoever changes the bytes while they are compared gets what he had
  // there before, or a proper look.
  if (known.offset == offset && known.length == length && !known.tables.empty() &&
      std::memcmp(known.tables.data(), data.base + offset, known.tables.size()) == 0) {
    nodes = known.nodes;
    buffers = known.buffers;
    return;
  }
  known.tables.clear();
  read_record(schema, data, offset, length, nodes, buffers);
  const std::uint64_t bytes = table_bytes(nodes, buffers);
  if (bytes > kMostBytes) return;
  known = {.offset = offset,
           .length = length,
           .tables = {data.base + offset, data.base + offset + bytes},
           .nodes = nodes,
           .buffers = buffers};
}

}  // namespace qads::arrow
