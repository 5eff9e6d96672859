// Writing a planned record: its tables, then buffer after buffer with its padding.
#include <cstring>

#include "arrow/bits.hpp"
#include "arrow/copy.hpp"
#include "arrow/plan.hpp"
#include "os/fault_point.hpp"

namespace qads::arrow {
namespace {

template <typename T, typename Value>
void store(std::byte* to, std::int64_t index, Value value) {
  const auto narrow = static_cast<T>(value);
  std::memcpy(to + index * static_cast<std::int64_t>(sizeof(T)), &narrow, sizeof(T));
}

// The last 64 bytes of what isn't empty become zeros, padding included, before the bytes themselves are written over them.
void zero_last_block(std::byte* to, std::uint64_t bytes) {
  std::memset(to + (bytes - 1) / layout::kBufferAlignment * layout::kBufferAlignment, 0, layout::kBufferAlignment);
}

// Inlined into functions for different processors, whose vectors it is compiled to.
template <typename T>
[[gnu::always_inline]] inline void rebase_each(std::byte* to, const std::byte* from, std::int64_t count,
                                               std::int64_t base) {
  for (std::int64_t i = 0; i < count; ++i) store<T>(to, i, load<T>(from, i) - static_cast<T>(base));
}

#if defined(__x86_64__)
template <typename T>
__attribute__((target("avx2"))) void rebase_avx2(std::byte* to, const std::byte* from, std::int64_t count,
                                                 std::int64_t base) {
  rebase_each<T>(to, from, count, base);
}
#endif

template <typename T>
void rebase(std::byte* to, const std::byte* from, std::int64_t count, std::int64_t base) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0) return rebase_avx2<T>(to, from, count, base);
#endif
  rebase_each<T>(to, from, count, base);
}

template <typename T>
void list_views(std::byte* to, const std::byte* from, const std::byte* sizes, std::int64_t rows, std::int64_t base,
                Validity valid) {
  for (std::int64_t i = 0; i < rows; ++i) {
    const bool used = load<T>(sizes, i) != 0 && valid(i);
    store<T>(to, i, used ? load<T>(from, i) - base : 0);
  }
}

template <typename T>
void clip_run_ends(std::byte* to, const std::byte* from, std::int64_t runs, std::int64_t first_row, std::int64_t rows) {
  for (std::int64_t i = 0; i + 1 < runs; ++i) store<T>(to, i, load<T>(from, i) - first_row);
  store<T>(to, runs - 1, rows);
}

}  // namespace

void Plan::write(const Sources& sources, std::byte* to, std::uint64_t offset, bool has_tables) const {
  if (!has_tables) write_tables(to, offset + table_bytes_);
  std::byte* const data = to + table_bytes_;
  const Streaming streaming = streaming_for(copied_);
  for (const PlannedBuffer *buffer = buffers_.data(), *end = buffer + buffer_count_; buffer < end; ++buffer) {
    if (buffer->work <= Work::kInPlace) continue;
    std::byte* const bytes = data + buffer->offset;
    zero_last_block(bytes, buffer->length);
    if (buffer->work == Work::kPlain) {
      copy_bytes(bytes, buffer->from, buffer->length, streaming);
    } else {
      fill(sources, *buffer, bytes);
    }
    QADS_FAULT_POINT("copy.half");
  }
  if (streaming == Streaming::kYes) finish_streaming();
}

void Plan::write_tables(std::byte* to, std::uint64_t data_offset) const {
  if (tables_.size() < table_bytes_) tables_.resize(table_bytes_);
  std::byte* at = tables_.data();
  zero_last_block(at, table_bytes_);
  const layout::RecordHeader header{.rows = nodes_.front().length,
                                    .node_count = static_cast<std::uint32_t>(nodes_.size()),
                                    .buffer_count = static_cast<std::uint32_t>(buffer_count_)};
  std::memcpy(at, &header, sizeof(header));
  at += sizeof(header);
  const std::size_t node_bytes = nodes_.size() * sizeof(layout::RecordNode);
  std::memcpy(at, nodes_.data(), node_bytes);
  at += node_bytes;
  for (const PlannedBuffer *buffer = buffers_.data(), *end = buffer + buffer_count_; buffer < end; ++buffer) {
    const std::uint64_t base = buffer->work > Work::kInPlace ? data_offset : 0;
    const layout::RecordBuffer entry{.offset = buffer->offset + base, .length = buffer->length};
    std::memcpy(at, &entry, sizeof(entry));
    at += sizeof(entry);
  }
  store_tables(to);
}

// Batches of one shape, one after the other in the same place, have the same tables. Where the memory says already what it
// should, it isn't written: its cache lines stay with the readers, and neither side waits for them.
void Plan::store_tables(std::byte* to) const {
  constexpr std::uint64_t kLine = layout::kBufferAlignment;
  std::uint64_t at = 0;
  while (at < table_bytes_ && std::memcmp(to + at, tables_.data() + at, kLine) == 0) at += kLine;
  std::memcpy(to + at, tables_.data() + at, table_bytes_ - at);
}

void Plan::fill(const Sources& sources, const PlannedBuffer& buffer, std::byte* to) const {
  const auto count = static_cast<std::int64_t>(buffer.length) / (buffer.width == 0 ? 1 : buffer.width);
  switch (buffer.work) {
    case Work::kAbsent:
    case Work::kInPlace:
    case Work::kPlain:
    case Work::kZeros:
      return;  // nothing to do, or done by the caller
    case Work::kBits:
      return copy_bits(to, buffer.from, buffer.value,
                       static_cast<std::int64_t>(nodes_[static_cast<std::size_t>(buffer.node)].length));
    case Work::kRebase:
      return buffer.width == 4 ? rebase<std::int32_t>(to, buffer.from, count, buffer.value)
                               : rebase<std::int64_t>(to, buffer.from, count, buffer.value);
    case Work::kListViews:
      return write_list_views(sources, buffer, to);
    case Work::kViews:
      return write_views(sources, buffer, to);
    case Work::kDense:
      return write_dense(sources, buffer, to);
    case Work::kRunEnds: {
      const std::int64_t rows = windows_[static_cast<std::size_t>(buffer.node) - 1].length;
      if (buffer.width == 2) return clip_run_ends<std::int16_t>(to, buffer.from, count, buffer.value, rows);
      return buffer.width == 4 ? clip_run_ends<std::int32_t>(to, buffer.from, count, buffer.value, rows)
                               : clip_run_ends<std::int64_t>(to, buffer.from, count, buffer.value, rows);
    }
  }
}

Validity Plan::valid_rows(const Sources& sources, const PlannedBuffer& buffer) const {
  const Source& source = sources.nodes()[buffer.node];
  const auto index = static_cast<std::size_t>(buffer.node);
  if (nodes_[index].null_count == 0) return {};
  return {.bits = source.address(0), .first = source.offset + windows_[index].start};
}

void Plan::write_list_views(const Sources& sources, const PlannedBuffer& buffer, std::byte* to) const {
  const Source& source = sources.nodes()[buffer.node];
  const auto index = static_cast<std::size_t>(buffer.node);
  const std::int64_t first = source.offset + windows_[index].start;
  const auto rows = static_cast<std::int64_t>(nodes_[index].length);
  const auto* sizes = source.address(2) + first * buffer.width;
  const Validity valid = valid_rows(sources, buffer);
  if (buffer.width == 4) {
    list_views<std::int32_t>(to, buffer.from, sizes, rows, buffer.value, valid);
  } else {
    list_views<std::int64_t>(to, buffer.from, sizes, rows, buffer.value, valid);
  }
}

void Plan::write_views(const Sources& sources, const PlannedBuffer& buffer, std::byte* to) const {
  const ViewWindow* windows = view_windows_.data() + buffer.value;
  const auto rows = static_cast<std::int64_t>(nodes_[static_cast<std::size_t>(buffer.node)].length);
  const Validity valid = valid_rows(sources, buffer);
  for (std::int64_t i = 0; i < rows; ++i) {
    std::byte* view = to + i * static_cast<std::int64_t>(kViewBytes);
    if (!valid(i)) {
      std::memset(view, 0, kViewBytes);
      continue;
    }
    std::memcpy(view, buffer.from + i * static_cast<std::int64_t>(kViewBytes), kViewBytes);
    if (const auto size = load<std::int32_t>(view, 0); size <= kInlineBytes) {
      const InlineMask mask = inline_mask(size);
      store<std::uint64_t>(view, 0, load<std::uint64_t>(view, 0) & mask.low);
      store<std::uint64_t>(view, 1, load<std::uint64_t>(view, 1) & mask.high);
      continue;
    }
    const ViewWindow& window = windows[load<std::int32_t>(view, 2)];
    store<std::int32_t>(view, 2, window.target);
    store<std::int32_t>(view, 3, load<std::int32_t>(view, 3) - window.low);
  }
}

void Plan::write_dense(const Sources& sources, const PlannedBuffer& buffer, std::byte* to) const {
  const NodeRule& rule = rules_[buffer.node];
  const Source& source = sources.nodes()[buffer.node];
  const auto index = static_cast<std::size_t>(buffer.node);
  const TypeIdTable& table = schema_->type_ids(rule);
  const std::byte* ids = source.address(0) + source.offset + windows_[index].start;
  const std::int64_t* bases = child_bases_.data() + buffer.value;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(nodes_[index].length); ++i) {
    const std::int8_t child = table[load<std::uint8_t>(ids, i)];  // planning found no other ids
    store<std::int32_t>(to, i, load<std::int32_t>(buffer.from, i) - bases[child]);
  }
}

}  // namespace qads::arrow
