// Where a write finds no room: whether waiting can help, who is in the way, and what is said of it.
#include "base/error.hpp"
#include "base/text.hpp"
#include "channel/publisher.hpp"
#include "ring/describe.hpp"
#include "ring/own_readers.hpp"

namespace qads::channel {
namespace {

constexpr std::int64_t kUsualWaitNs = 10'000'000'000;  // for a first reader to come

}  // namespace

void Publisher::refuse_impossible(std::uint64_t size) const {
  if (size <= arena_.capacity()) return;
  throw Error(Code::kWouldNotFit,
              text("segment '", segment_->name(), "': ", size, " bytes don't fit into a data area of ",
                   arena_.capacity(), "; create it with a larger capacity"));
}

void Publisher::give_up(std::uint64_t size, std::int64_t timeout_ms) const {
  if (!no_space_.empty()) throw Error(Code::kNoSpace, no_space_);
  const std::string about =
      text("segment '", segment_->name(), "': no room for ", size, " bytes within ", timeout_ms, " ms (capacity ",
           arena_.capacity(), ", ", batches(ring_.live()), " unread, ", ring_.aside(), " read but held): ");
  if (segment_->header().overflow == layout::kOverflowBlock) {
    throw Error(Code::kTimeout, text(about, ring_.describe_slowest(), "; ", ring_.describe_holders()));
  }
  if (overwrites_itself()) {
    throw Error(Code::kWouldNotFit,
                text(about,
                     "the message being written would overwrite itself; create the segment with more slots or "
                     "capacity, or write smaller messages"));
  }
  throw Error(Code::kTimeout, text(about, ring_.describe_holders()));
}

// Under block it is for the slowest readers that writes wait, unless these have read everything and hold it.
void Publisher::notice_stall(std::uint64_t size) {
  if (!events::observed()) return;
  const bool block_policy = segment_->header().overflow == layout::kOverflowBlock;
  const std::string waited = text("waited ", stall_.waited_ns() / 1'000'000, " ms for room for ", size, " bytes");
  const std::vector<ring::Laggard> laggards = block_policy ? ring_.slowest() : std::vector<ring::Laggard>();
  for (const ring::Laggard& reader : laggards) {
    noticed_.add([&]() -> events::Event {
      return {.kind = events::Kind::kReaderLags,
              .level = events::Level::kWarning,
              .segment = segment_->name(),
              .what = text(ring::describe_reader(reader.entry, reader.pid), " is ", batches(reader.behind),
                           " behind, and the writer has ", waited),
              .entry = static_cast<std::int32_t>(reader.entry),
              .pid = static_cast<std::int64_t>(reader.pid),
              .batches = reader.behind,
              .waited_ns = stall_.waited_ns()};
    });
  }
  if (!laggards.empty()) return;
  const bool nobody_came = block_policy && ring_.active_readers() == 0;
  noticed_.add([&]() -> events::Event {
    return {.kind = events::Kind::kStalled,
            .level = nobody_came && stall_.waited_ns() < kUsualWaitNs ? events::Level::kInfo : events::Level::kWarning,
            .segment = segment_->name(),
            .what = text("the writer has ", waited, ": ",
                         !no_space_.empty() ? no_space_
                         : nobody_came      ? "no reader is attached"
                                            : ring_.describe_holders()),
            .waited_ns = stall_.waited_ns()};
  });
}

// The file system is full, and none of what the data section has is in use: waiting for readers can't help.
bool Publisher::nothing_will_be_freed() const {
  return !no_space_.empty() && ring_.live() == 0 && ring_.aside() == 0 && !arena_.has_user_buffers();
}

// Everything in the way is in the hands of the thread that waits here, so nobody but itself could end its wait. Memory that a
// user built in is another matter: whoever has it lets go of it.
bool Publisher::waits_for_itself(bool slot) const {
  if (arena_.has_user_buffers() && (!slot || ring_.has_free_slot())) return false;
  const std::uint64_t own = ring::entries_of_this_thread(*segment_);
  return own != 0 && ring_.depends_on(own);
}

void Publisher::refuse_self_wait(const std::string& what, const char* way_out) const {
  throw Error(Code::kTimeout,
              text("segment '", segment_->name(), "': ", what,
                   " would wait for ever for its own thread, which reads the segment as well: ",
                   ring_.describe_slowest(), "; ", ring_.describe_holders(), "; ", way_out, " with a timeout"));
}

// drop_oldest: nobody holds anything, and dropping has helped as far as it can. What is in the way is the message being
// written, so waiting can't help.
bool Publisher::overwrites_itself() const {
  return segment_->header().overflow == layout::kOverflowDropOldest && ring_.live() != 0 && !ring_.any_held() &&
         !arena_.has_user_buffers();
}

}  // namespace qads::channel
