#include "segments.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "text.hpp"

namespace qads::cli {
namespace {

constexpr std::int32_t kMostReaders = 64;

const char* or_default(const std::string& directory) { return directory.empty() ? nullptr : directory.c_str(); }

File file_of(const qads_found& found) {
  return {found.file,         found.name == nullptr ? "" : found.name,
          found.reason,       found.verdict,
          found.removed != 0, found.unread,
          found.bytes};
}

int keep(void* context, const qads_found* found) {
  static_cast<std::vector<File>*>(context)->push_back(file_of(*found));
  return 0;
}

int keep_one(void* context, const qads_found* found) {
  *static_cast<File*>(context) = file_of(*found);
  return 0;
}

const char* kind_of_leftover(const File& file) {
  switch (file.verdict) {
    case QADS_FOUND_FOREIGN:
      return "foreign";
    case QADS_FOUND_PERMISSION:
      return "permission";
    case QADS_FOUND_FAILED:
      return "failed";
    default:
      return "takeover";
  }
}

// A verdict is about removing. What can be seen, attaching tells.
Segment look_at_file(const std::string& directory, File file) {
  Segment segment;
  if (file.name.empty()) {
    segment.error_kind = kind_of_leftover(file);
    segment.error = file.reason;
  } else {
    try {
      return look_at(directory, file.name).segment;
    } catch (const Failure& failure) {
      segment.error_kind = qads_status_name(failure.status());
      segment.error = failure.what();
    }
  }
  segment.file = std::move(file);
  return segment;
}

}  // namespace

std::string directory_of(const Arguments& arguments) { return arguments.value("directory", ""); }

std::string shown_directory(const Arguments& arguments) {
  std::string given = directory_of(arguments);
  if (!given.empty()) return given;
  const char* from_environment = std::getenv("QADS_DIR");
  return from_environment != nullptr && *from_environment != '\0' ? from_environment : "/dev/shm";
}

std::string shown_name(const File& file) { return printable(file.name.empty() ? file.file : file.name); }

std::vector<File> collect(const std::string& directory, std::uint32_t flags) {
  std::vector<File> files;
  check(qads_collect(or_default(directory), flags, keep, &files));
  return files;
}

File file_named(const std::string& directory, const std::string& name) {
  File file;
  check(qads_find(name.c_str(), or_default(directory), keep_one, &file));
  return file;
}

Arena attach(const std::string& directory, const std::string& name, std::uint32_t flags) {
  qads_attach_options options;
  qads_attach_options_init(&options);
  options.directory = or_default(directory);
  options.flags = flags;
  qads_arena* attached = nullptr;
  check(qads_attach_arena(name.c_str(), &options, &attached));
  return {attached, qads_arena_free};
}

qads_arena_info info_of(qads_arena* arena) {
  qads_arena_info info{};
  info.struct_size = sizeof info;
  check(qads_arena_get_info(arena, &info));
  return info;
}

std::vector<qads_reader_state> readers_of(qads_arena* arena) {
  std::vector<qads_reader_state> readers(kMostReaders);
  std::int32_t count = 0;
  check(qads_arena_get_readers(arena, readers.data(), kMostReaders, &count));
  readers.resize(static_cast<std::size_t>(std::min(count, kMostReaders)));
  return readers;
}

std::int64_t living_readers(const Segment& segment) {
  return std::count_if(segment.readers.begin(), segment.readers.end(),
                       [](const qads_reader_state& reader) { return reader.alive != 0; });
}

bool is_same(const qads_arena_info& a, const qads_arena_info& b) {
  return std::equal(std::begin(a.uuid), std::end(a.uuid), std::begin(b.uuid));
}

std::vector<Segment> look_around(const std::string& directory) {
  std::vector<Segment> segments;
  for (File& file : collect(directory, QADS_COLLECT_DRY_RUN)) {
    Segment segment = look_at_file(directory, std::move(file));
    // Gone since it was listed.
    if (segment.error_kind != qads_status_name(QADS_ERR_NOT_FOUND)) segments.push_back(std::move(segment));
  }
  return segments;
}

Look look_at(const std::string& directory, const std::string& name) {
  for (;;) {
    Look look{attach(directory, name), {}};
    look.segment.info = info_of(look.arena.get());
    look.segment.readers = readers_of(look.arena.get());
    look.segment.file = file_named(directory, name);
    if (is_same(info_of(attach(directory, name).get()), look.segment.info)) return look;
  }
}

std::string state_of(const Segment& segment) {
  if (!segment.is_known()) return segment.error_kind;
  if (segment.info.finished == 1) return "finished";
  if (segment.info.finished != 0) return "closed";
  return segment.info.writer_alive != 0 ? "live" : "died";
}

const char* overflow_of(const qads_arena_info& info) {
  return info.overflow == QADS_OVERFLOW_BLOCK ? "block" : "drop_oldest";
}

const char* lifetime_of(const qads_arena_info& info) {
  switch (info.lifetime) {
    case QADS_LIFETIME_UNTIL_DRAINED:
      return "until_drained";
    case QADS_LIFETIME_UNTIL_CLOSED:
      return "until_closed";
    default:
      return "keep";
  }
}

std::string uuid_of(const qads_arena_info& info) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < sizeof info.uuid; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[info.uuid[i] >> 4];
    text += kDigits[info.uuid[i] & 15];
  }
  return text;
}

const char* state_of(const qads_reader_state& reader) {
  if (reader.alive == 0) return "dead";
  return reader.evicted != 0 ? "evicted" : "alive";
}

}  // namespace qads::cli
