// A mapped range of a file.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qads::os {

enum class Access { kReadOnly, kReadWrite, kPrivate };  // kPrivate: copy on write, changes stay in this process

class Mapping {
 public:
  Mapping() = default;
  // [offset, offset + size) of fd; offset is a multiple of the page size. Throws kNoMemory or kSystem.
  Mapping(int fd, std::uint64_t offset, std::uint64_t size, Access access);
  ~Mapping();
  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&& other) noexcept;

  std::byte* data() const { return data_; }
  std::uint64_t size() const { return size_; }

  // Gives memory to a range of the file and maps it, at half the cost of fallocate and a first touch. 0, or an errno:
  // ENOSPC (part of it may have been given), or EINVAL where the kernel can't (before 5.14).
  int reserve(std::uint64_t offset, std::uint64_t size) const noexcept;

  // All are best effort and change no contents. Populating gives memory to the holes of a sparse file, for reading too.
  void populate(bool for_writing) const;
  void populate(std::uint64_t offset, std::uint64_t size, bool for_writing) const;
  void want_huge_pages() const;

 private:
  std::byte* data_ = nullptr;
  std::uint64_t size_ = 0;
};

}  // namespace qads::os
