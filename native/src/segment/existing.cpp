#include "segment/existing.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "layout/header.hpp"
#include "os/futex.hpp"
#include "os/process.hpp"
#include "segment/header.hpp"
#include "segment/segment.hpp"

namespace qads::segment {
namespace {

// Others hold a dead writer's lock for as long as a few system calls take; a stopped or starved one for longer.
constexpr std::int64_t kLockPatience = 60 * os::kMillisecond;

void check_kind(const os::Status& status, const Place& place) {
  if (status.kind == os::Kind::kRegular) return;
  const char* what = status.kind == os::Kind::kSymlink     ? "a symbolic link, which is never followed"
                     : status.kind == os::Kind::kDirectory ? "a directory"
                                                           : "a device, socket or pipe";
  throw Error(Code::kForeign, text(place.path, " is ", what, ", not a QADataSwap segment; remove it or choose another ",
                                   "name or directory"));
}

// A segment never has two names: under another one, somebody's readers would get what isn't meant for them.
void check_links(const os::Status& status, const Place& place) {
  if (status.links <= 1) return;
  throw Error(Code::kForeign, text(place.path, " is a hard link, one of ", status.links, " names of a file, which a ",
                                   "segment never has; remove it or choose another name or directory"));
}

// A segment's owner can change it under our feet, so only this user's are trusted, and those that their owner has opened
// to a group of ours. What everybody may write is nobody's: in a user namespace the files of all users that it doesn't know
// seem to be one user's, perhaps ours.
void check_owner(const os::Status& status, const Place& place) {
  if ((status.mode & 0002U) != 0)
    throw Error(Code::kPermission,
                text(place.describe(), " belongs to user ", status.owner, " with mode ", std::oct, std::showbase,
                     status.mode, std::dec, ", which lets everybody write: a segment's mode is 0600 or 0660; if it is ",
                     "yours, chmod it, else choose another name or directory"));
  if (status.owner == os::user_id()) return;
  const bool open_to_group = (status.mode & 0060U) == 0060U;
  if (open_to_group && os::in_group(status.group)) return;
  throw Error(Code::kPermission,
              text(place.describe(), " belongs to user ", status.owner, " and group ", status.group, " with mode ",
                   std::oct, std::showbase, status.mode, std::dec, ", this process is user ", os::user_id(),
                   ": run as that user, or create the segment with mode 0660 and a common group"));
}

void check_file_system(const os::FileSystem& found, const Place& place) {
  if (found.untrusted != nullptr)
    throw Error(Code::kFilesystem, text(place.directory, " is on ", found.untrusted,
                                        ", whose locks can't be trusted; choose a directory on tmpfs, hugetlbfs or a ",
                                        "local disk (QADS_DIR)"));
}

}  // namespace

Place::Place(const std::string& segment_name, const std::string& segment_directory)
    : name(segment_name), directory(resolve_directory(segment_directory)) {
  check_name(name);
  path = file_path(directory, name);
  entry = "qads_" + name;
}

std::string Place::describe() const { return segment::describe(name, path); }

os::File open_place(const Place& place, bool for_creating) {
  auto directory = os::open_directory(place.directory);
  if (!directory)
    throw Error(
        for_creating ? Code::kInvalid : Code::kNotFound,
        text("the segment directory ", place.directory, " doesn't exist; create it or choose another (QADS_DIR)"));
  if (for_creating) check_file_system(os::file_system(directory->fd(), place.directory), place);
  return std::move(*directory);
}

std::optional<Existing> Existing::find(const os::File& directory, const Place& place) {
  const auto entry = os::find_entry(directory, place.entry, place.path);
  if (!entry) return std::nullopt;
  Existing existing;
  existing.status_ = os::status(entry->fd(), place.path);
  check_kind(existing.status_, place);
  check_links(existing.status_, place);
  check_owner(existing.status_, place);
  check_file_system(os::file_system(entry->fd(), place.path), place);
  existing.lock_ = os::LockFile::reopen(entry->fd(), place.path);
  return existing;
}

std::optional<Existing> Existing::find_offline(const os::File& directory, const Place& place) {
  const auto entry = os::find_entry(directory, place.entry, place.path);
  if (!entry) return std::nullopt;
  Existing existing;
  existing.status_ = os::status(entry->fd(), place.path);
  check_kind(existing.status_, place);
  existing.file_ = os::reopen(entry->fd(), os::OpenFor::kReading, place.path);
  return existing;
}

bool Existing::lock_writer() {
  const std::int64_t until = os::monotonic_ns() + kLockPatience;
  while (!lock_->try_lock(layout::kWriterLockByte)) {
    if (os::monotonic_ns() >= until) return false;
    os::sleep_ns(os::kMillisecond);
  }
  return true;
}

bool Existing::any_reader() const { return lock_->any_locked(layout::reader_lock_byte(0), layout::kMaxReaders); }

bool still_means(const os::File& directory, const std::string& entry, std::uint64_t device, std::uint64_t inode,
                 const std::string& path) {
  const auto now = os::entry_status(directory, entry, path);
  return now && now->device == device && now->inode == inode;
}

void throw_live_writer(const Place& place, int fd) {
  layout::Header header{};
  const bool known = os::read_at(fd, 0, &header, sizeof header, place.path) == sizeof header &&
                     header.major == layout::kMajor && header.checksum == checksum(header);
  throw Error(Code::kExists,
              text(place.describe(), " has a live writer", known ? text(" (process ", header.writer_pid, ")") : "",
                   "; choose another name, or wait until it has closed"));
}

}  // namespace qads::segment
