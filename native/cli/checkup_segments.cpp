#include <sys/stat.h>
#include <sys/statvfs.h>

#include <map>

#include "checkup.hpp"
#include "segments.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

// Files, and the memory or disk behind them.
struct Held {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;

  void add(const File& file) {
    ++files;
    bytes += file.bytes;
  }
  std::string text(const char* what) const {
    return std::to_string(files) + " " + what + " (" + bytes_text(bytes) + ")";
  }
};

// Who holds what of the directory's file system.
struct Usage {
  Held in_use;
  Held left_over;
  Held unread;
  Held kept;
  Held damaged;
  Held others;
  std::map<std::uint64_t, Held> owners;  // of the others' files, by their user id
  std::uint64_t rest = 0;                // bytes used, but not by segments of this directory
};

std::uint64_t used_bytes(const std::string& directory) {
  struct statvfs found{};
  if (::statvfs(directory.c_str(), &found) != 0) return 0;
  return std::uint64_t{found.f_blocks - found.f_bfree} * found.f_frsize;
}

void add_other(const std::string& directory, const File& file, Usage& usage) {
  struct stat found{};
  usage.others.add(file);
  if (::lstat((directory + "/" + file.file).c_str(), &found) == 0) usage.owners[found.st_uid].add(file);
}

void add(const std::string& directory, const File& file, Usage& usage) {
  switch (file.verdict) {
    case QADS_FOUND_LIVE:
    case QADS_FOUND_READERS:
      return usage.in_use.add(file);
    case QADS_FOUND_UNREAD:
      return usage.unread.add(file);
    case QADS_FOUND_KEPT:
      return usage.kept.add(file);
    case QADS_FOUND_DAMAGED:
      return usage.damaged.add(file);
    case QADS_FOUND_PERMISSION:
      return add_other(directory, file, usage);
    default:
      if (file.removed) usage.left_over.add(file);
  }
}

Usage usage_of(const std::string& directory, const std::vector<File>& files) {
  Usage usage;
  for (const File& file : files) add(directory, file, usage);
  const std::uint64_t used = used_bytes(directory);
  const std::uint64_t segments = usage.in_use.bytes + usage.left_over.bytes + usage.unread.bytes + usage.kept.bytes +
                                 usage.damaged.bytes + usage.others.bytes;
  usage.rest = used > segments ? used - segments : 0;  // both change while they are looked at
  return usage;
}

std::string usage_text(const Usage& usage) {
  const Held& in_use = usage.in_use;
  return in_use.text(in_use.files == 1 ? "segment in use" : "segments in use") + ", " +
         usage.left_over.text("left over") + ", " + usage.unread.text("with unread batches of writers that have gone") +
         ", " + usage.kept.text("kept by their lifetime") + ", " + usage.damaged.text("damaged") + ", " +
         usage.others.text("of other users");
}

void add_remedy(std::string& remedies, const std::string& one) { remedies += (remedies.empty() ? "" : "; ") + one; }

std::string unread_remedy(const std::string& directory, std::uint64_t freed_anyway) {
  std::uint64_t freed = 0;
  std::uint64_t dropped = 0;
  for (const File& file : collect(directory, QADS_COLLECT_DRY_RUN | QADS_COLLECT_UNREAD)) {
    freed += file.removed ? file.bytes : 0;
    dropped += file.removed && file.verdict == QADS_FOUND_UNREAD ? file.unread : 0;
  }
  if (freed <= freed_anyway) return "";
  return "qads gc --unread frees " + bytes_text(freed) + " and drops " +
         number_text(dropped, "unread batch", "unread batches");
}

// What frees room, and how much of it.
std::string room_remedy(const std::string& directory, const Usage& usage) {
  constexpr std::uint64_t kOwnNeeds = 65536;  // what a file system takes for itself
  std::string remedies;
  if (usage.left_over.files > 0) add_remedy(remedies, "qads gc frees " + bytes_text(usage.left_over.bytes));
  const std::string unread = unread_remedy(directory, usage.left_over.bytes);
  if (!unread.empty()) add_remedy(remedies, unread);
  if (usage.kept.files > 0) add_remedy(remedies, "qads rm NAME frees what is kept");
  for (const auto& [owner, held] : usage.owners)
    add_remedy(remedies, "user " + std::to_string(owner) + " holds " + bytes_text(held.bytes));
  if (usage.rest > kOwnNeeds)
    add_remedy(remedies, "lsof +L1 " + printable(directory) + " shows who holds files without a name");
  return remedies;
}

void check_leftovers(const std::string& directory, const std::vector<File>& files, bool is_full,
                     std::vector<Check>& out) {
  const Usage usage = usage_of(directory, files);
  std::string detail = usage_text(usage);
  if (is_full)
    detail += "; " + bytes_text(usage.rest) + " in files that aren't segments, or that have no name any more";
  std::string remedy = usage.left_over.files > 0 ? "qads gc" : "";
  if (is_full) remedy = room_remedy(directory, usage);
  out.push_back({"left-overs", remedy.empty() ? Level::kOk : Level::kWarn, detail, remedy});
}

void check_damage(const std::vector<File>& files, std::vector<Check>& out) {
  std::string damaged;
  for (const File& file : files)
    if (file.verdict == QADS_FOUND_DAMAGED || file.verdict == QADS_FOUND_FOREIGN)
      damaged += (damaged.empty() ? "" : ", ") + shown_name(file);
  if (damaged.empty()) return;
  out.push_back(
      {"damage", Level::kWarn, "damaged, of another version, or no segments: " + damaged,
       "qads ls says what is wrong with each; qads gc --unread removes damaged segments that nobody uses, rm(1) "
       "what is none (file qads_NAME)"});
}

}  // namespace

void check_segments(const std::string& directory, bool is_full, std::vector<Check>& out) {
  try {
    const std::vector<File> files = collect(directory, QADS_COLLECT_DRY_RUN);
    check_leftovers(directory, files, is_full, out);
    check_damage(files, out);
  } catch (const Failure& failure) {
    out.push_back({"left-overs", Level::kFail, printable(failure.what()), "what the message says"});
  }
}

}  // namespace qads::cli
