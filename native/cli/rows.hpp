// The rows of batches as lines: JSON objects, or text in columns that keep their widths from batch to batch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "column.hpp"

namespace qads::cli {

class Rows {
 public:
  Rows(const ArrowSchema& schema, bool json) : schema_(schema), json_(json) {}
  // At most `most` rows of the batch, after the titles if these are the first.
  std::string render(const qads_flat_batch& batch, std::int64_t most);

 private:
  std::string as_json(const std::vector<Column>& columns, std::int64_t count) const;
  std::string as_text(const std::vector<Column>& columns, std::int64_t count);
  std::string titles(const std::vector<Column>& columns) const;

  const ArrowSchema& schema_;
  bool json_;
  bool titled_ = false;
  std::vector<std::size_t> widths_;
};

}  // namespace qads::cli
