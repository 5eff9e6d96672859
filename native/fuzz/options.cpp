// Names, directories and option structs with anything in them: an error with a sentence, or a handle that works.
#include <stdlib.h>

#include <array>
#include <cstring>
#include <string>

#include "support/input.hpp"
#include "support/scratch.hpp"
#include "support/verdict.hpp"

namespace {

using namespace qads_fuzz;

constexpr std::int64_t kAffordable = 1 << 20;

// A number of an option: from its usual range, beside it, or anything.
template <typename T>
void maybe(Input& input, T& option, std::int64_t usual) {
  if (input.take<std::uint8_t>() % 4 == 0) option = static_cast<T>(input.number(usual));
}

std::string name_of(Input& input) {
  constexpr std::array kNames = {"x", "y.z", "A-b_c.9", "", ".hidden", "..", "a/b", "-x", "_x", "caf\xc3\xa9", "a b"};
  const auto kind = input.take<std::uint8_t>();
  if (kind < 128) return kNames[kind % 3];
  if (kind < 200) return kNames[kind % kNames.size()];
  if (kind < 208) return std::string(190 + kind % 16, 'n');
  return input.text(20);
}

// Always below the scratch folder: what is made there goes with it.
std::string directory_of(Input& input, const Scratch& scratch) {
  const std::string base = scratch.path();
  const auto kind = input.take<std::uint8_t>();
  if (kind < 160) return base;
  if (kind < 176) return base + "/";
  if (kind < 192) return base + "/missing";
  if (kind < 200) return base + "/" + std::string(300, 'd');
  if (kind < 204) return base + "/qads_x";  // a file, if there is one
  if (kind < 208) return "/proc/self";
  std::string text = input.text(12);
  for (char& each : text) {
    if (each == '/' || each == '.') each = '_';
  }
  return base + "/" + text;
}

struct Segment {
  qads_arena* arena = nullptr;
  qads_writer* writer = nullptr;
  ~Segment() {
    qads_writer_free(writer);
    qads_arena_free(arena);
  }
};

void create(Input& input, const Scratch& scratch, const std::string& name, Segment& out) {
  const std::string directory = directory_of(input, scratch);
  qads_arena_options options = small_arena(scratch, 64 << 10);
  options.directory = directory.c_str();
  maybe(input, options.struct_size, 100);
  maybe(input, options.flags, 3);
  maybe(input, options.capacity, 20);
  maybe(input, options.schema_capacity, 20);
  maybe(input, options.slots, 20);
  maybe(input, options.reader_capacity, 20);
  maybe(input, options.overflow, 1);
  maybe(input, options.lifetime, 3);
  maybe(input, options.takeover, 1);
  maybe(input, options.mode, 16);
  maybe(input, options.evict_after_ms, 20);
  // This much is really touched.
  if (options.capacity > kAffordable) options.flags &= ~std::uint32_t{QADS_ARENA_POPULATE | QADS_ARENA_HUGE_PAGES};
  const qads_status status =
      qads_create_arena(name.c_str(), input.take<std::uint8_t>() == 0 ? nullptr : &options, &out.arena);
  if (!is_ok(status)) return;
  qads_writer_options given;
  qads_writer_options_init(&given);
  maybe(input, given.struct_size, 40);
  maybe(input, given.wait, 2);
  is_ok(qads_create_writer(out.arena, nullptr, &given, &out.writer));
  void* address = nullptr;
  qads_allocation* allocation = nullptr;
  std::int64_t bytes = 100;
  maybe(input, bytes, 200);
  if (bytes > kAffordable) bytes = kAffordable;
  if (is_ok(qads_arena_allocate(out.arena, bytes, 0, &address, &allocation))) {
    std::memset(address, 1, static_cast<std::size_t>(bytes));
    qads_allocation_release(allocation);
  }
}

void attach(Input& input, const Scratch& scratch, const std::string& name) {
  const std::string directory = directory_of(input, scratch);
  qads_attach_options options;
  qads_attach_options_init(&options);
  options.directory = directory.c_str();
  maybe(input, options.struct_size, 40);
  maybe(input, options.flags, 3);
  if (input.take<std::uint8_t>() % 16 == 0) options.timeout_ms = 1;
  qads_arena* arena = nullptr;
  if (!is_ok(qads_attach_arena(name.c_str(), &options, &arena))) return;
  qads_reader_options given;
  qads_reader_options_init(&given);
  maybe(input, given.struct_size, 20);
  maybe(input, given.start, 1);
  maybe(input, given.wait, 2);
  maybe(input, given.loss, 1);
  qads_reader* reader = nullptr;
  if (is_ok(qads_attach_reader(arena, &given, &reader))) {
    ArrowSchema schema{};
    if (is_ok(qads_reader_get_schema(reader, 0, &schema))) schema.release(&schema);
    is_ok(qads_reader_wait(reader, 0));
  }
  qads_reader_free(reader);
  std::array<qads_reader_state, 2> states{};
  std::int32_t count = 0;
  std::int32_t room = 2;
  maybe(input, room, 2);
  if (room <= 2) is_ok(qads_arena_get_readers(arena, states.data(), room, &count));
  qads_arena_info info{};
  info.struct_size = sizeof info;
  maybe(input, info.struct_size, 200);
  is_ok(qads_arena_get_info(arena, &info));
  qads_arena_free(arena);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scratch scratch;
  static const int kDefault = ::setenv("QADS_DIR", scratch.path(), 1);  // where a segment without a directory goes
  must(kDefault == 0, "setenv");
  Input input(data, size);
  {
    Segment segments[2];
    for (Segment& segment : segments) create(input, scratch, name_of(input), segment);
    for (int i = 0; i < 2; ++i) attach(input, scratch, name_of(input));
  }
  const std::string directory = directory_of(input, scratch);
  int seen = 0;
  is_ok(qads_list(
      directory.c_str(), [](void* context, const char*) { return ++*static_cast<int*>(context) > 8 ? 1 : 0; }, &seen));
  is_ok(qads_remove(name_of(input).c_str(), directory.c_str(), input.take<std::uint8_t>()));
  is_ok(qads_list(
      scratch.path(),
      [](void* context, const char* name) {
        return qads_remove(name, static_cast<const char*>(context), QADS_REMOVE_UNREAD);
      },
      const_cast<char*>(scratch.path())));
  return 0;
}
