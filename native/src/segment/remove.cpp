#include "base/error.hpp"
#include "base/text.hpp"
#include "events/events.hpp"
#include "os/fault_point.hpp"
#include "os/futex.hpp"
#include "segment/existing.hpp"
#include "segment/header.hpp"
#include "segment/segment.hpp"

namespace qads::segment {
namespace {

// Nobody knows what is unread behind a header that can't be believed.
void check_header(const Existing& found, const Place& place) {
  try {
    read_header(found.fd(), found.status(), place.name, place.path, true);
  } catch (const Error& error) {
    if (error.code() != Code::kCorrupt && error.code() != Code::kVersion) throw;
    throw Error(error.code(),
                text(error.message(), "; to remove it whatever may be unread in it, say so (option unread)"));
  }
}

// Refuses what is still wanted. False: the name has changed in the meantime, look again.
bool try_to_remove(const os::File& directory, const Place& place, bool unread) {
  auto found = Existing::find(directory, place);
  if (!found) throw Error(Code::kNotFound, text("there is no ", place.describe(), " to remove"));
  if (!has_magic(found->fd(), place.path))
    throw Error(Code::kForeign, text(place.path, " isn't a QADataSwap segment and is left alone; remove it with rm"));
  const bool locked = found->lock_writer();  // model: remove.lock
  // model: remove.check
  if (!still_means(directory, place.entry, found->status().device, found->status().inode, place.path)) return false;
  if (!locked) throw_live_writer(place, found->fd());
  if (!unread) {
    if (found->any_reader())
      throw Error(Code::kExists,
                  text(place.describe(),
                       " has readers attached; wait for them, or remove it with its unread batches (option "
                       "unread)"));
    check_header(*found, place);
    const std::uint64_t count = unread_of(*found, place);
    if (count > 0)
      throw Error(Code::kExists, text(place.describe(), " has ", counted(count, "unread batch", "unread batches"),
                                      "; read them, or remove it with them (option unread)"));
  }
  QADS_FAULT_POINT("rm.locked");
  os::remove_entry(directory, place.entry, place.path);  // model: remove.unlink
  QADS_FAULT_POINT("rm.removed");
  return true;
}

}  // namespace

void tell_removed(const std::string& name, const char* why) noexcept {
  events::raise([&]() -> events::Event {
    return {.kind = events::Kind::kRemoved,
            .level = events::Level::kInfo,
            .segment = name,
            .what = text("its name was removed: ", why)};
  });
}

bool Segment::remove_name() {
  if (!writer_held_.load()) return false;
  const auto directory = os::open_directory(directory_);
  const std::string entry = "qads_" + name_;
  // model: remove.own
  if (!directory || !still_means(*directory, entry, header_.device, header_.inode, path_)) return false;
  QADS_FAULT_POINT("remove.checked");
  const bool removed = os::remove_entry(*directory, entry, path_);
  QADS_FAULT_POINT("remove.removed");
  return removed;
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
bool Segment::remove_name_if_last() {
  if (offline_) return false;
  const std::string entry = "qads_" + name_;
  const auto directory = os::open_directory(directory_);
  if (!directory) return false;
  const auto named = [&] { return still_means(*directory, entry, header_.device, header_.inode, path_); };
  const auto lock = open_lock();
  const auto readers = [&] { return anyone_reading(*lock); };  // model: last.readers
  // A writer lets go a moment after its readers have seen the end, and rm and creators that ask for the lock don't look
  // again as leavers do: some patience for them.
  constexpr int kPatience = 50;
  int tries = 0;
  while (named() && !readers()) {
    if (!lock->try_lock(layout::kWriterLockByte)) {  // model: last.lock
      if (++tries == kPatience) return false;
      os::sleep_ns(os::kMillisecond);
      continue;
    }
    QADS_FAULT_POINT("drain.locked");
    if (!readers() && named()) {
      try {
        const bool removed = os::remove_entry(*directory, entry, path_);  // model: last.unlink
        QADS_FAULT_POINT("drain.removed");
        return removed;  // closing the lock file lets go of the lock
      } catch (const Error& error) {
        if (error.code() != Code::kPermission) throw;
        return false;  // another user's, in a sticky directory: its owner's to remove
      }
    }
    lock->unlock(layout::kWriterLockByte);  // model: last.unlock
  }
  return false;
}

void remove(const std::string& name, const std::string& directory, bool unread) {
  const Place place(name, directory);
  const os::File opened = open_place(place, false);
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    if (!try_to_remove(opened, place, unread)) continue;
    tell_removed(place.name, "on request");
    return;
  }
  throw Error(Code::kExists, text(place.describe(), " changes hands all the time; other writers want the same name"));
}

}  // namespace qads::segment
