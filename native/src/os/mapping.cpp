#include "os/mapping.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <utility>

#include "base/text.hpp"
#include "os/system_error.hpp"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

namespace qads::os {
namespace {

constexpr std::uint64_t kHugePage = std::uint64_t{2} << 20;

struct Flags {
  int protection;
  int flags;
};

// MAP_NORESERVE: hugetlbfs would otherwise set pages aside for all of the sparse file, which reserving does where needed.
Flags flags_of(Access access) {
  switch (access) {
    case Access::kReadOnly:
      return {PROT_READ, MAP_SHARED | MAP_NORESERVE};
    case Access::kReadWrite:
      return {PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE};
    case Access::kPrivate:
      break;
  }
  return {PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE};
}

// Huge pages need an address that is as aligned as the file offset. Maps at such an address within a larger reservation;
// MAP_FAILED leaves errno.
void* map_aligned(int fd, off_t offset, std::size_t size, Flags how) {
  void* reserved = ::mmap(nullptr, size + kHugePage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reserved == MAP_FAILED) return MAP_FAILED;
  auto* begin = static_cast<std::byte*>(reserved);
  const std::size_t head = (kHugePage - reinterpret_cast<std::uintptr_t>(begin) % kHugePage) % kHugePage;
  void* mapped = ::mmap(begin + head, size, how.protection, how.flags | MAP_FIXED, fd, offset);
  if (mapped == MAP_FAILED) {
    const int error = errno;
    ::munmap(reserved, size + kHugePage);
    errno = error;
    return MAP_FAILED;
  }
  if (head > 0) ::munmap(begin, head);
  if (head < kHugePage) ::munmap(begin + head + size, kHugePage - head);
  return mapped;
}

}  // namespace

Mapping::Mapping(int fd, std::uint64_t offset, std::uint64_t size, Access access) : size_(size) {
  const Flags how = flags_of(access);
  const auto at = static_cast<off_t>(offset);
  void* mapped = ::mmap(nullptr, size, how.protection, how.flags, fd, at);
  const bool could_be_huge = size >= kHugePage && offset % kHugePage == 0;
  if (mapped != MAP_FAILED && could_be_huge && reinterpret_cast<std::uintptr_t>(mapped) % kHugePage != 0) {
    void* better = map_aligned(fd, at, size, how);
    if (better != MAP_FAILED) {
      ::munmap(mapped, size);
      mapped = better;
    }
  }
  if (mapped == MAP_FAILED) throw system_error(text("cannot map ", size, " bytes of a segment at ", offset), errno);
  data_ = static_cast<std::byte*>(mapped);
}

Mapping::~Mapping() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

Mapping::Mapping(Mapping&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

int Mapping::reserve(std::uint64_t offset, std::uint64_t size) const noexcept {
  while (::madvise(data_ + offset, size, MADV_POPULATE_WRITE) != 0) {
    if (errno == EINTR || errno == EAGAIN) continue;
    return errno == EFAULT ? ENOSPC : errno;  // EFAULT stands for what a touch would answer with SIGBUS
  }
  return 0;
}

void Mapping::populate(bool for_writing) const { populate(0, size_, for_writing); }

void Mapping::populate(std::uint64_t offset, std::uint64_t size, bool for_writing) const {
  ::madvise(data_ + offset, size, for_writing ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
}

void Mapping::want_huge_pages() const {
  ::madvise(data_, size_, MADV_HUGEPAGE);
  // Where shmem_enabled is `never`, as by default, only collapsing what is there works. Whole huge pages only.
  const std::uint64_t whole = size_ / kHugePage * kHugePage;
  for (std::uint64_t at = 0; at < whole; at += kHugePage)
    if (::madvise(data_ + at, kHugePage, MADV_COLLAPSE) != 0 && errno == EINVAL) return;  // a kernel before 6.1
}

}  // namespace qads::os
