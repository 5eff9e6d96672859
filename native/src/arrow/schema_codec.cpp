#include "arrow/schema_codec.hpp"

#include <cstring>
#include <string>

#include "base/error.hpp"
#include "base/text.hpp"

namespace qads::arrow {
namespace {

constexpr std::uint32_t kCodecVersion = 1;
constexpr std::size_t kPadding = 8;

template <typename T>
void put(std::vector<std::byte>& out, T value) {
  const std::size_t at = out.size();
  out.resize(at + sizeof(T));
  std::memcpy(out.data() + at, &value, sizeof(T));
}

void put_text(std::vector<std::byte>& out, const std::string& value) {
  const auto* bytes = reinterpret_cast<const std::byte*>(value.data());
  out.insert(out.end(), bytes, bytes + value.size());
}

std::uint32_t length_of(const std::string& value) { return static_cast<std::uint32_t>(value.size()); }

// Takes values off the front of untrusted bytes.
class Decoder {
 public:
  explicit Decoder(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <typename T>
  T take(const char* what) {
    T value;
    std::memcpy(&value, take_bytes(sizeof(T), what), sizeof(T));
    return value;
  }

  std::string take_text(std::size_t length, const char* what) {
    return {reinterpret_cast<const char*>(take_bytes(length, what)), length};
  }

  void take_padding() {
    for (; at_ % kPadding != 0; ++at_) {
      if (at_ >= bytes_.size() || bytes_[at_] != std::byte{0}) fail("padding");
    }
  }

  std::size_t left() const { return bytes_.size() - at_; }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Code::kCorrupt, text("stored schema: bad ", what, " at byte ", at_, " of ", bytes_.size()));
  }

 private:
  const std::byte* take_bytes(std::size_t count, const char* what) {
    if (count > left()) fail(text(what, " (", count, " bytes wanted)"));
    const std::byte* from = bytes_.data() + at_;
    at_ += count;
    return from;
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

class TreeDecoder {
 public:
  explicit TreeDecoder(std::span<const std::byte> bytes) : in_(bytes) {}

  std::vector<SchemaNode> decode() {
    const auto version = in_.take<std::uint32_t>("codec version");
    if (version != kCodecVersion) in_.fail(text("codec version ", version));
    expected_ = in_.take<std::uint32_t>("number of nodes");
    if (expected_ == 0 || expected_ > kMaxNodes) in_.fail(text("number of nodes ", expected_));
    decode_node(-1, -1, 0);
    if (nodes_.size() != expected_) in_.fail(text("number of nodes ", expected_, " (", nodes_.size(), " present)"));
    if (in_.left() != 0) in_.fail("end");
    return std::move(nodes_);
  }

 private:
  std::int32_t decode_node(std::int32_t parent, std::int32_t column, int depth) {
    if (depth > kMaxDepth) in_.fail("depth");
    if (nodes_.size() == expected_) in_.fail("number of nodes");
    const auto index = static_cast<std::int32_t>(nodes_.size());
    nodes_.emplace_back();
    std::uint32_t children = 0;
    const bool has_dictionary = decode_fields(nodes_.back(), children);
    nodes_.back().parent = parent;
    nodes_.back().column = column;
    for (std::uint32_t i = 0; i < children; ++i) {
      const auto own_column = parent < 0 ? static_cast<std::int32_t>(i) : column;
      const std::int32_t child = decode_node(index, own_column, depth + 1);
      at(index).children.push_back(child);
    }
    if (has_dictionary) {
      const std::int32_t dictionary = decode_node(index, column, depth + 1);
      at(index).dictionary = dictionary;
    }
    at(index).subtree = static_cast<std::int32_t>(nodes_.size()) - index;
    return index;
  }

  // Returns whether a dictionary follows.
  bool decode_fields(SchemaNode& node, std::uint32_t& children) {
    node.flags = in_.take<std::int64_t>("flags");
    children = in_.take<std::uint32_t>("number of children");
    const auto dictionary = in_.take<std::uint32_t>("dictionary mark");
    if (dictionary > 1) in_.fail(text("dictionary mark ", dictionary));
    const auto format_length = in_.take<std::uint32_t>("format length");
    const auto name_length = in_.take<std::uint32_t>("name length");
    const auto metadata_length = in_.take<std::uint32_t>("metadata length");
    if (in_.take<std::uint32_t>("reserved field") != 0) in_.fail("reserved field");
    node.format = in_.take_text(format_length, "format");
    node.name = in_.take_text(name_length, "name");
    node.metadata = in_.take_text(metadata_length, "metadata");
    in_.take_padding();
    // They are handed out as C strings.
    if (node.format.find('\0') != std::string::npos) in_.fail("format");
    if (node.name.find('\0') != std::string::npos) in_.fail("name");
    const std::size_t size = node.metadata.size();
    if (size != 0 && metadata_bytes(node.metadata.data(), size) != static_cast<std::int64_t>(size))
      in_.fail("metadata");
    return dictionary == 1;
  }

  SchemaNode& at(std::int32_t index) { return nodes_[static_cast<std::size_t>(index)]; }

  Decoder in_;
  std::size_t expected_ = 0;
  std::vector<SchemaNode> nodes_;
};

}  // namespace

std::vector<std::byte> encode_schema(const std::vector<SchemaNode>& nodes) {
  std::vector<std::byte> out;
  put(out, kCodecVersion);
  put(out, static_cast<std::uint32_t>(nodes.size()));
  for (const SchemaNode& node : nodes) {
    put(out, node.flags);
    put(out, static_cast<std::uint32_t>(node.children.size()));
    put(out, std::uint32_t{node.dictionary >= 0});
    put(out, length_of(node.format));
    put(out, length_of(node.name));
    put(out, length_of(node.metadata));
    put(out, std::uint32_t{0});
    put_text(out, node.format);
    put_text(out, node.name);
    put_text(out, node.metadata);
    out.resize((out.size() + kPadding - 1) / kPadding * kPadding);
  }
  return out;
}

std::vector<SchemaNode> decode_schema(std::span<const std::byte> bytes) { return TreeDecoder(bytes).decode(); }

std::int64_t metadata_bytes(const char* metadata, std::size_t available) {
  std::size_t at = 0;
  const auto take = [&](std::int32_t& value) {
    if (available - at < sizeof(value)) return false;
    std::memcpy(&value, metadata + at, sizeof(value));
    at += sizeof(value);
    return value >= 0;
  };
  std::int32_t pairs = 0;
  if (!take(pairs)) return -1;
  for (std::int64_t i = 0; i < std::int64_t{2} * pairs; ++i) {
    std::int32_t length = 0;
    if (!take(length) || available - at < static_cast<std::size_t>(length)) return -1;
    at += static_cast<std::size_t>(length);
  }
  return static_cast<std::int64_t>(at);
}

}  // namespace qads::arrow
