// An ArrowArray for a schema, made of a fuzzer's bytes. Well-typed as far as memory goes: every buffer is as large as its
// array's length and offset, and what lies in it, make a consumer believe; each in an allocation of its own, so that
// AddressSanitizer sees every byte too many. All else may be wrong: counts, contents, missing parts.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "arrow/type_rules.hpp"
#include "qadataswap/qadataswap.h"
#include "support/input.hpp"

namespace qads_fuzz {

class WildArray {
 public:
  // Throws std::length_error where a type's values are so large that the array would take all memory.
  // `flat`: for qads_writer_write_flat, whose buffers have lengths: offsets are 0, and contents may lie about other buffers.
  WildArray(const ArrowSchema& schema, Input& input, bool flat);
  WildArray(const WildArray&) = delete;
  WildArray& operator=(const WildArray&) = delete;

  ArrowArray& root() { return nodes_.front().c; }
  // Nothing was made wrong: the library must take it.
  bool lawful() const { return lawful_; }

  // The flat form; `shorten` cuts some buffers' lengths. Valid as long as this object.
  qads_flat_batch flat(bool shorten);

 private:
  struct Node {
    ArrowArray c{};
    bool view = false;
    std::vector<std::unique_ptr<unsigned char[]>> owned;
    std::vector<std::int64_t> lengths;
    std::vector<const void*> buffers;
    std::vector<ArrowArray*> children;
  };
  using Rule = qads::arrow::TypeRule;

  ArrowArray* make(const ArrowSchema& schema, std::int64_t rows);
  void fill(Node& node, const ArrowSchema& schema, const qads::arrow::ParsedFormat& parsed, std::int64_t end);
  void validity(Node& node, std::int64_t end);
  void variable(Node& node, const Rule& rule, std::int64_t end);
  void view(Node& node, std::int64_t end);
  void list(Node& node, const ArrowSchema& schema, const Rule& rule, std::int64_t end);
  void list_view(Node& node, const ArrowSchema& schema, const Rule& rule, std::int64_t end);
  void any_union(Node& node, const ArrowSchema& schema, const qads::arrow::ParsedFormat& parsed, std::int64_t end);
  void run_ends(Node& node, const ArrowSchema& schema, std::int64_t end);
  void add_child(Node& node, const ArrowSchema* schema, std::int64_t rows);
  void spoil(Node& node);

  // A buffer of just so many bytes, random from the input's (repeated).
  unsigned char* buffer(Node& node, std::int64_t bytes);
  // rows + 1 offsets into `total` things; lawful ones rise, others are anything up to `most`.
  void offsets(Node& node, int width, std::int64_t rows, std::int64_t total, std::int64_t most);
  bool wild() {
    const bool chosen = input_.take<std::uint8_t>() >= 248;
    if (chosen) lawful_ = false;
    return chosen;
  }

  Input& input_;
  bool flat_;
  std::deque<Node> nodes_;
  bool lawful_ = true;
  std::vector<qads_node> flat_nodes_;
  std::vector<qads_buffer> flat_buffers_;
};

}  // namespace qads_fuzz
