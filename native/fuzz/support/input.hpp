// A fuzzer's bytes, taken off the front as numbers and texts; beyond the end there are zeros. What libFuzzer's own
// FuzzedDataProvider does, for compilers that don't bring it: the corpus is also replayed by g++ builds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace qads_fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

  bool empty() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }

  template <typename T>
  T take() {
    T value{};
    const std::span<const std::uint8_t> from = take_bytes(sizeof value);
    if (!from.empty()) std::memcpy(&value, from.data(), from.size());
    return value;
  }
  bool flag() { return (take<std::uint8_t>() & 1) != 0; }
  // 0 to count - 1.
  std::uint32_t below(std::uint32_t count) {
    return count <= 256 ? take<std::uint8_t>() % count : take<std::uint16_t>() % count;
  }
  // Mostly small, sometimes anything: a number that has a meaning, or is meant to have none.
  std::int64_t number(std::int64_t small) {
    const auto kind = take<std::uint8_t>();
    if (kind < 224) return kind % (small + 1);
    if (kind < 240) return take<std::int8_t>();
    if (kind < 248) return take<std::int32_t>();
    return take<std::int64_t>();
  }
  std::string text(std::size_t most) {
    const std::span<const std::uint8_t> from = take_bytes(take<std::uint8_t>() % (most + 1));
    return {from.begin(), from.end()};
  }
  std::span<const std::uint8_t> take_bytes(std::size_t count) {
    const std::span<const std::uint8_t> taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

 private:
  std::span<const std::uint8_t> rest_;
};

}  // namespace qads_fuzz
