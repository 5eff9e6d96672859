#include "base/error.hpp"
#include "base/text.hpp"
#include "layout/header.hpp"
#include "os/fault_point.hpp"
#include "segment/existing.hpp"
#include "segment/header.hpp"
#include "segment/segment.hpp"

namespace qads::segment {
namespace {

struct Judgement {
  Verdict verdict;
  std::string reason;
};

constexpr std::string_view kSegmentBegin = "qads_";
constexpr std::string_view kLeftoverBegin = ".qads_";  // create.cpp names it so
constexpr std::string_view kLeftoverEnd = ".new";

Verdict verdict_of(Code code) {
  switch (code) {
    case Code::kForeign:
      return Verdict::kForeign;
    case Code::kPermission:
      return Verdict::kPermission;
    default:
      return Verdict::kFailed;
  }
}

// Throws for a header that can't be believed.
Judgement judge_ended(const Existing& file, const Place& place, const Found& found) {
  const layout::Header header = read_header(file.fd(), file.status(), place.name, place.path, true);
  if (header.lifetime == layout::kKeep)
    return {Verdict::kKept, "its lifetime is 'keep': only rm or a new writer takes the name"};
  if (header.lifetime == layout::kUntilClosed)
    return {Verdict::kEnded, "its lifetime ends with its writer, which died before it could remove the name"};
  if (found.unread > 0)
    return {Verdict::kUnread, text("its writer is gone and nobody is attached, but ", found.unread,
                                   found.unread == 1 ? " batch is" : " batches are", " unread")};
  return {Verdict::kRead, "its writer is gone, nobody is attached, and every batch was read"};
}

os::File open_existing(const std::string& path) {
  auto opened = os::open_directory(path);
  if (!opened)
    throw Error(Code::kNotFound, text("the segment directory ", path, " doesn't exist; choose another (QADS_DIR)"));
  return std::move(*opened);
}

bool is_name(const std::string& name) {
  try {
    check_name(name);
    return true;
  } catch (const Error&) {
    return false;
  }
}

struct Named {
  std::string name;  // of the segment
  os::Entry entry;
};

// Entries made of `begin`, the name of a segment, and `end`.
std::vector<Named> named(const os::File& directory, const std::string& path, std::string_view begin,
                         std::string_view end) {
  std::vector<Named> found;
  for (os::Entry& entry : os::entries(directory, std::string(begin), path)) {
    std::string name = entry.name.substr(begin.size());
    if (!name.ends_with(end)) continue;
    name.resize(name.size() - end.size());
    if (is_name(name)) found.push_back({std::move(name), std::move(entry)});
  }
  return found;
}

class Collector {
 public:
  Collector(const std::string& directory, const CollectOptions& options)
      : path_(resolve_directory(directory)), options_(options), directory_(open_existing(path_)) {}

  void run(const std::function<bool(const Found&)>& visit) const {
    for (const Named& one : named(directory_, path_, kSegmentBegin, "")) {
      const auto found = look(Place(one.name, path_), false);
      if (found && !visit(*found)) return;
    }
    for (const Named& one : named(directory_, path_, kLeftoverBegin, kLeftoverEnd)) {
      Place place(one.name, path_);
      place.entry = one.entry.name;
      place.path = text(path_, "/", one.entry.name);
      const auto found = look(place, true);
      if (found && !visit(*found)) return;
    }
  }

  // nullopt: it has gone by itself.
  std::optional<Found> look(const Place& place, bool leftover) const {
    Found found;
    found.file = place.entry;
    if (!leftover) found.name = place.name;
    try {
      if (!decide(place, leftover, found)) return std::nullopt;
    } catch (const Error& error) {
      found.removed = false;
      found.verdict = verdict_of(error.code());
      found.reason = error.message();
    }
    return found;
  }

 private:
  // False: it has gone by itself.
  bool decide(const Place& place, bool leftover, Found& found) const {
    constexpr int kTries = 100;
    for (int i = 0; i < kTries; ++i) {
      const auto entry = os::entry_status(directory_, place.entry, place.path);
      if (!entry) return false;
      found.bytes = entry->allocated;  // also of a file that can't be opened
      auto file = Existing::find(directory_, place);
      if (!file) return false;
      found.bytes = file->status().allocated;
      const bool live = writer_lives(*file, place);
      if (!still_means(directory_, place.entry, file->status().device, file->status().inode, place.path)) continue;
      const Judgement judgement = judge(*file, place, live, leftover, found);
      found.verdict = judgement.verdict;
      found.reason = judgement.reason;
      found.removed = goes(judgement.verdict);
      if (!found.removed) return true;
      if (options_.dry_run) {
        os::check_removable(directory_, file->status(), place.path);
      } else {
        take(place, leftover);
      }
      return true;
    }
    throw Error(Code::kExists, text(place.path, " changes hands all the time"));
  }

  void take(const Place& place, bool leftover) const {
    QADS_FAULT_POINT("gc.locked");
    os::remove_entry(directory_, place.entry, place.path);
    QADS_FAULT_POINT("gc.removed");
    if (!leftover) tell_removed(place.name, "as a left-over that nobody needs");
  }

  // Holds the writer lock afterwards unless it lives. A dry run only asks, so that nobody ever waits for it.
  bool writer_lives(Existing& file, const Place& place) const {
    if (options_.dry_run) return file.lock().is_locked(layout::kWriterLockByte);
    return has_magic(file.fd(), place.path) && !file.lock_writer();
  }

  static Judgement judge(Existing& file, const Place& place, bool live, bool leftover, Found& found) {
    if (!has_magic(file.fd(), place.path))
      return {Verdict::kForeign, "it isn't a QADataSwap segment; rm(1) removes it if it is nobody's"};
    found.unread = unread_of(file, place);
    if (live) return {Verdict::kLive, "its writer lives"};
    if (leftover) return {Verdict::kTakeover, "its creator died before it could put it in the place of another"};
    const bool readers = file.any_reader();
    try {
      const Judgement ended = judge_ended(file, place, found);
      if (!readers) return ended;
    } catch (const Error& error) {
      if (error.code() != Code::kCorrupt && error.code() != Code::kVersion) throw;
      if (!readers) return {Verdict::kDamaged, error.message()};
    }
    return {Verdict::kReaders, "readers are attached"};
  }

  bool goes(Verdict verdict) const {
    switch (verdict) {
      case Verdict::kRead:
      case Verdict::kEnded:
      case Verdict::kTakeover:
        return true;
      case Verdict::kUnread:
      case Verdict::kDamaged:
        return options_.unread;
      default:
        return false;
    }
  }

  std::string path_;
  CollectOptions options_;
  os::File directory_;
};

}  // namespace

void collect(const std::string& directory, const CollectOptions& options,
             const std::function<bool(const Found&)>& visit) {
  Collector(directory, options).run(visit);
}

Found find(const std::string& name, const std::string& directory) {
  const Place place(name, directory);
  auto found = Collector(directory, {.dry_run = true}).look(place, false);
  if (!found) throw Error(Code::kNotFound, text("there is no ", place.describe()));
  return std::move(*found);
}

std::vector<std::string> list(const std::string& directory) {
  const std::string path = resolve_directory(directory);
  std::vector<std::string> names;
  for (Named& one : named(open_existing(path), path, kSegmentBegin, ""))
    if (one.entry.regular) names.push_back(std::move(one.name));
  return names;
}

}  // namespace qads::segment
