#include "support/scratch.hpp"

#include <stdlib.h>

#include <fstream>
#include <iterator>

#include "support/verdict.hpp"

namespace qads_fuzz {

Scratch::Scratch() {
  std::string pattern = "/dev/shm/qads-fuzz-XXXXXX";
  must(mkdtemp(pattern.data()) != nullptr, "mkdtemp " + pattern);
  path_ = pattern;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Bytes read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  must(in.good(), "cannot read " + path);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

qads_arena_options small_arena(const Scratch& scratch, std::int64_t capacity) {
  qads_arena_options options;
  qads_arena_options_init(&options);
  options.directory = scratch.path();
  options.capacity = capacity;
  options.schema_capacity = 4096;
  options.slots = 4;
  options.reader_capacity = 2;
  return options;
}

}  // namespace qads_fuzz
