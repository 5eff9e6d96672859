#include "base/error.hpp"
#include "base/text.hpp"
#include "os/futex.hpp"
#include "segment/existing.hpp"
#include "segment/header.hpp"
#include "segment/segment.hpp"

namespace qads::segment {

void Segment::remove_name() {
  if (!writer_held_.load()) return;
  const auto directory = os::open_directory(directory_);
  const std::string entry = "qads_" + name_;
  if (directory && still_means(*directory, entry, header_.device, header_.inode, path_))
    os::remove_entry(*directory, entry, path_);
}

// Who joins counts, who is in the middle too. Who has closed, was left behind, or stands at the end needs no name.
bool Segment::anyone_reading(const os::LockFile& lock) const {
  if (!lock.any_locked(layout::reader_lock_byte(0), layout::kMaxReaders)) return false;
  const std::uint64_t head = sync_->head.load(std::memory_order_seq_cst);
  for (std::uint32_t entry = 0; entry < header_.reader_capacity; ++entry) {
    if (!lock.is_locked(layout::reader_lock_byte(entry))) continue;
    const layout::ReaderEntry& reader = sync_->readers[entry];
    const std::uint64_t state = layout::reader_state(reader.control.load(std::memory_order_seq_cst));
    if (state == layout::kClosing || state == layout::kEvicted) continue;
    if (state == layout::kActive && reader.cursor.load(std::memory_order_seq_cst) >= head) continue;
    return true;
  }
  return false;
}

// Readers that finish at the same time: each has stored its last position before. Who finds the writer lock taken by another
// leaver may give up, because that one looks at the readers again after letting go of it, and then sees that we are done.
void Segment::remove_name_if_last() {
  if (offline_) return;
  const std::string entry = "qads_" + name_;
  const auto directory = os::open_directory(directory_);
  if (!directory) return;
  const auto named = [&] { return still_means(*directory, entry, header_.device, header_.inode, path_); };
  const auto lock = open_lock();
  const auto readers = [&] { return anyone_reading(*lock); };
  // A writer lets go a moment after its readers have seen the end, and rm and creators that ask for the lock don't look
  // again as leavers do: some patience for them.
  constexpr int kPatience = 50;
  int tries = 0;
  while (named() && !readers()) {
    if (!lock->try_lock(layout::kWriterLockByte)) {
      if (++tries == kPatience) return;
      os::sleep_ns(1'000'000);
      continue;
    }
    if (!readers() && named()) {
      try {
        os::remove_entry(*directory, entry, path_);
      } catch (const Error& error) {
        if (error.code() != Code::kPermission) throw;  // another user's, in a sticky directory: its owner's to remove
      }
      return;  // closing the lock file lets go of the lock
    }
    lock->unlock(layout::kWriterLockByte);
  }
}

std::vector<std::string> list(const std::string& directory) {
  const std::string path = resolve_directory(directory);
  const auto opened = os::open_directory(path);
  if (!opened)
    throw Error(Code::kNotFound, text("the segment directory ", path, " doesn't exist; choose another (QADS_DIR)"));
  std::vector<std::string> names;
  for (const std::string& entry : os::entries(*opened, "qads_", path)) {
    const std::string name = entry.substr(5);
    try {
      check_name(name);
      names.push_back(name);
    } catch (const Error&) {
      // No segment can have this name.
    }
  }
  return names;
}

void remove(const std::string& name, const std::string& directory, bool unread) {
  const Place place(name, directory);
  const os::File opened = open_place(place, false);
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    auto found = Existing::find(opened, place);
    if (!found) throw Error(Code::kNotFound, text("there is no ", place.describe(), " to remove"));
    if (!has_magic(found->fd(), place.path))
      throw Error(Code::kForeign, text(place.path, " isn't a QADataSwap segment and is left alone; remove it with rm"));
    const bool locked = found->lock_writer();
    if (!still_means(opened, place.entry, found->status().device, found->status().inode, place.path)) continue;
    if (!locked) throw_live_writer(place, found->fd());
    if (!unread) {
      if (found->any_reader())
        throw Error(Code::kExists, text(place.describe(),
                                        " has readers attached; wait for them or remove it with its "
                                        "unread batches (QADS_REMOVE_UNREAD)"));
      const std::uint64_t count = unread_of(*found, place);
      if (count > 0)
        throw Error(Code::kExists, text(place.describe(), " has ", count, " unread batches; read them or remove it ",
                                        "with them (QADS_REMOVE_UNREAD)"));
    }
    os::remove_entry(opened, place.entry, place.path);
    return;
  }
  throw Error(Code::kExists, text(place.describe(), " changes hands all the time; other writers want the same name"));
}

}  // namespace qads::segment
