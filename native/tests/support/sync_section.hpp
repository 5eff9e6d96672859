// The sync section of a segment as any process that may attach can map it: for tests of what a hostile one can do.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include "layout/header.hpp"
#include "layout/sync.hpp"

namespace qads_test {

// The whole file, writable: what readers can write of it is sync().
class MappedSegment {
 public:
  explicit MappedSegment(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    const bool read = fd >= 0 && ::pread(fd, &header_, sizeof header_, 0) == sizeof header_;
    if (read) at_ = ::mmap(nullptr, header_.file_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0) ::close(fd);
    if (!read || at_ == MAP_FAILED) throw std::runtime_error("cannot map " + path);
  }
  ~MappedSegment() { ::munmap(at_, header_.file_size); }
  MappedSegment(const MappedSegment&) = delete;
  MappedSegment& operator=(const MappedSegment&) = delete;

  const qads::layout::Header& header() const { return header_; }
  std::byte* bytes() const { return static_cast<std::byte*>(at_); }
  qads::layout::Sync& sync() const { return *reinterpret_cast<qads::layout::Sync*>(bytes() + header_.sync_offset); }
  std::span<qads::layout::Word64> order() const {
    return {reinterpret_cast<qads::layout::Word64*>(bytes() + header_.sync_offset + qads::layout::order_offset()),
            header_.order_count};
  }
  std::span<qads::layout::Slot> slots() const {
    const std::uint64_t offset = header_.sync_offset + qads::layout::slots_offset(header_.order_count);
    return {reinterpret_cast<qads::layout::Slot*>(bytes() + offset), header_.slot_count};
  }
  // The words of the sync section; those from first_slot_word() on are the slots'.
  std::span<qads::layout::Word64> words() const {
    return {reinterpret_cast<qads::layout::Word64*>(bytes() + header_.sync_offset), header_.sync_size / 8};
  }
  std::size_t first_slot_word() const { return qads::layout::slots_offset(header_.order_count) / 8; }

 private:
  qads::layout::Header header_{};
  void* at_ = MAP_FAILED;
};

}  // namespace qads_test
