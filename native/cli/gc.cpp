#include <algorithm>

#include "commands.hpp"
#include "segments.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

constexpr Option kOptions[] = {
    {'n', "dry-run", nullptr, "say what would be removed and why, remove nothing"},
    {'u', "unread", nullptr, "also segments with unread batches, and damaged ones, once nobody uses them"},
};

const char* verdict_of(const File& file) {
  switch (file.verdict) {
    case QADS_FOUND_READ:
      return "read";
    case QADS_FOUND_ENDED:
      return "ended";
    case QADS_FOUND_TAKEOVER:
      return "takeover";
    case QADS_FOUND_UNREAD:
      return "unread";
    case QADS_FOUND_DAMAGED:
      return "damaged";
    case QADS_FOUND_KEPT:
      return "kept";
    case QADS_FOUND_LIVE:
      return "live";
    case QADS_FOUND_READERS:
      return "readers";
    case QADS_FOUND_FOREIGN:
      return "foreign";
    case QADS_FOUND_PERMISSION:
      return "permission";
    default:
      return "failed";
  }
}

struct Sum {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

Sum sum_of(const std::vector<File>& files) {
  Sum sum;
  for (const File& file : files) {
    if (!file.removed) continue;
    ++sum.files;
    sum.bytes += file.bytes;
  }
  return sum;
}

std::string gc_json(const std::vector<File>& files, bool dry_run) {
  return json_line([&](Json& json) {
    json.begin_object().field("dry_run", dry_run).field("removed", sum_of(files).files);
    json.field("bytes", sum_of(files).bytes).key("files").begin_array();
    for (const File& file : files) {
      json.begin_object().field("file", file.file).field("name", file.name).field("removed", file.removed);
      json.field("verdict", verdict_of(file)).field("reason", file.reason).field("unread", file.unread);
      json.field("bytes", file.bytes).end_object();
    }
    json.end_array().end_object();
  });
}

// Why it went or stayed. A damaged file's reason says what is wrong with it, which isn't why it goes.
std::string reason_text(const File& file) {
  const bool damaged = file.verdict == QADS_FOUND_DAMAGED;
  const std::string reason = printable(file.reason);
  if (file.removed) return damaged ? "nobody uses it, nor knows what is unread in it: " + reason : reason;
  return damaged || file.verdict == QADS_FOUND_UNREAD ? reason + " (--unread removes it)" : reason;
}

std::string gc_text(const std::vector<File>& files, bool dry_run) {
  std::string text;
  const char* removed = dry_run ? "would remove " : "removed ";
  for (const File& file : files)
    text += (file.removed ? removed : "keeps ") + shown_name(file) + " (" + bytes_text(file.bytes) +
            "): " + reason_text(file) + "\n";
  const Sum sum = sum_of(files);
  return text + (dry_run ? "would free " : "freed ") + bytes_text(sum.bytes) + " in " +
         number_text(sum.files, "file", "files") + "\n";
}

Exit run_gc(const Arguments& arguments, std::ostream& out, std::ostream&) {
  const bool dry_run = arguments.has("dry-run");
  std::uint32_t flags = 0;
  if (dry_run) flags |= QADS_COLLECT_DRY_RUN;
  if (arguments.has("unread")) flags |= QADS_COLLECT_UNREAD;
  const std::vector<File> files = collect(directory_of(arguments), flags);
  out << (arguments.has("json") ? gc_json(files, dry_run) : gc_text(files, dry_run));
  const bool failed =
      std::any_of(files.begin(), files.end(), [](const File& file) { return file.verdict == QADS_FOUND_FAILED; });
  return failed ? kFailed : kOk;
}

}  // namespace

const Command kGc{
    "gc",
    "",
    0,
    0,
    false,
    "removes what nobody needs any more, and says why",
    R"(Looks at every segment file of the directory, removes what nobody needs any more, and says of each file why it went
or stayed. It works by kernel locks, so also across containers that share the directory. It is safe to run at any
time, also from cron: writers and readers that live are never disturbed.

Removed:
  read      its writer is gone, nobody is attached, and every batch was read
  ended     its lifetime ends with its writer, which died before it could remove the name; nobody is attached
  takeover  what a writer left that was killed while it took a name over

Removed with --unread only:
  unread    its writer is gone and nobody is attached, but batches are unread: a reader may still come
  damaged   the same, but the file is damaged or has another layout, so that nobody knows what is unread

Never removed:
  live, readers   somebody uses it
  kept            its lifetime is 'keep': qads rm NAME removes it
  foreign         not a segment, whatever its name: another file, a link, a directory, a pipe
  permission      another user's, or the directory's permissions forbid it

Exit status 0 also if nothing was to be removed.

)",
    kOptions,
    run_gc};

}  // namespace qads::cli
