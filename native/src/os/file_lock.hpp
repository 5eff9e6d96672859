// Locks on single bytes of a segment's file. The kernel lets go of them when the process dies, whatever its pid namespace.
// They belong to an open file description: two LockFiles conflict even within one process, and one LockFile's locks never
// conflict with each other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace qads::os {

class LockFile {
 public:
  // Owns fd (opened for reading and writing, never the one that is mapped: a fork's child would keep the lock through
  // the mapping). Registered with the fork guard, which closes it in a child. Prefer the two functions below, which
  // leave a fork no gap between opening and registering.
  explicit LockFile(int fd);
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

  // A new open file of what `fd` means (an O_PATH descriptor will do). path: for messages.
  static std::unique_ptr<LockFile> reopen(int fd, const std::string& path);
  // A new file without a name in `directory`, to be named by link_file (file.hpp).
  static std::unique_ptr<LockFile> create_unnamed(int directory, const std::string& path);

  bool try_lock(std::uint64_t byte);         // false: somebody else has it
  void unlock(std::uint64_t byte);           // in a fork's child nothing: the locks are the parent's
  bool is_locked(std::uint64_t byte) const;  // by anybody else; asks without taking
  bool any_locked(std::uint64_t first, std::uint64_t count) const;
  int fd() const;  // kForked in a child, where the number may mean anything

 private:
  struct Registered {};
  LockFile(int fd, Registered);

  int fd_;
  std::uint32_t generation_;
};

}  // namespace qads::os
