// What a record will hold, worked out from a loaded batch: its nodes, its buffers, and the work that fills each of them.
// All tables are reused, so that planning batches of a shape seen before allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "arrow/scan.hpp"
#include "arrow/sources.hpp"
#include "layout/record.hpp"

namespace qads::arrow {

// Memory that may be referred to instead of copied: the writer's data area. {nullptr, 0}: none, copy everything.
struct Region {
  const std::byte* base = nullptr;
  std::uint64_t size = 0;
};

// How a buffer of the record comes about.
enum class Work : std::uint8_t {
  kAbsent,     // it has no bytes
  kInPlace,    // it lies in the data section already
  kPlain,      // the bytes as they are
  kZeros,      // nothing but zeros: the one offset of an empty array
  kBits,       // a bitmap, from bit `value` on
  kRebase,     // offsets, less `value`
  kListViews,  // offsets, less `value`, or sizes; 0 where a row is null or empty
  kViews,      // views into the buffers described from view_windows[value] on; zeros behind short values
  kDense,      // offsets of a dense union, less child_bases[value + child]
  kRunEnds,    // run ends, less `value`, the last one the parent's length
};

// One buffer of the record, and the work that fills it.
struct PlannedBuffer {
  const std::byte* from;
  std::uint64_t offset;  // behind the record's tables; kInPlace: in the data section; kAbsent: layout::kAbsent
  std::uint64_t length;  // without padding
  std::int32_t node;
  std::uint8_t width;  // of one offset or run end
  Work work;
  std::int64_t value;
};

// Rows of a node that the record takes, counted as its parent does: before the node's own offset is added.
struct Window {
  std::int64_t start;
  std::int64_t length;
};

// What becomes of one data buffer of a view array.
struct ViewWindow {
  std::int64_t low;     // bytes before it are left out
  std::int32_t target;  // its number in the record; -1: nothing refers to it
};

class Plan {
 public:
  Plan(std::shared_ptr<const Schema> schema, Region region);
  void set_region(Region region) { region_ = region; }

  // Rows [row, row + rows). Throws kInvalid, naming field and numbers.
  // `sources` has begun with the batch; its columns are loaded on the way.
  void lay_out(Sources& sources, std::int64_t row, std::int64_t rows);

  // Changes when the record's tables do: records of one shape in the same place have the same tables. Never 0.
  std::uint64_t shape() const { return shape_; }

  // Copies and everything else that fills the record at `to`; it lies at `offset` in the data section. `has_tables`: the
  // place holds a record of this shape already.
  void write(const Sources& sources, std::byte* to, std::uint64_t offset, bool has_tables) const;

  std::uint64_t table_bytes() const { return table_bytes_; }
  std::uint64_t record_bytes() const { return table_bytes_ + data_bytes_; }
  const std::vector<layout::RecordBuffer>& references() const { return references_; }
  const std::vector<qads_column_report>& columns() const { return columns_; }
  std::uint64_t bytes_copied() const { return copied_; }
  std::uint64_t bytes_referenced() const { return referenced_; }

 private:
  // A node at work: what lay_out's steps hand to one another.
  struct Node {
    std::int32_t index;
    const NodeRule& rule;
    const Source& source;
    std::int64_t first;  // first row, counted in the buffers
    std::int64_t rows;
    std::int64_t nulls;
  };

  bool repeat(std::int64_t row, std::int64_t rows);
  void lay_out_batch(std::int64_t row, std::int64_t rows);
  void lay_out_column(std::int32_t column, std::int32_t node, Window window);
  const std::byte* fixed_values(std::int32_t column, std::int32_t node, Window window) const;
  std::int32_t lay_out_fixed(std::int32_t column, std::int32_t node, Window window);
  void lay_out_node(std::int32_t index);
  void grow_buffers(std::size_t most);
  void validity(Node& node);
  void bits(const Node& node);
  void fixed(const Node& node);
  void run_ends(const Node& node);
  void variable(const Node& node);
  void view(const Node& node);
  void list(const Node& node);
  void list_view(const Node& node);
  void fixed_size_list(const Node& node);
  void sparse_union(const Node& node);
  void dense_union(const Node& node);
  void run_end_encoded(const Node& node);

  OffsetScan offsets(const Node& node);
  void children_row_by_row(const Node& node);
  void check_rows(std::int32_t child, std::int64_t needed) const;
  const std::byte* need(const Node& node, int buffer, std::int64_t end, std::int64_t width) const;
  Validity valid(const Node& node) const;

  void absent() { *next_buffer_++ = {nullptr, layout::kAbsent, 0, 0, 0, Work::kAbsent, 0}; }
  void bitmap(const Node& node, int buffer);
  void plain(const Node& node, const std::byte* from, std::uint64_t bytes);
  bool refer(const std::byte* from, std::uint64_t bytes, std::int32_t& reason);
  std::uint64_t region_offset(const std::byte* from) const {
    return reinterpret_cast<std::uintptr_t>(from) - reinterpret_cast<std::uintptr_t>(region_.base);
  }
  bool in_region(const std::byte* from) const { return region_offset(from) < region_.size; }
  PlannedBuffer& copied(const Node& node, Work work, const std::byte* from, std::uint64_t bytes, std::int32_t reason);

  void write_tables(std::byte* to, std::uint64_t data_offset) const;
  void store_tables(std::byte* to) const;
  void fill(const Sources& sources, const PlannedBuffer& buffer, std::byte* to) const;
  void write_list_views(const Sources& sources, const PlannedBuffer& buffer, std::byte* to) const;
  void write_views(const Sources& sources, const PlannedBuffer& buffer, std::byte* to) const;
  void write_dense(const Sources& sources, const PlannedBuffer& buffer, std::byte* to) const;
  Validity valid_rows(const Sources& sources, const PlannedBuffer& buffer) const;

  [[noreturn, gnu::cold, gnu::noinline]] void fail(std::int32_t index, const std::string& what) const;
  [[noreturn, gnu::cold, gnu::noinline]] void fail_short(const Node& node, int buffer, std::int64_t end,
                                                         std::int64_t width) const;
  [[noreturn, gnu::cold, gnu::noinline]] void fail_rows(std::int32_t child, std::int64_t needed) const;
  [[noreturn, gnu::cold, gnu::noinline]] void fail_offsets(const Node& node, const std::byte* from,
                                                           std::int64_t row) const;

  std::shared_ptr<const Schema> schema_;
  const NodeRule* rules_;
  Region region_;

  Sources* sources_ = nullptr;   // while lay_out runs
  std::vector<Window> windows_;  // not of fixed columns
  std::vector<layout::RecordNode> nodes_;
  std::vector<PlannedBuffer> buffers_;  // as many as there may be; those in use end at buffer_count_
  PlannedBuffer* next_buffer_ = nullptr;
  std::size_t buffer_count_ = 0;
  std::vector<Extent> extents_;        // scratch of one node
  std::vector<std::int64_t> lengths_;  // likewise
  std::vector<ViewWindow> view_windows_;
  std::vector<std::int64_t> child_bases_;

  mutable std::vector<std::byte> tables_;  // scratch of write
  std::vector<layout::RecordBuffer> references_;
  std::vector<qads_column_report> columns_;
  std::int32_t reason_ = QADS_COPY_NONE;
  std::uint64_t shape_ = 0;
  bool repeatable_ = false;  // all columns of the last plan were what fixed_values() knows
  std::uint64_t table_bytes_ = 0;
  std::uint64_t data_bytes_ = 0;
  std::uint64_t copied_ = 0;
  std::uint64_t referenced_ = 0;
};

}  // namespace qads::arrow
