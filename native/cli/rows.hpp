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
  // At most `most` rows of the batch come next, which must stay until they are done.
  void begin(const qads_flat_batch& batch, std::int64_t most);
  bool done() const { return row_ == end_; }
  // Some of them, after the titles if these are the first. What a batch says in all may be larger than any memory, because
  // list views and runs name the same values again and again.
  std::string next();

 private:
  std::string as_json();
  std::string as_text();
  std::string titles() const;

  const ArrowSchema& schema_;
  bool json_;
  bool titled_ = false;
  std::vector<std::size_t> widths_;
  std::vector<Column> columns_;
  std::int64_t row_ = 0;
  std::int64_t end_ = 0;
};

}  // namespace qads::cli
