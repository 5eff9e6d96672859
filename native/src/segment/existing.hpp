// The file that a segment's name means at the moment, opened so that nothing planted there (links, FIFOs, other users'
// files) is followed, waited for or trusted; and the one rule about names: a name is replaced or removed only while
// holding that file's writer lock and after checking that the name still means it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "os/file.hpp"
#include "os/file_lock.hpp"

namespace qads::segment {

// Where a segment's name lives.
struct Place {
  std::string name;       // "ticks"
  std::string directory;  // "/dev/shm"
  std::string path;       // "/dev/shm/qads_ticks"
  std::string entry;      // "qads_ticks"

  Place(const std::string& segment_name, const std::string& segment_directory);
  std::string describe() const;
};

class Existing {
 public:
  // nullopt: nothing has this name. Throws kForeign (not a regular file), kPermission (another user's), kFilesystem.
  static std::optional<Existing> find(const os::File& directory, const Place& place);
  // The same for a copy of a segment: anybody's, to be read only, without locks.
  static std::optional<Existing> find_offline(const os::File& directory, const Place& place);

  const os::Status& status() const { return status_; }
  int fd() const { return lock_ ? lock_->fd() : file_.fd(); }
  os::LockFile& lock() { return *lock_; }
  std::unique_ptr<os::LockFile> take_lock() { return std::move(lock_); }
  os::File take_file() { return std::move(file_); }

  // Tries for a moment: a leaving reader, rm or another creator may hold it just now. False: a live writer has it.
  bool lock_writer();
  bool any_reader() const;

 private:
  os::Status status_{};
  std::unique_ptr<os::LockFile> lock_;  // null offline
  os::File file_;                       // offline only
};

// Does the name mean the file of this device and inode?
bool still_means(const os::File& directory, const std::string& entry, std::uint64_t device, std::uint64_t inode,
                 const std::string& path);

// kExists, naming the writer as far as the header knows it.
[[noreturn]] void throw_live_writer(const Place& place, int fd);

// Counts what is unread in a file that may be anything; 0 where it can't be read. Doesn't throw for damage.
std::uint64_t unread_of(Existing& existing, const Place& place);

// Throws kInvalid for create, kNotFound otherwise.
os::File open_place(const Place& place, bool for_creating);

}  // namespace qads::segment
