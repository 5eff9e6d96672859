#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/futex.hpp"
#include "segment/existing.hpp"
#include "segment/header.hpp"
#include "segment/segment.hpp"

namespace qads::segment {
namespace {

// A file that lost its name between being found and being opened is looked up again, this often without waiting.
constexpr int kLooks = 10;

std::optional<Existing> look(const Place& place, bool offline) {
  const auto directory = os::open_directory(place.directory);
  if (!directory) return std::nullopt;
  for (int i = 0; i < kLooks; ++i) {
    auto found = offline ? Existing::find_offline(*directory, place) : Existing::find(*directory, place);
    if (!found || os::status(found->fd(), place.path).links > 0) return found;
  }
  return std::nullopt;
}

std::optional<Existing> wait_for(const Place& place, const AttachOptions& options) {
  const std::int64_t begin = os::monotonic_ns();
  for (std::int64_t pause = os::kMillisecond;; pause = std::min(pause * 2, 20 * os::kMillisecond)) {
    if (auto found = look(place, options.offline)) return found;
    if (options.timeout_ms < 0) {
      os::sleep_ns(pause);
      continue;
    }
    const std::int64_t waited = os::monotonic_ns() - begin;
    if (waited / os::kMillisecond >= options.timeout_ms) return std::nullopt;
    // In milliseconds, because a timeout may be too long for nanoseconds.
    const std::int64_t left =
        std::min<std::int64_t>(options.timeout_ms - waited / os::kMillisecond, 20) * os::kMillisecond;
    os::sleep_ns(std::min(pause, left));
  }
}

}  // namespace

std::shared_ptr<Segment> Segment::attach(const std::string& name, const AttachOptions& options) {
  const Place place(name, options.directory);
  auto found = wait_for(place, options);
  if (!found) {
    if (!os::open_directory(place.directory)) open_place(place, false);  // says that the directory is missing
    const bool at_once = options.timeout_ms == 0;
    throw Error(Code::kNotFound,
                text("there is no ", place.describe(), at_once ? "" : text(", waited for ", options.timeout_ms, " ms"),
                     "; start its writer, ", at_once ? "" : "wait longer, ", "or look elsewhere (QADS_DIR)"));
  }
  std::shared_ptr<Segment> segment(new Segment);
  segment->name_ = place.name;
  segment->directory_ = place.directory;
  segment->path_ = place.path;
  segment->offline_ = options.offline;
  segment->header_ = read_header(found->fd(), found->status(), place.name, place.path, !options.offline);
  if (options.offline) {
    segment->file_ = found->take_file();
    const int fd = segment->file_.fd();
    segment->map_sections(fd, os::Access::kPrivate, fd, os::Access::kReadOnly);
    return segment;
  }
  // The data section comes from a descriptor that can only read, so that no mprotect can make it writable.
  segment->lock_ = found->take_lock();
  const os::File sync = os::reopen(segment->lock_->fd(), os::OpenFor::kReadingAndWriting, place.path);
  const os::File data = os::reopen(segment->lock_->fd(), os::OpenFor::kReading, place.path);
  segment->map_sections(sync.fd(), os::Access::kReadWrite, data.fd(), os::Access::kReadOnly);
  return segment;
}

}  // namespace qads::segment
