#include "arrow/flatten.hpp"

#include <algorithm>
#include <utility>

namespace qads::arrow {

Flattener::Flattener(std::shared_ptr<const Schema> schema, Region region)
    : sources_(schema), plan_(std::move(schema), region) {}

template <typename Batch>
void Flattener::plan_batch(const Batch& batch, std::int64_t row, std::int64_t rows) {
  sources_.begin(batch);
  plan_.lay_out(sources_, row, rows);
}

void Flattener::plan(const ArrowArray& batch, std::int64_t row, std::int64_t rows) { plan_batch(batch, row, rows); }

void Flattener::plan(const qads_flat_batch& batch, std::int64_t row, std::int64_t rows) {
  plan_batch(batch, row, rows);
}

std::int64_t Flattener::rows_that_fit(const ArrowArray& batch, std::int64_t row, std::uint64_t max_bytes) {
  return search_rows(batch, row, max_bytes);
}

std::int64_t Flattener::rows_that_fit(const qads_flat_batch& batch, std::int64_t row, std::uint64_t max_bytes) {
  return search_rows(batch, row, max_bytes);
}

template <typename Batch>
std::int64_t Flattener::search_rows(const Batch& batch, std::int64_t row, std::uint64_t max_bytes) {
  sources_.begin(batch);
  const auto bytes_of = [&](std::int64_t rows) {
    plan_batch(batch, row, rows);
    return plan_.record_bytes();
  };
  std::int64_t too_many = sources_.nodes()[0].length - row;
  std::uint64_t too_large = bytes_of(too_many);
  if (too_large <= max_bytes) return too_many;
  const std::int64_t close_enough = too_many / 1024;
  std::int64_t fitting = 0;
  std::uint64_t fitting_bytes = bytes_of(0);
  if (fitting_bytes > max_bytes) return 0;
  // Most batches have rows of about one size: guess by proportion, and halve in turns so that others get there too.
  for (bool guess = true; too_many - fitting > std::max<std::int64_t>(1, fitting == 0 ? 1 : close_enough);
       guess = !guess) {
    std::int64_t rows = fitting + (too_many - fitting) / 2;
    if (guess) {
      const double share =
          static_cast<double>(max_bytes - fitting_bytes) / static_cast<double>(too_large - fitting_bytes);
      rows = fitting + static_cast<std::int64_t>(share * static_cast<double>(too_many - fitting));
      rows = std::clamp(rows, fitting + 1, too_many - 1);
    }
    const std::uint64_t bytes = bytes_of(rows);
    if (bytes <= max_bytes) {
      fitting = rows;
      fitting_bytes = bytes;
    } else {
      too_many = rows;
      too_large = bytes;
    }
  }
  return fitting;
}

}  // namespace qads::arrow
