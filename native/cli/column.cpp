#include "column.hpp"

#include "interrupt.hpp"

namespace qads::cli {
namespace {

// Takes nodes and buffers off a batch in pre-order.
class Flat {
 public:
  explicit Flat(const qads_flat_batch& batch)
      : nodes_(batch.nodes, static_cast<std::size_t>(batch.node_count)),
        buffers_(batch.buffers, static_cast<std::size_t>(batch.buffer_count)) {}

  Column take(const ArrowSchema& field) {
    if (nodes_.empty() || nodes_.front().buffer_count < 0 ||
        static_cast<std::uint64_t>(nodes_.front().buffer_count) > buffers_.size())
      throw Failure(kDamaged, "a batch has fewer nodes or buffers than its schema");
    Column column;
    column.name = field.name;
    column.length = nodes_.front().length;
    column.format = format_of(field);
    const auto own = static_cast<std::size_t>(nodes_.front().buffer_count);
    column.buffers = buffers_.first(own);
    nodes_ = nodes_.subspan(1);
    buffers_ = buffers_.subspan(own);
    for (std::int64_t i = 0; i < field.n_children; ++i) column.children.push_back(take(*field.children[i]));
    if (field.dictionary != nullptr) column.dictionary = std::make_unique<Column>(take(*field.dictionary));
    return column;
  }

 private:
  std::span<const qads_node> nodes_;
  std::span<const qads_buffer> buffers_;
};

}  // namespace

void Column::write(std::int64_t row, Json& json) const {
  if (row < 0 || row >= length) damaged("row " + std::to_string(row) + " of " + std::to_string(length));
  if (json.is_full()) throw Full{};
  if (interrupted()) throw Interrupted{};
  if (format.nullable && buffers[0].address != nullptr && !bit(0, row)) {
    json.null();
  } else {
    format.write(*this, row, json);
  }
}

const char* Column::bytes(std::size_t buffer, std::int64_t at, std::int64_t stride, std::int64_t count) const {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  if (buffer >= buffers.size() || at < 0 || count < 0 || __builtin_mul_overflow(at, stride, &begin) ||
      __builtin_add_overflow(begin, count, &end) || end > buffers[buffer].length)
    damaged("entry " + std::to_string(at) + " of buffer " + std::to_string(buffer) + " lies outside of it");
  // Nothing may lie at a null address.
  return count == 0 ? "" : static_cast<const char*>(buffers[buffer].address) + begin;
}

bool Column::bit(std::size_t buffer, std::int64_t at) const {
  return (static_cast<unsigned char>(*bytes(buffer, at / 8, 1, 1)) >> (at % 8) & 1) != 0;
}

std::int64_t Column::integer(std::size_t buffer, std::int64_t at) const {
  switch (format.width) {
    case 1:
      return format.is_signed ? std::int64_t{load<std::int8_t>(buffer, at)} : load<std::uint8_t>(buffer, at);
    case 2:
      return format.is_signed ? std::int64_t{load<std::int16_t>(buffer, at)} : load<std::uint16_t>(buffer, at);
    case 4:
      return format.is_signed ? std::int64_t{load<std::int32_t>(buffer, at)} : load<std::uint32_t>(buffer, at);
    default:
      return load<std::int64_t>(buffer, at);
  }
}

void Column::damaged(const std::string& what) const {
  throw Failure(kDamaged, "column '" + name + "': " + what + ": the writer wrote what can't be read");
}

std::vector<Column> columns_of(const ArrowSchema& schema, const qads_flat_batch& batch) {
  return std::move(Flat(batch).take(schema).children);
}

}  // namespace qads::cli
