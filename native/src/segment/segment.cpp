#include "segment/segment.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "segment/existing.hpp"
#include "segment/header.hpp"

namespace qads::segment {

Segment::~Segment() = default;

void Segment::map_sections(int sync_fd, os::Access sync_access, int data_fd, os::Access data_access) {
  sync_map_ = os::Mapping(sync_fd, header_.sync_offset, header_.sync_size, sync_access);
  data_map_ = os::Mapping(data_fd, header_.data_offset, header_.data_size, data_access);
  std::byte* base = sync_map_.data();
  sync_ = reinterpret_cast<layout::Sync*>(base);
  order_ = reinterpret_cast<layout::Word64*>(base + layout::order_offset());
  slots_ = reinterpret_cast<layout::Slot*>(base + layout::slots_offset(header_.order_count));
}

std::unique_ptr<os::LockFile> Segment::open_lock() const {
  if (offline_) return nullptr;
  return os::LockFile::reopen(lock_->fd(), path_);
}

void Segment::check_whole() const {
  const std::uint64_t size = os::status(readable_fd(), path_).size;
  if (size >= header_.file_size) return;
  throw Error(Code::kCorrupt,
              text(describe(name_, path_), ": truncated to ", size, " bytes while in use, header field ",
                   "file_size is ", header_.file_size, ": somebody has cut the file short; remove it ",
                   "(qads_remove) and create the segment again"));
}

bool Segment::writer_alive() const {
  if (offline_) return false;
  if (creator_) return writer_held_.load(std::memory_order_relaxed);  // its own lock never conflicts with itself
  return lock_->is_locked(layout::kWriterLockByte);
}

void Segment::release_writer() {
  if (writer_held_.exchange(false)) lock_->unlock(layout::kWriterLockByte);
}

}  // namespace qads::segment
