// How much memory there still is for files that live in it. Beyond that the kernel doesn't refuse, as a full file system
// does: it kills.
#pragma once

#include <cstdint>
#include <string>

namespace qads::os {

struct FreeMemory {
  std::uint64_t bytes;  // besides a part that is kept for what else processes need
  std::string limit;    // what leaves so little: "memory.max of /sys/fs/cgroup/service", for messages
  const char* remedy;   // what to do about it
};

// The least of what the machine and this process's control groups (a container's memory limit) leave, page cache that can be
// dropped and swap included. Looks no closer than to see that there is `enough`. What can't be read limits nothing.
// `root`: where the machine's /proc and /sys are, for tests.
FreeMemory free_memory(std::uint64_t enough, const std::string& root = "");

}  // namespace qads::os
