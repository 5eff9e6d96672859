// One segment: a file that is created whole and then named, opened with every header field checked, and removed only by
// who holds its writer lock. Knows the sections, not what runs in them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "layout/header.hpp"
#include "layout/sync.hpp"
#include "os/file.hpp"
#include "os/file_lock.hpp"
#include "os/mapping.hpp"

namespace qads::segment {

struct CreateOptions {
  std::string directory;  // empty: QADS_DIR, else /dev/shm
  std::uint64_t capacity = 0;
  std::uint64_t schema_capacity = 0;
  std::uint32_t slots = 0;
  std::uint32_t reader_capacity = 0;
  std::uint32_t overflow = layout::kOverflowBlock;
  std::uint32_t lifetime = layout::kUntilDrained;
  bool refuse_takeover = false;
  bool populate = false;
  bool huge_pages = false;
  std::uint32_t mode = 0600;  // or 0660: open to the file's group
  std::uint64_t evict_after_ms = 0;
};

struct AttachOptions {
  std::string directory;
  bool offline = false;
  std::int64_t timeout_ms = 0;  // to wait for the name to appear
};

// Segment name and directory rules; throw kInvalid.
void check_name(const std::string& name);
std::string resolve_directory(const std::string& directory);
std::string file_path(const std::string& directory, const std::string& name);

// Threads: accessors, read_schema, open_lock and the name's functions from any thread; reserve_data and write_schema by
// one thread at a time. Nothing here blocks for longer than a system call, except attach's wait and the retries (at most
// some 100 ms) of create and the name's functions while somebody else holds the writer lock for a moment.
class Segment {
 public:
  // Builds the file without a name, takes its writer lock, then gives it its name; a dead writer's name is taken over as
  // protocol.md's CREATE says. The writer lock is held until release_writer().
  static std::shared_ptr<Segment> create(const std::string& name, const CreateOptions& options);
  // Opens, checks everything, maps: the data section read-only from a read-only descriptor.
  static std::shared_ptr<Segment> attach(const std::string& name, const AttachOptions& options);
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  const std::string& name() const { return name_; }         // "ticks"
  const std::string& path() const { return path_; }         // "/dev/shm/qads_ticks"
  const layout::Header& header() const { return header_; }  // private, checked copy
  layout::Sync& sync() const { return *sync_; }
  std::span<layout::Word64> order() const { return {order_, header_.order_count}; }
  std::span<layout::Slot> slots() const { return {slots_, header_.slot_count}; }
  std::byte* data() const { return data_map_.data(); }  // written only by the creator
  std::uint64_t data_size() const { return header_.data_size; }
  bool is_creator() const { return creator_; }
  bool is_offline() const { return offline_; }

  // Makes sure that memory backs [offset, offset + length) of the data section, so that writing can't raise SIGBUS.
  // Cheap where it does already; counts statistics.reserved_bytes. Creator only.
  // Throws kNoSpace naming the path, the bytes wanted, the bytes free and what to do.
  void reserve_data(std::uint64_t offset, std::uint64_t length);
  // Maps now what has memory already, so that first touches cost no page faults; gives memory to nothing. Any thread.
  void populate_data() const;

  // Creator: stores the schema (reserved first), the state word last. kWouldNotFit names both sizes and the option.
  // Whoever waits for it sleeps on sync().published: waking is the caller's.
  void write_schema(std::span<const std::byte> bytes);
  // The stored schema, copied and its checksum compared; nullopt while there is none. kCorrupt.
  std::optional<std::vector<std::byte>> read_schema() const;

  // A new open file of this segment, for a reader's own lock byte. Null in offline mode, which has no locks.
  std::unique_ptr<os::LockFile> open_lock() const;

  // kCorrupt if somebody has cut the file short since it was opened: what lies behind its end is SIGBUS to touch.
  void check_whole() const;

  bool writer_alive() const;  // asks the lock (always false in offline mode)
  void release_writer();      // creator: lets go of the writer lock; twice is fine

  // Removes the name if it still means this file. Creator: while holding the writer lock (nothing happens after). True:
  // it did, and the caller tells (tell_removed), when it holds no lock of the file any more: telling may take its time.
  bool remove_name();
  // A reader that has read to the end, or has let go of its own lock afterwards: removes the name if no writer lives and
  // no reader has anything left to read. Several may try at once; at least the last one succeeds. Also for a creator
  // after release_writer. Nothing happens where the directory's permissions forbid it. True as above.
  bool remove_name_if_last();

 private:
  friend class Builder;  // create.cpp
  Segment() = default;
  bool anyone_reading(const os::LockFile& lock) const;
  int readable_fd() const { return creator_ || offline_ ? file_.fd() : lock_->fd(); }
  void map_sections(int sync_fd, os::Access sync_access, int data_fd, os::Access data_access);

  std::string name_;
  std::string directory_;
  std::string path_;
  layout::Header header_{};
  bool creator_ = false;
  bool offline_ = false;
  std::atomic<bool> writer_held_{false};
  // Creator: holds the writer lock. Attached: only asks, and is what others are reopened from. Offline: none.
  std::unique_ptr<os::LockFile> lock_;
  os::File file_;  // creator: to reserve with; offline: to read the schema from. Never the one that is locked.
  os::Mapping sync_map_;
  os::Mapping data_map_;
  layout::Sync* sync_ = nullptr;
  layout::Word64* order_ = nullptr;
  layout::Slot* slots_ = nullptr;
  std::vector<bool> reserved_;  // creator: a bit for each kReserveUnit of the data section
};

// Names of all segments of the directory: regular files, whatever is in them.
std::vector<std::string> list(const std::string& directory);
// qads_remove: kNotFound, kForeign, kExists (live writer; or, without `unread`, unread batches or attached readers), without
// `unread` also kCorrupt and kVersion.
void remove(const std::string& name, const std::string& directory, bool unread);
// The event of a removed name.
void tell_removed(const std::string& name, const char* why) noexcept;

// What collect found out about one file of the directory. Values as QADS_FOUND_* (ffi asserts that).
enum class Verdict : std::int32_t {
  kRead = 1,
  kEnded = 2,
  kTakeover = 3,
  kUnread = 4,
  kDamaged = 5,
  kKept = 6,
  kLive = 7,
  kReaders = 8,
  kForeign = 9,
  kPermission = 10,
  kFailed = 11,
};
struct Found {
  std::string file;  // its name in the directory
  std::string name;  // of the segment; empty for what is left of a takeover
  Verdict verdict = Verdict::kFailed;
  bool removed = false;      // or would be, in a dry run
  std::uint64_t unread = 0;  // batches
  std::uint64_t bytes = 0;   // of memory or disk
  std::string reason;        // a sentence without a capital and a full stop
};
struct CollectOptions {
  bool dry_run = false;
  bool unread = false;
};
// Removes what nobody needs any more (qads_collect): each file under its own writer lock, and only while its name still
// means it. Says of every file why it goes or stays.
void collect(const std::string& directory, const CollectOptions& options,
             const std::function<bool(const Found&)>& visit);  // visit: false stops
// The same of one name, always a dry run. kNotFound: nothing has it.
Found find(const std::string& name, const std::string& directory);
// Batches that no reader has read yet and that can still be read; every value is checked against the others.
std::uint64_t unread_batches(const Segment& segment);

}  // namespace qads::segment
