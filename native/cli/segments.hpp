// The directory and its segments, as the C interface tells of them, owned as C++ owns things.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "failure.hpp"
#include "json.hpp"
#include "qadataswap/qadataswap.h"

namespace qads::cli {

// As given; empty: the default, which the library finds.
std::string directory_of(const Arguments& arguments);
// For people: what the library takes for it.
std::string shown_directory(const Arguments& arguments);

// One file of the directory, as qads_collect sees it.
struct File {
  std::string file;  // "qads_ticks"
  std::string name;  // "ticks"; empty: not a segment's name
  std::string reason;
  std::int32_t verdict = 0;
  bool removed = false;
  std::uint64_t unread = 0;
  std::uint64_t bytes = 0;
};
// For people: its segment's name; the file's own where there is none.
std::string shown_name(const File& file);
std::vector<File> collect(const std::string& directory, std::uint32_t flags);

// What a dry run of `collect` says of that one.
File file_named(const std::string& directory, const std::string& name);

using Arena = std::unique_ptr<qads_arena, void (*)(qads_arena*)>;
Arena attach(const std::string& directory, const std::string& name, std::uint32_t flags = 0);
qads_arena_info info_of(qads_arena* arena);
std::vector<qads_reader_state> readers_of(qads_arena* arena);

// A file and, where it can be attached to, its figures.
struct Segment {
  File file;
  std::string error_kind;  // such as "corrupt"; empty: it can be
  std::string error;
  qads_arena_info info{};
  std::vector<qads_reader_state> readers;

  bool is_known() const { return error_kind.empty(); }
};
std::int64_t living_readers(const Segment& segment);
// Two looks at one segment, not at another that has taken its name.
bool is_same(const qads_arena_info& a, const qads_arena_info& b);
// Every file of the directory, those that are damaged or somebody else's too.
std::vector<Segment> look_around(const std::string& directory);
// The segment of that name: one file's figures, whoever takes the name meanwhile. Throws where it can't be attached to.
struct Look {
  Arena arena;
  Segment segment;
};
Look look_at(const std::string& directory, const std::string& name);

// "live", "finished", "closed" (without finish), "died"; for what isn't known the kind of the error.
std::string state_of(const Segment& segment);
const char* overflow_of(const qads_arena_info& info);
const char* lifetime_of(const qads_arena_info& info);
std::string uuid_of(const qads_arena_info& info);
const char* state_of(const qads_reader_state& reader);  // "alive", "dead", "evicted"

}  // namespace qads::cli
