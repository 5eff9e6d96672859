// Writes JSON: commas, escapes, numbers that read back as what they were.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace qads::cli {

class Json {
 public:
  // Of what is made of many values no more are written once there are more bytes than `most`: see Column::write.
  explicit Json(std::string& out, std::size_t most = SIZE_MAX) : out_(out), most_(most) {}

  bool is_full() const { return out_.size() > most_; }

  Json& begin_object() { return begin('{'); }
  Json& end_object() { return end('}'); }
  Json& begin_array() { return begin('['); }
  Json& end_array() { return end(']'); }
  Json& key(std::string_view name);

  Json& null() { return raw("null"); }
  // Bytes that aren't UTF-8 become U+FFFD; control characters are escaped, also those that JSON allows.
  Json& string(std::string_view value);
  Json& boolean(bool value) { return raw(value ? "true" : "false"); }
  Json& number(std::integral auto value) { return raw(std::to_string(value)); }
  // The shortest digits that read back as the same number; "NaN", "Infinity", "-Infinity" as strings.
  Json& number(double value);
  Json& number(float value);
  // A whole value that is JSON already.
  Json& raw(std::string_view value);

  Json& field(std::string_view name, std::string_view value) { return key(name).string(value); }
  Json& field(std::string_view name, const char* value) { return key(name).string(value); }
  Json& field(std::string_view name, std::same_as<bool> auto value) { return key(name).boolean(value); }
  template <typename Number>
    requires((std::integral<Number> || std::floating_point<Number>) && !std::same_as<Number, bool>)
  Json& field(std::string_view name, Number value) {
    return key(name).number(value);
  }

 private:
  Json& begin(char bracket);
  Json& end(char bracket);
  void separate();

  std::string& out_;
  std::size_t most_;
  bool comma_ = false;  // something stands before, in the same array or object
};

// A document on a line of its own.
template <typename Write>
std::string json_line(Write write) {
  std::string line;
  Json json(line);
  write(json);
  line += '\n';
  return line;
}

}  // namespace qads::cli
