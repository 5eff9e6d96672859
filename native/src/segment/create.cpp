#include <cerrno>
#include <cstring>
#include <new>

#include "base/error.hpp"
#include "base/text.hpp"
#include "events/events.hpp"
#include "os/fault_point.hpp"
#include "os/futex.hpp"
#include "os/process.hpp"
#include "segment/existing.hpp"
#include "segment/header.hpp"
#include "segment/segment.hpp"
#include "segment/space.hpp"

namespace qads::segment {

// Makes a file without a name, complete and with its writer lock held, and only then gives it the name: nobody ever maps
// half a segment or finds one that seems to have no writer.
class Builder {
 public:
  Builder(const std::string& name, const CreateOptions& options)
      : place_(name, options.directory), options_(options), directory_(open_place(place_, true)) {}

  std::shared_ptr<Segment> build() {
    try {
      construct();
    } catch (const Error& error) {
      segment_.reset();
      if (error.code() != Code::kNoSpace || !make_room()) throw;
      construct_again();
    }
    publish_name();
    tell();
    return segment_;
  }

 private:
  void construct();
  void construct_again();
  layout::Header planned() const;
  std::uint64_t needed_at_once() const;
  void prove_locks(os::LockFile& lock) const;
  void initialise_sync();
  void fill_data();
  void write_header();
  void publish_name();
  bool take_over();
  bool make_room();
  void clear_leftover(bool needed);
  void check_takeover(Existing& old) const;
  void tell() const;

  // Only who holds the writer lock of the file that has the name uses this one, to replace it in one step.
  std::string leftover_entry() const { return "." + place_.entry + ".new"; }

  Place place_;
  CreateOptions options_;
  os::File directory_;
  std::shared_ptr<Segment> segment_;
  std::uint64_t superseded_ = 0;
  bool replaced_ = false;
};

layout::Header Builder::planned() const {
  return plan(options_, os::file_system(directory_.fd(), place_.directory).page_size);
}

void Builder::construct() {
  segment_.reset(new Segment);
  Segment& made = *segment_;
  made.name_ = place_.name;
  made.directory_ = place_.directory;
  made.path_ = place_.path;
  made.creator_ = true;
  made.header_ = planned();
  layout::Header& header = made.header_;
  const std::string who = place_.describe();

  made.lock_ = os::LockFile::create_unnamed(directory_.fd(), place_.directory);
  QADS_FAULT_POINT("create.file");
  // Everything but locking goes through another open file: what is mapped lives on in a fork's child.
  made.file_ = os::reopen(made.lock_->fd(), os::OpenFor::kReadingAndWriting, place_.path);
  const int fd = made.file_.fd();
  os::set_mode(fd, options_.mode, place_.path);
  os::set_size(fd, header.file_size, place_.path);
  reserve_part(fd, who, "the header", 0, header.page_size);
  reserve_part(fd, who, "the schema section", header.schema_offset, header.page_size);
  reserve_part(fd, who, "the sync section", header.sync_offset, header.sync_size);
  prove_locks(*made.lock_);
  made.writer_held_ = true;
  QADS_FAULT_POINT("create.locked");

  const os::Status file = os::status(fd, place_.path);
  header.device = file.device;
  header.inode = file.inode;
  os::random_bytes(header.uuid, sizeof header.uuid);
  header.uuid[6] = static_cast<std::uint8_t>((header.uuid[6] & 0x0fU) | 0x40U);  // RFC 9562: random
  header.uuid[8] = static_cast<std::uint8_t>((header.uuid[8] & 0x3fU) | 0x80U);
  header.writer_pid = static_cast<std::uint64_t>(os::process_id());
  header.created_unix_ns = static_cast<std::uint64_t>(os::unix_ns());

  made.map_sections(fd, os::Access::kReadWrite, fd, os::Access::kReadWrite);
  QADS_FAULT_POINT("create.mapped");
  initialise_sync();
  fill_data();
  QADS_FAULT_POINT("create.complete");
}

// In the room that the old segment had: should somebody else have taken it meanwhile, what was in there is gone.
void Builder::construct_again() {
  try {
    construct();
  } catch (const Error& error) {
    throw Error(error.code(), text(error.message(), "; the old segment of this name was removed to make room, with ",
                                   superseded_, " unread batches"));
  }
}

std::uint64_t Builder::needed_at_once() const {
  const layout::Header header = planned();
  return std::uint64_t{2} * header.page_size + header.sync_size + (options_.populate ? header.data_size : 0);
}

// Takes the writer lock, and makes sure that a second open file is refused it: on some file systems it would not be.
void Builder::prove_locks(os::LockFile& lock) const {
  const auto other = os::LockFile::reopen(lock.fd(), place_.path);
  const bool got = lock.try_lock(layout::kWriterLockByte);
  if (got && other->is_locked(layout::kWriterLockByte) && !other->try_lock(layout::kWriterLockByte)) return;
  throw Error(Code::kFilesystem, text(place_.directory,
                                      ": locks on its files don't conflict, so its file system can't "
                                      "hold segments; choose a directory on tmpfs or a local disk (QADS_DIR)"));
}

void Builder::initialise_sync() {
  Segment& made = *segment_;
  new (made.sync_) layout::Sync{};
  made.sync_->end.store(layout::kOpen, std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < made.header_.order_count; ++i) new (made.order_ + i) layout::Word64{0};
  for (std::uint32_t i = 0; i < made.header_.slot_count; ++i) {
    auto* slot = new (made.slots_ + i) layout::Slot{};
    slot->sequence.store(layout::kInvalid, std::memory_order_relaxed);
  }
}

void Builder::fill_data() {
  Segment& made = *segment_;
  if (options_.populate) made.reserve_data(0, made.header_.data_size);
  if (!options_.huge_pages) return;
  try {
    // Only what is there can be made huge, where the system leaves it to us.
    made.reserve_data(0, made.header_.data_size);
  } catch (const Error& error) {
    if (error.code() != Code::kNoSpace) throw;
    return;  // a wish that can't be granted
  }
  made.data_map_.want_huge_pages();
}

// Once more if a takeover has changed what it says: the file has no name yet.
void Builder::write_header() {
  Segment& made = *segment_;
  made.header_.superseded_unread = superseded_;
  made.header_.checksum = checksum(made.header_);
  const os::Mapping page(made.file_.fd(), 0, made.header_.page_size, os::Access::kReadWrite);
  std::memcpy(page.data(), &made.header_, sizeof made.header_);
}

void Builder::publish_name() {
  constexpr int kTries = 1000;
  for (int i = 0; i < kTries; ++i) {
    write_header();
    QADS_FAULT_POINT("name.header");
    if (os::link_file(segment_->lock_->fd(), directory_, place_.entry, place_.path)) {  // model: name.link
      QADS_FAULT_POINT("name.linked");
      clear_leftover(false);
      return;
    }
    if (take_over()) return;
  }
  throw Error(Code::kExists, text(place_.describe(), " changes hands all the time; other writers want the same name"));
}

// Replaces the file of a finished or dead writer. False: the name has changed in the meantime, look again.
bool Builder::take_over() {
  auto old = Existing::find(directory_, place_);  // model: takeover.find
  if (!old) return false;
  if (!has_magic(old->fd(), place_.path))
    throw Error(Code::kForeign, text(place_.path, " isn't a QADataSwap segment (", old->status().size,
                                     " bytes, without the magic number) and is left alone; choose another name"));
  const bool locked = old->lock_writer();  // model: takeover.lock
  // model: takeover.check
  if (!still_means(directory_, place_.entry, old->status().device, old->status().inode, place_.path)) return false;
  if (!locked) throw_live_writer(place_, old->fd());
  check_takeover(*old);
  QADS_FAULT_POINT("takeover.locked");
  const std::uint64_t before = superseded_;
  superseded_ += unread_of(*old, place_);
  write_header();
  clear_leftover(true);
  const std::string entry = leftover_entry();
  // model: takeover.link
  if (!os::link_file(segment_->lock_->fd(), directory_, entry, place_.directory + "/" + entry))
    throw Error(Code::kExists, text(place_.directory, "/", entry, " was made by something else; remove it"));
  QADS_FAULT_POINT("takeover.linked");
  try {
    os::rename_entry(directory_, entry, place_.entry, place_.path);  // model: takeover.rename
  } catch (...) {
    superseded_ = before;
    os::remove_entry(directory_, entry, place_.path);
    throw;
  }
  QADS_FAULT_POINT("takeover.renamed");
  replaced_ = true;
  // model: takeover.unlock
  return true;  // the old file's lock ends here: its readers see a writer that has gone
}

void Builder::check_takeover(Existing& old) const {
  if (!options_.refuse_takeover) return;
  throw Error(Code::kExists, text(place_.describe(), " is left over from a writer that has gone, with ",
                                  counted(unread_of(old, place_), "unread batch", "unread batches"),
                                  ", and takeover is refused; read it to its ", "end, remove it, or allow takeover"));
}

// No space for the new file beside the old one. If nobody reads the old one any more, it goes first. False: it can't, or
// that wouldn't be enough, and then what is unread in it stays.
bool Builder::make_room() {
  auto old = Existing::find(directory_, place_);
  if (!old || !has_magic(old->fd(), place_.path)) return false;
  const bool locked = old->lock_writer();
  if (!still_means(directory_, place_.entry, old->status().device, old->status().inode, place_.path)) return false;
  if (!locked) throw_live_writer(place_, old->fd());
  check_takeover(*old);
  if (old->any_reader()) return false;
  const os::FileSystem place = os::file_system(directory_.fd(), place_.directory);
  if (place.total_bytes != 0 && place.free_bytes + old->status().allocated < needed_at_once()) return false;
  superseded_ += unread_of(*old, place_);
  replaced_ = true;
  const bool removed = os::remove_entry(directory_, place_.entry, place_.path);
  QADS_FAULT_POINT("takeover.removed");
  return removed;
}

void Builder::tell() const {
  if (replaced_) {
    events::raise([&]() -> events::Event {
      return {.kind = events::Kind::kTakenOver,
              .level = superseded_ == 0 ? events::Level::kInfo : events::Level::kWarning,
              .segment = place_.name,
              .what = text("its name was taken over from a writer that has gone, with ", batches(superseded_),
                           " left unread"),
              .batches = superseded_};
    });
  }
  events::raise([&]() -> events::Event {
    const layout::Header& header = segment_->header_;
    return {.kind = events::Kind::kCreated,
            .level = events::Level::kInfo,
            .segment = place_.name,
            .what = text("created as ", place_.path, " with ", header.slot_count, " slots and ", header.data_size,
                         " bytes of data area")};
  });
}

// What a creator left that was killed between linking and renaming. `needed`: the entry must be free afterwards.
void Builder::clear_leftover(bool needed) {
  Place leftover = place_;
  leftover.entry = leftover_entry();
  leftover.path = place_.directory + "/" + leftover.entry;
  try {
    const auto found = os::entry_status(directory_, leftover.entry, leftover.path);
    if (!found) return;
    if (found->kind == os::Kind::kRegular) {
      auto old = Existing::find(directory_, leftover);
      if (!old) return;
      if (!old->lock_writer()) throw_live_writer(leftover, old->fd());
    }
    os::remove_entry(directory_, leftover.entry, leftover.path);
  } catch (const Error&) {
    if (needed) throw;
  }
}

std::shared_ptr<Segment> Segment::create(const std::string& name, const CreateOptions& options) {
  check_name(name);
  check_options(name, options);
  return Builder(name, options).build();
}

}  // namespace qads::segment
