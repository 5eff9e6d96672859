#include "segment/space.hpp"

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/system_error.hpp"
#include "segment/header.hpp"
#include "segment/segment.hpp"

namespace qads::segment {
namespace {

// Small enough for small rings, large enough that a system call covers many small batches.
constexpr std::uint64_t kReserveUnit = 64 << 10;

}  // namespace

void throw_no_memory(int error, int fd, const std::string& who, const char* part, std::uint64_t wanted) {
  if (error == EOPNOTSUPP)
    throw Error(Code::kFilesystem, text(who, ": the file system can't reserve space; choose a directory on tmpfs, ",
                                        "hugetlbfs, ext4, xfs or btrfs (QADS_DIR)"));
  if (error != ENOSPC && error != EDQUOT)
    throw os::system_error(text(who, ": cannot reserve ", wanted, " bytes for ", part), error);
  const os::FileSystem now = os::file_system(fd, who);
  throw Error(Code::kNoSpace,
              text(who, ": no space for ", wanted, " bytes of ", part, ": its file system has ", now.free_bytes,
                   " bytes free of ", now.total_bytes, "; choose a smaller capacity, enlarge it (docker run ",
                   "--shm-size=..., mount -o remount,size=...) or use another directory (QADS_DIR)"));
}

void reserve_part(int fd, const std::string& who, const char* part, std::uint64_t offset, std::uint64_t size) {
  const int error = os::reserve(fd, offset, size);
  if (error != 0) throw_no_memory(error, fd, who, part, size);
}

void Segment::reserve_data(std::uint64_t offset, std::uint64_t length) {
  if (!creator_) throw Error(Code::kInternal, text(describe(name_, path_), ": only its creator reserves space"));
  if (offset > header_.data_size || length > header_.data_size - offset)
    throw Error(Code::kInternal,
                text(describe(name_, path_), ": reserving ", length, " bytes at ", offset, " of ", header_.data_size));
  if (length == 0) return;
  const std::uint64_t unit = std::max(kReserveUnit, std::uint64_t{header_.page_size});
  if (reserved_.empty()) reserved_.resize((header_.data_size + unit - 1) / unit);
  const std::uint64_t last = (offset + length - 1) / unit;
  for (std::uint64_t at = offset / unit; at <= last; ++at) {
    if (reserved_[at]) continue;
    std::uint64_t end = at + 1;
    while (end <= last && !reserved_[end]) ++end;
    const std::uint64_t begin = at * unit;
    const std::uint64_t size = std::min(end * unit, header_.data_size) - begin;
    int error = data_map_.reserve(begin, size);
    if (error == EINVAL) error = os::reserve(file_.fd(), header_.data_offset + begin, size);
    if (error != 0) {
      // What was given before the space ran out was never used: others may need it.
      os::give_back(file_.fd(), header_.data_offset + begin, size);
      throw_no_memory(error, file_.fd(), describe(name_, path_), "the data section", size);
    }
    for (; at < end; ++at) reserved_[at] = true;
    sync_->statistics.reserved_bytes.fetch_add(size, std::memory_order_relaxed);
    --at;
  }
}

void Segment::populate_data() const {
  const int fd = creator_ || offline_ ? file_.fd() : lock_->fd();
  const std::uint64_t begin = header_.data_offset;
  for (const os::Range range : os::populated_ranges(fd, begin, begin + header_.data_size))
    data_map_.populate(range.begin - begin, range.end - range.begin, creator_);
}

}  // namespace qads::segment
