// From an ArrowArray (any type, any offset at any level) to a record in normal form: offset 0 everywhere, byte-aligned
// bitmaps, offsets that begin at 0, 64-byte aligned buffers, zeroed padding. Two steps, because the writer must know the
// size before it can find room: plan() looks and measures, write() copies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "arrow/plan.hpp"
#include "arrow/schema.hpp"
#include "arrow/sources.hpp"
#include "layout/record.hpp"

namespace qads::arrow {

class Flattener {
 public:
  Flattener(std::shared_ptr<const Schema> schema, Region region);
  // For the plans that follow; {} copies everything.
  void set_region(Region region) { plan_.set_region(region); }

  // Rows [row, row + rows) of the batch. Reads the array and checks it; throws kInvalid naming the field and the numbers.
  // The array must stay as it is until write(). A batch of a shape seen before allocates nothing.
  void plan(const ArrowArray& batch, std::int64_t row, std::int64_t rows);
  void plan(const qads_flat_batch& batch, std::int64_t row, std::int64_t rows);

  // How many rows from `row` on fit into a record of at most max_bytes: all of them if they do, else the most, to within a
  // thousandth of the rows asked about; 0 if not even one fits. Costs some plans, and leaves that of an unspecified
  // number of rows: plan() afterwards.
  std::int64_t rows_that_fit(const ArrowArray& batch, std::int64_t row, std::uint64_t max_bytes);
  std::int64_t rows_that_fit(const qads_flat_batch& batch, std::int64_t row, std::uint64_t max_bytes);

  // Bytes of the record: tables and copied buffers. A multiple of 64.
  std::uint64_t record_bytes() const { return plan_.record_bytes(); }
  // Buffers that the planned record refers to in place: offset and length in the region.
  const std::vector<layout::RecordBuffer>& references() const { return plan_.references(); }

  // As Plan::shape() and table_bytes().
  std::uint64_t shape() const { return plan_.shape(); }
  std::uint64_t table_bytes() const { return plan_.table_bytes(); }

  // Writes the record to `to` (64-byte aligned, record_bytes() long), which lies at `offset` in the data section.
  // `has_tables`: a record of this shape lies there already.
  void write(std::byte* to, std::uint64_t offset, bool has_tables = false) const {
    plan_.write(sources_, to, offset, has_tables);
  }

  // What the planned record copies and refers to, a column each.
  const std::vector<qads_column_report>& columns() const { return plan_.columns(); }
  std::uint64_t bytes_copied() const { return plan_.bytes_copied(); }
  std::uint64_t bytes_referenced() const { return plan_.bytes_referenced(); }

 private:
  template <typename Batch>
  void plan_batch(const Batch& batch, std::int64_t row, std::int64_t rows);
  template <typename Batch>
  std::int64_t search_rows(const Batch& batch, std::int64_t row, std::uint64_t max_bytes);

  Sources sources_;
  Plan plan_;
};

}  // namespace qads::arrow
