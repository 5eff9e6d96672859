// A directory under /dev/shm for the segments of one fuzz target, removed when it ends; and files in it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "qadataswap/qadataswap.h"

namespace qads_fuzz {

using Bytes = std::vector<unsigned char>;

class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const char* path() const { return path_.c_str(); }
  std::string file(const std::string& name) const { return path_ + "/qads_" + name; }
  bool has(const std::string& name) const { return std::filesystem::exists(file(name)); }

 private:
  std::string path_;
};

Bytes read_file(const std::string& path);

// A small segment: 4 slots, 2 readers.
qads_arena_options small_arena(const Scratch& scratch, std::int64_t capacity);

}  // namespace qads_fuzz
