#include "jni_schema.hpp"

#include <cstring>
#include <stdexcept>
#include <vector>

namespace qads_jni {
namespace {

template <class Number>
void put(std::string& out, Number number) {
  char bytes[sizeof(Number)];
  std::memcpy(bytes, &number, sizeof(number));
  out.append(bytes, sizeof(bytes));
}

void put_text(std::string& out, const char* text, std::size_t length) {
  if (text == nullptr) {
    put(out, std::int32_t{-1});
    return;
  }
  put(out, static_cast<std::int32_t>(length));
  out.append(text, length);
}

void put_text(std::string& out, const char* text) { put_text(out, text, text == nullptr ? 0 : std::strlen(text)); }

std::int32_t read_int(const char* bytes) {
  std::int32_t number = 0;
  std::memcpy(&number, bytes, sizeof(number));
  return number;
}

// The length of metadata in the encoding of the C Data interface: a count, then keys and values with their lengths.
std::size_t metadata_length(const char* metadata) {
  if (metadata == nullptr) {
    return 0;
  }
  const char* at = metadata + sizeof(std::int32_t);
  for (std::int32_t i = 0; i < 2 * read_int(metadata); ++i) {
    at += sizeof(std::int32_t) + static_cast<std::size_t>(read_int(at));
  }
  return static_cast<std::size_t>(at - metadata);
}

void put_schema(std::string& out, const ArrowSchema& schema) {
  put_text(out, schema.format);
  put_text(out, schema.name);
  put_text(out, schema.metadata, metadata_length(schema.metadata));
  put(out, schema.flags);
  put(out, static_cast<std::int32_t>(schema.n_children));
  put(out, static_cast<std::int8_t>(schema.dictionary != nullptr ? 1 : 0));
  for (std::int64_t i = 0; i < schema.n_children; ++i) {
    put_schema(out, *schema.children[i]);
  }
  if (schema.dictionary != nullptr) {
    put_schema(out, *schema.dictionary);
  }
}

void released_by_its_owner(ArrowSchema* schema) { schema->release = nullptr; }

}  // namespace

std::string encode_schema(const ArrowSchema& schema) {
  std::string out;
  put_schema(out, schema);
  return out;
}

struct LentSchema::Node {
  ArrowSchema schema{};
  std::string format;
  std::string name;
  std::string metadata;
  std::vector<std::unique_ptr<Node>> children;
  std::vector<ArrowSchema*> child_pointers;
  std::unique_ptr<Node> dictionary;
};

class LentSchema::Parser {
 public:
  explicit Parser(const std::string& bytes) : at_(bytes.data()), left_(bytes.size()) {}

  std::unique_ptr<Node> node() {
    auto node = std::make_unique<Node>();
    node->schema.format = text(node->format);
    node->schema.name = text(node->name);
    node->schema.metadata = text(node->metadata);
    node->schema.flags = number<std::int64_t>();
    const auto children = number<std::int32_t>();
    const bool has_dictionary = number<std::int8_t>() != 0;
    for (std::int32_t i = 0; i < children; ++i) {
      node->children.push_back(this->node());
      node->child_pointers.push_back(&node->children.back()->schema);
    }
    if (has_dictionary) {
      node->dictionary = this->node();
      node->schema.dictionary = &node->dictionary->schema;
    }
    node->schema.n_children = children;
    node->schema.children = node->child_pointers.data();
    node->schema.release = released_by_its_owner;
    return node;
  }

 private:
  const char* take(std::size_t length) {
    if (length > left_) {
      throw std::length_error("schema bytes end early");
    }
    const char* taken = at_;
    at_ += length;
    left_ -= length;
    return taken;
  }

  template <class Number>
  Number number() {
    Number value{};
    std::memcpy(&value, take(sizeof(value)), sizeof(value));
    return value;
  }

  const char* text(std::string& into) {
    const auto length = number<std::int32_t>();
    if (length < 0) {
      return nullptr;
    }
    into.assign(take(static_cast<std::size_t>(length)), static_cast<std::size_t>(length));
    return into.c_str();
  }

  const char* at_;
  std::size_t left_;
};

LentSchema::LentSchema(const std::string& bytes) : root_(Parser(bytes).node()) {}
LentSchema::~LentSchema() = default;

const ArrowSchema* LentSchema::get() const noexcept { return &root_->schema; }

}  // namespace qads_jni
