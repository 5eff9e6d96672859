#include "base/error.hpp"
#include "base/text.hpp"
#include "layout/header.hpp"
#include "segment/existing.hpp"
#include "segment/header.hpp"
#include "segment/segment.hpp"

namespace qads::segment {
namespace {

struct Judgement {
  Verdict verdict;
  std::string reason;
};

constexpr std::string_view kLeftoverEnd = ".new";  // create.cpp names it so

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

class Collector {
 public:
  Collector(const std::string& directory, const CollectOptions& options)
      : path_(resolve_directory(directory)), options_(options) {
    auto opened = os::open_directory(path_);
    if (!opened)
      throw Error(Code::kNotFound, text("the segment directory ", path_, " doesn't exist; choose another (QADS_DIR)"));
    directory_ = std::move(*opened);
  }

  void run(const std::function<bool(const Found&)>& visit) const {
    for (const std::string& name : list(path_))
      if (!look(Place(name, path_), false, visit)) return;
    for (const std::string& entry : os::entries(directory_, ".qads_", path_)) {
      std::string name = entry.substr(6);
      if (!name.ends_with(kLeftoverEnd)) continue;
      name.resize(name.size() - kLeftoverEnd.size());
      try {
        check_name(name);
      } catch (const Error&) {
        continue;  // no creator leaves this
      }
      Place place(name, path_);
      place.entry = entry;
      place.path = text(path_, "/", entry);
      if (!look(place, true, visit)) return;
    }
  }

 private:
  // False: the visitor wants no more.
  bool look(const Place& place, bool leftover, const std::function<bool(const Found&)>& visit) const {
    Found found;
    found.file = place.entry;
    if (!leftover) found.name = place.name;
    try {
      if (!decide(place, leftover, found)) return true;
    } catch (const Error& error) {
      found.removed = false;
      found.verdict = verdict_of(error.code());
      found.reason = error.message();
    }
    return visit(found);
  }

  // False: it has gone by itself.
  bool decide(const Place& place, bool leftover, Found& found) const {
    constexpr int kTries = 100;
    for (int i = 0; i < kTries; ++i) {
      auto file = Existing::find(directory_, place);
      if (!file) return false;
      found.bytes = file->status().allocated;
      const bool live = writer_lives(*file, place);
      if (!still_means(directory_, place.entry, file->status().device, file->status().inode, place.path)) continue;
      const Judgement judgement = judge(*file, place, live, leftover, found);
      found.verdict = judgement.verdict;
      found.reason = judgement.reason;
      found.removed = goes(judgement.verdict);
      if (!found.removed || options_.dry_run) return true;
      os::remove_entry(directory_, place.entry, place.path);
      if (!leftover) tell_removed(place.name, "as a left-over that nobody needs");
      return true;
    }
    throw Error(Code::kExists, text(place.path, " changes hands all the time"));
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

}  // namespace qads::segment
