#include "events/events.hpp"
#include "ffi/guard.hpp"

using namespace qads;

namespace {

template <typename Ours>
constexpr bool same(Ours ours, std::int32_t theirs) {
  return static_cast<std::int32_t>(ours) == theirs;
}

static_assert(same(events::Kind::kCreated, QADS_EVENT_CREATED));
static_assert(same(events::Kind::kTakenOver, QADS_EVENT_TAKEN_OVER));
static_assert(same(events::Kind::kRemoved, QADS_EVENT_REMOVED));
static_assert(same(events::Kind::kReaderAttached, QADS_EVENT_READER_ATTACHED));
static_assert(same(events::Kind::kReaderLeft, QADS_EVENT_READER_LEFT));
static_assert(same(events::Kind::kReaderLags, QADS_EVENT_READER_LAGS));
static_assert(same(events::Kind::kReaderEvicted, QADS_EVENT_READER_EVICTED));
static_assert(same(events::Kind::kReaderReaped, QADS_EVENT_READER_REAPED));
static_assert(same(events::Kind::kBatchesLost, QADS_EVENT_BATCHES_LOST));
static_assert(same(events::Kind::kWriterDied, QADS_EVENT_WRITER_DIED));
static_assert(same(events::Kind::kStalled, QADS_EVENT_STALLED));
static_assert(same(events::Level::kInfo, QADS_LEVEL_INFO));
static_assert(same(events::Level::kWarning, QADS_LEVEL_WARNING));

void hand_on(qads_observer observer, void* context, const events::Event& event) {
  const std::string message = "segment '" + event.segment + "': " + event.what;
  qads_event out{};
  out.struct_size = sizeof(out);
  out.kind = static_cast<std::int32_t>(event.kind);
  out.level = static_cast<std::int32_t>(event.level);
  out.entry = event.entry;
  out.pid = event.pid;
  out.batches = event.batches;
  out.waited_ns = event.waited_ns;
  out.segment = event.segment.c_str();
  out.message = message.c_str();
  observer(context, &out);
}

}  // namespace

qads_status qads_set_observer(qads_observer observer, void* context) {
  return ffi::guarded([&]() -> qads_status {
    events::Observer next;
    if (observer != nullptr) {
      next = [observer, context](const events::Event& event) { hand_on(observer, context, event); };
    }
    events::set_observer(std::move(next));
    return QADS_OK;
  });
}
