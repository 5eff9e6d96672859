#include "segment/space.hpp"

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/fault_point.hpp"
#include "os/memory.hpp"
#include "os/system_error.hpp"
#include "segment/header.hpp"
#include "segment/segment.hpp"

namespace qads::segment {
namespace {

// Small enough for small rings, large enough that a system call covers many small batches.
constexpr std::uint64_t kReserveUnit = 64 << 10;
constexpr const char* kPart = "the data section";

[[noreturn]] void throw_full(const os::FileSystem& now, const std::string& who, const char* part,
                             std::uint64_t wanted) {
  throw Error(Code::kNoSpace,
              text(who, ": no space for ", wanted, " bytes of ", part, ": its file system has ", now.free_bytes,
                   " bytes free of ", now.total_bytes, "; choose a smaller capacity, enlarge it (docker run ",
                   "--shm-size=..., mount -o remount,size=...) or use another directory (QADS_DIR)"));
}

[[noreturn]] void throw_no_memory(const os::FreeMemory& memory, const std::string& who, const char* part,
                                  std::uint64_t wanted) {
  throw Error(Code::kNoSpace, text(who, ": no memory for ", wanted, " bytes of ", part, ": ", memory.limit, " leaves ",
                                   memory.bytes, " bytes for segments; choose a smaller capacity, ", memory.remedy,
                                   " or use a directory on a disk (QADS_DIR)"));
}

// Before any of it is taken: a large request would fill the file system for everybody before it failed, and where memory
// ends before the file system does, nothing fails and the kernel kills.
void refuse_hopeless(int fd, const std::string& who, const char* part, std::uint64_t wanted) {
  const os::FileSystem now = os::file_system(fd, who);
  if (now.total_bytes != 0 && now.free_bytes < wanted) throw_full(now, who, part, wanted);
  if (!now.in_memory) return;
  const os::FreeMemory memory = os::free_memory(wanted);
  if (memory.bytes < wanted) throw_no_memory(memory, who, part, wanted);
}

// Of a failed reservation.
[[noreturn]] void throw_refused(int error, int fd, const std::string& who, const char* part, std::uint64_t wanted) {
  if (error == EOPNOTSUPP)
    throw Error(Code::kFilesystem, text(who, ": the file system can't reserve space; choose a directory on tmpfs, ",
                                        "hugetlbfs, ext4, xfs or btrfs (QADS_DIR)"));
  if (error == ENOSPC || error == EDQUOT) throw_full(os::file_system(fd, who), who, part, wanted);
  if (error == ENOMEM) throw_no_memory(os::free_memory(wanted), who, part, wanted);
  throw os::system_error(text(who, ": cannot reserve ", wanted, " bytes for ", part), error);
}

}  // namespace

void reserve_part(int fd, const std::string& who, const char* part, std::uint64_t offset, std::uint64_t size) {
  const int error = os::reserve(fd, offset, size);
  if (error != 0) throw_refused(error, fd, who, part, size);
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
    refuse_hopeless(file_.fd(), describe(name_, path_), kPart, size);
    int error = data_map_.reserve(begin, size);
    if (error == EINVAL) error = os::reserve(file_.fd(), header_.data_offset + begin, size);
    if (error != 0) {
      // What was given before the space ran out was never used: others may need it.
      os::give_back(file_.fd(), header_.data_offset + begin, size);
      check_whole();
      throw_refused(error, file_.fd(), describe(name_, path_), kPart, size);
    }
    QADS_FAULT_POINT("reserve.backed");
    for (; at < end; ++at) reserved_[at] = true;
    sync_->statistics.reserved_bytes.fetch_add(size, std::memory_order_relaxed);
    --at;
  }
}

void Segment::populate_data() const {
  const std::uint64_t begin = header_.data_offset;
  for (const os::Range range : os::populated_ranges(readable_fd(), begin, begin + header_.data_size))
    data_map_.populate(range.begin - begin, range.end - range.begin, creator_);
}

}  // namespace qads::segment
