// An ArrowSchema made of a fuzzer's bytes: mostly one that Arrow allows, with anything in it that a producer may get wrong.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "qadataswap/qadataswap.h"
#include "support/input.hpp"

namespace qads_fuzz {

class WildSchema {
 public:
  explicit WildSchema(Input& input);
  WildSchema(const WildSchema&) = delete;
  WildSchema& operator=(const WildSchema&) = delete;

  const ArrowSchema& root() const { return nodes_.front().c; }
  // Nothing was made wrong on purpose: the library must take it.
  bool lawful() const { return lawful_; }

 private:
  struct Node {
    ArrowSchema c{};
    std::string format;
    std::string name;
    std::string metadata;
    std::vector<ArrowSchema*> children;
  };

  ArrowSchema* make(const std::string& format, int depth);
  ArrowSchema* make_any(int depth);
  Node& begin(const std::string& format);
  ArrowSchema* end(Node& node, int depth);
  void add_children(Node& node, int depth);
  void add_union(Node& node, int depth);
  std::string any_format(int depth);
  std::string metadata();
  void spoil(Node& node);

  Input& input_;
  std::deque<Node> nodes_;
  bool lawful_ = true;
};

}  // namespace qads_fuzz
