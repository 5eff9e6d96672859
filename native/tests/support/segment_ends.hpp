// Both ends of a segment through the C ABI, in a directory of its own: for tests of writers and readers.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "int_batch.hpp"
#include "qadataswap/qadataswap.h"

namespace qads_test {

// Removed with everything in it; a segment left behind is the test's failure if it says so with expect_empty.
class Directory {
 public:
  Directory() {
    std::string pattern = "/dev/shm/qads-test-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
    path_ = pattern;
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  const char* path() const { return path_.c_str(); }
  bool has(const std::string& name) const { return std::filesystem::exists(path_ + "/qads_" + name); }
  bool empty() const { return std::filesystem::is_empty(path_); }

 private:
  std::string path_;
};

inline void expect_ok(qads_status status) { EXPECT_EQ(status, QADS_OK) << qads_last_error(); }

struct Outlet {
  qads_arena* arena = nullptr;
  qads_writer* writer = nullptr;

  Outlet(const Directory& directory, const std::string& name, qads_arena_options options) {
    options.directory = directory.path();
    expect_ok(qads_create_arena(name.c_str(), &options, &arena));
    expect_ok(qads_create_writer(arena, nullptr, nullptr, &writer));
  }
  ~Outlet() { close(); }
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;
  void close() {
    qads_writer_free(std::exchange(writer, nullptr));
    qads_arena_free(std::exchange(arena, nullptr));
  }

  qads_status write(IntBatch& batch, std::uint64_t number, std::uint32_t flags = 0, std::int64_t timeout_ms = 60'000) {
    batch.fill(number);
    return qads_writer_write(writer, &batch.array(), &batch.schema(), flags, timeout_ms);
  }
  qads_arena_info info() const {
    qads_arena_info out{};
    out.struct_size = sizeof(out);
    expect_ok(qads_arena_get_info(arena, &out));
    return out;
  }
};

// An array that a reader got, released with this object.
class Got {
 public:
  Got() = default;
  ~Got() { release(); }
  Got(Got&& other) noexcept : array(std::exchange(other.array, {})), info(other.info) {}
  Got& operator=(Got&& other) noexcept {
    release();
    array = std::exchange(other.array, {});
    info = other.info;
    return *this;
  }
  void release() {
    if (array.release != nullptr) array.release(&array);
  }

  ArrowArray array{};
  qads_batch_info info{};
};

struct Inlet {
  qads_arena* arena = nullptr;
  qads_reader* reader = nullptr;

  Inlet(const Directory& directory, const std::string& name, qads_reader_options options = defaults()) {
    qads_attach_options attach;
    qads_attach_options_init(&attach);
    attach.directory = directory.path();
    attach.timeout_ms = 60'000;
    expect_ok(qads_attach_arena(name.c_str(), &attach, &arena));
    expect_ok(qads_attach_reader(arena, &options, &reader));
  }
  ~Inlet() { close(); }
  Inlet(const Inlet&) = delete;
  Inlet& operator=(const Inlet&) = delete;
  void close() {
    qads_reader_free(std::exchange(reader, nullptr));
    qads_arena_free(std::exchange(arena, nullptr));
  }

  static qads_reader_options defaults() {
    qads_reader_options options;
    qads_reader_options_init(&options);
    return options;
  }
  qads_status next(Got& out, std::int64_t timeout_ms = 60'000) {
    out.release();
    return qads_reader_next(reader, timeout_ms, &out.array, &out.info);
  }
  qads_reader_stats stats() const {
    qads_reader_stats out{};
    out.struct_size = sizeof(out);
    expect_ok(qads_reader_get_stats(reader, &out));
    return out;
  }
};

// Rows of a message read as a stream; -1 if reading it failed.
inline std::int64_t rows_of(ArrowArrayStream& stream) {
  std::int64_t rows = 0;
  for (;;) {
    ArrowArray array{};
    if (stream.get_next(&stream, &array) != 0) return -1;
    if (array.release == nullptr) break;
    rows += array.length;
    array.release(&array);
  }
  stream.release(&stream);
  return rows;
}

inline qads_arena_options arena_options(std::int32_t slots, std::int64_t capacity,
                                        std::int32_t overflow = QADS_OVERFLOW_BLOCK) {
  qads_arena_options options;
  qads_arena_options_init(&options);
  options.slots = slots;
  options.capacity = capacity;
  options.overflow = overflow;
  return options;
}

}  // namespace qads_test
