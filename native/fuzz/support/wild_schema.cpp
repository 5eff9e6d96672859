#include "support/wild_schema.hpp"

#include <array>
#include <cstring>
#include <limits>

namespace qads_fuzz {
namespace {

constexpr int kDeepest = 4;
constexpr std::size_t kMostNodes = 24;
constexpr std::size_t kMostColumns = 4;

constexpr std::array kLeaves = {
    "n",   "b",   "c",   "C",   "s",       "S",    "i",   "I",   "l",    "L",     "e",          "f",         "g",
    "z",   "Z",   "u",   "U",   "vz",      "vu",   "w:0", "w:3", "w:16", "d:5,2", "d:9,0,32",   "d:18,9,64", "d:38,38",
    "tdD", "tdm", "tts", "ttn", "tss:UTC", "tsn:", "tDs", "tiM", "tiD",  "tin",   "d:76,-4,256"};
constexpr std::array kNested = {"+l", "+L", "+vl", "+vL", "+w:0", "+w:3", "+s", "+m", "+us:", "+ud:", "+r"};
constexpr std::array kRunEnds = {"s", "i", "l"};
constexpr std::array kBroken = {
    "",     "x",       "w:",    "w:-1", "w:2147483647", "w:99999999999", "d:",     "d:0,0",
    "d:39", "d:1,1,7", "+",     "+w:",  "+us:1,1",      "+us:128",       "+ud:-1", "+ud:,",
    "ts",   "tss",     "+w:-3", "vu\n", "+r+r",         "+us:0,1,2,3",   "+m:",    "d:5,2,128,"};

void release(ArrowSchema* schema) { schema->release = nullptr; }

void put_int(std::string& out, std::int32_t value) {
  std::array<char, sizeof value> bytes;
  std::memcpy(bytes.data(), &value, sizeof value);
  out.append(bytes.data(), bytes.size());
}

}  // namespace

WildSchema::WildSchema(Input& input) : input_(input) {
  const bool other_root = input_.take<std::uint8_t>() >= 252;
  make(other_root ? any_format(0) : "+s", 0);
  const Node& root = nodes_.front();
  if (root.c.dictionary != nullptr || root.format != "+s") lawful_ = false;
}

std::string WildSchema::any_format(int depth) {
  const auto kind = input_.take<std::uint8_t>();
  if (kind >= 254) {
    lawful_ = false;
    return input_.text(12);
  }
  if (kind >= 250) {
    lawful_ = false;
    return kBroken[input_.below(kBroken.size())];
  }
  if (kind >= 160 && depth < kDeepest && nodes_.size() < kMostNodes) return kNested[input_.below(kNested.size())];
  return kLeaves[kind % kLeaves.size()];
}

ArrowSchema* WildSchema::make_any(int depth) { return make(any_format(depth), depth); }

ArrowSchema* WildSchema::make(const std::string& format, int depth) {
  Node& node = begin(format);
  add_children(node, depth);
  return end(node, depth);
}

WildSchema::Node& WildSchema::begin(const std::string& format) {
  Node& node = nodes_.emplace_back();
  node.format = format;
  node.name = "c" + std::to_string(nodes_.size());
  return node;
}

ArrowSchema* WildSchema::end(Node& node, int depth) {
  const auto more = input_.take<std::uint8_t>();
  const bool index = node.format.size() == 1 && std::strchr("cCsSiIlL", node.format[0]) != nullptr;
  if (index && more % 4 == 1 && depth < kDeepest && nodes_.size() < kMostNodes) node.c.dictionary = make_any(depth + 1);
  if (more % 8 == 2) node.metadata = metadata();
  node.c.format = node.format.c_str();
  node.c.name = more % 16 == 3 ? nullptr : node.name.c_str();
  node.c.metadata = node.metadata.empty() ? nullptr : node.metadata.c_str();
  node.c.flags = more & 7;
  node.c.n_children = static_cast<std::int64_t>(node.children.size());
  node.c.children = node.children.data();
  node.c.release = &release;
  if (more >= 253) spoil(node);
  return &node.c;
}

void WildSchema::add_children(Node& node, int depth) {
  const auto add = [&](ArrowSchema* child) { node.children.push_back(child); };
  const std::string& format = node.format;
  if (format == "+s") {
    const std::uint32_t count = input_.below(kMostColumns + 1);
    for (std::uint32_t i = 0; i < count && nodes_.size() < kMostNodes; ++i) add(make_any(depth + 1));
  } else if (format == "+r") {
    add(make(kRunEnds[input_.below(kRunEnds.size())], kDeepest));  // too deep for a dictionary
    add(make_any(depth + 1));
  } else if (format == "+m") {
    Node& entries = begin("+s");
    for (int i = 0; i < 2; ++i) entries.children.push_back(make_any(depth + 1));
    add(end(entries, kDeepest));
  } else if (format == "+us:" || format == "+ud:") {
    add_union(node, depth);
  } else if (format.starts_with("+") && format.size() > 1) {
    add(make_any(depth + 1));
  }
}

void WildSchema::add_union(Node& node, int depth) {
  const std::uint32_t count = 1 + input_.below(3);
  std::string ids;
  for (std::uint32_t i = 0; i < count; ++i) {
    ids += (i == 0 ? "" : ",") + std::to_string(i * 40 + input_.below(40));
    node.children.push_back(make_any(depth + 1));
  }
  node.format += ids;
}

// Pairs of texts as the C Data interface has them; sometimes with lengths that say how wrong they are themselves. (One that
// claims more than is there can't be noticed: the interface has no length for the whole.)
std::string WildSchema::metadata() {
  std::string out;
  const std::uint32_t pairs = input_.below(3);
  if (input_.take<std::uint8_t>() >= 250) {
    lawful_ = false;
    put_int(out, input_.flag() ? -1 : 1);
    put_int(out, input_.flag() ? std::numeric_limits<std::int32_t>::min() : std::numeric_limits<std::int32_t>::max());
    return out;
  }
  put_int(out, static_cast<std::int32_t>(pairs));
  for (std::uint32_t i = 0; i < 2 * pairs; ++i) {
    const std::string text = input_.text(10);
    put_int(out, static_cast<std::int32_t>(text.size()));
    out += text;
  }
  return out;
}

void WildSchema::spoil(Node& node) {
  lawful_ = false;
  switch (input_.below(6)) {
    case 0:
      node.c.format = nullptr;
      break;
    case 1:
      node.c.release = nullptr;
      break;
    case 2:
      node.c.n_children = -input_.take<std::uint8_t>();
      break;
    case 3:
      node.c.children = nullptr;
      break;
    case 4:
      if (!node.children.empty()) node.children.front() = nullptr;
      break;
    default:
      node.children.push_back(nullptr);
      node.c.children = node.children.data();
      node.c.n_children = static_cast<std::int64_t>(node.children.size());
  }
}

}  // namespace qads_fuzz
