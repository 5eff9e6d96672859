// Files and directories, as far as segments need them. Every function that fails throws an Error that names `path`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace qads::os {

// Owns a descriptor. All of them are closed on exec.
class File {
 public:
  File() = default;
  explicit File(int fd) : fd_(fd) {}
  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;

  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

enum class Kind { kRegular, kSymlink, kDirectory, kOther };

struct Status {
  Kind kind;
  std::uint64_t device;
  std::uint64_t inode;
  std::uint64_t size;
  std::uint64_t allocated;  // bytes of memory or disk behind it
  std::uint64_t links;
  std::uint32_t owner;
  std::uint32_t group;
  std::uint32_t mode;  // permission bits
};

enum class OpenFor { kReading, kReadingAndWriting };

// nullopt: it doesn't exist.
std::optional<File> open_directory(const std::string& path);
// What the entry itself is, a symbolic link included, without opening what lies behind it: only to be asked and reopened.
// Waits for nothing, not even for a FIFO's other end. nullopt: it doesn't exist.
std::optional<File> find_entry(const File& directory, const std::string& entry, const std::string& path);
// A new open file of what fd means, whatever its name means by now.
File reopen(int fd, OpenFor access, const std::string& path);

Status status(int fd, const std::string& path);
std::optional<Status> entry_status(const File& directory, const std::string& entry, const std::string& path);

// Reads up to `size` bytes; fewer at the end of the file. Never raises SIGBUS, as a mapping of a truncated file does.
std::size_t read_at(int fd, std::uint64_t offset, void* to, std::size_t size, const std::string& path);

void set_size(int fd, std::uint64_t size, const std::string& path);
void set_mode(int fd, std::uint32_t mode, const std::string& path);

// Gives memory to a range of a sparse file. 0, or the errno of what was missing (ENOSPC most of all).
int reserve(int fd, std::uint64_t offset, std::uint64_t size) noexcept;
// Takes the memory of a range back; it reads as zeros afterwards. Best effort.
void give_back(int fd, std::uint64_t offset, std::uint64_t size) noexcept;
// The ranges of the file that have memory.
struct Range {
  std::uint64_t begin;
  std::uint64_t end;
};
std::vector<Range> populated_ranges(int fd, std::uint64_t begin, std::uint64_t end);

// Gives the unnamed file its name. false: the name exists.
bool link_file(int fd, const File& directory, const std::string& entry, const std::string& path);
void rename_entry(const File& directory, const std::string& from, const std::string& to, const std::string& path);
// false: it didn't exist.
bool remove_entry(const File& directory, const std::string& entry, const std::string& path);
struct Entry {
  std::string name;
  bool regular;  // not a link, a directory, a pipe or a device
};
// What has a name that begins with `prefix`, sorted.
std::vector<Entry> entries(const File& directory, const std::string& prefix, const std::string& path);
// Throws as remove_entry would where the directory's permissions forbid it to this user.
void check_removable(const File& directory, const Status& entry, const std::string& path);

struct FileSystem {
  std::uint64_t page_size;    // of a mapping of its files
  std::uint64_t free_bytes;   // to this process
  std::uint64_t total_bytes;  // 0: it has no size of its own
  bool in_memory;             // what its files take is memory, and counts as such
  const char* untrusted;      // why its locks can't be trusted, such as "overlayfs"; null if they can
};
FileSystem file_system(int fd, const std::string& path);

}  // namespace qads::os
