#include <algorithm>

#include "arrow/schema.hpp"
#include "channel/inspect.hpp"
#include "ffi/handles.hpp"

using namespace qads;
using ffi::guarded;

namespace {

constexpr std::int64_t kDefaultCapacity = std::int64_t{256} << 20;
constexpr std::int64_t kDefaultSchemaCapacity = std::int64_t{4} << 20;
constexpr std::int32_t kDefaultSlots = 256;
constexpr std::int64_t kMaxBytes = std::int64_t{1} << 46;  // 64 TiB, half of what a process can map

std::string about(const std::string& name) { return "segment '" + name + "': "; }

std::string directory_of(const char* directory) { return directory == nullptr ? "" : directory; }

std::uint32_t lifetime_of(const qads_arena_options& options) {
  if (ffi::in_range(options.lifetime, QADS_LIFETIME_DEFAULT, QADS_LIFETIME_KEEP, "lifetime") != QADS_LIFETIME_DEFAULT) {
    return static_cast<std::uint32_t>(options.lifetime);
  }
  return options.overflow == QADS_OVERFLOW_BLOCK ? layout::kUntilDrained : layout::kUntilClosed;
}

segment::CreateOptions checked(const qads_arena_options& given) {
  segment::CreateOptions out;
  out.directory = directory_of(given.directory);
  out.capacity = static_cast<std::uint64_t>(ffi::in_range(given.capacity, 1, kMaxBytes, "capacity"));
  out.schema_capacity =
      static_cast<std::uint64_t>(ffi::in_range(given.schema_capacity, 1, kMaxBytes, "schema_capacity"));
  out.slots = static_cast<std::uint32_t>(ffi::in_range(given.slots, 1, layout::kMaxSlots, "slots"));
  out.reader_capacity =
      static_cast<std::uint32_t>(ffi::in_range(given.reader_capacity, 1, layout::kMaxReaders, "reader_capacity"));
  out.overflow = static_cast<std::uint32_t>(
      ffi::in_range(given.overflow, QADS_OVERFLOW_BLOCK, QADS_OVERFLOW_DROP_OLDEST, "overflow"));
  out.lifetime = lifetime_of(given);
  out.refuse_takeover =
      ffi::in_range(given.takeover, QADS_TAKEOVER_REPLACE, QADS_TAKEOVER_REFUSE, "takeover") == QADS_TAKEOVER_REFUSE;
  out.mode = static_cast<std::uint32_t>(ffi::in_range(given.mode, 0, 0777, "mode"));
  out.evict_after_ms =
      static_cast<std::uint64_t>(ffi::in_range(given.evict_after_ms, 0, INT64_MAX / 1'000'000, "evict_after_ms"));
  out.populate = (given.flags & QADS_ARENA_POPULATE) != 0;
  out.huge_pages = (given.flags & QADS_ARENA_HUGE_PAGES) != 0;
  return out;
}

qads_arena& open_arena(qads_arena* arena) {
  qads_arena& used = ffi::use(arena, "the arena");
  if (used.closed) throw Error(Code::kClosed, about(used.segment->name()) + "the arena is closed");
  return used;
}

}  // namespace

void qads_arena_options_init(qads_arena_options* options) {
  if (options == nullptr) return;
  *options = {};
  options->struct_size = sizeof(qads_arena_options);
  options->capacity = kDefaultCapacity;
  options->schema_capacity = kDefaultSchemaCapacity;
  options->slots = kDefaultSlots;
  options->reader_capacity = layout::kMaxReaders;
  options->mode = 0600;
}

void qads_attach_options_init(qads_attach_options* options) {
  if (options == nullptr) return;
  *options = {};
  options->struct_size = sizeof(qads_attach_options);
}

qads_status qads_create_arena(const char* name, const qads_arena_options* options, qads_arena** out) {
  return guarded([&]() -> qads_status {
    ffi::require(out, "out");
    const std::string named = &ffi::require(name, "name");
    const segment::CreateOptions create =
        with_context([&] { return about(named); },
                     [&] { return checked(ffi::options_or_default(options, qads_arena_options_init)); });
    auto arena = std::make_unique<qads_arena>();
    arena->segment = segment::Segment::create(named, create);
    arena->publisher = std::make_shared<channel::Publisher>(arena->segment);
    *out = arena.release();
    return QADS_OK;
  });
}

qads_status qads_attach_arena(const char* name, const qads_attach_options* options, qads_arena** out) {
  return guarded([&]() -> qads_status {
    ffi::require(out, "out");
    const std::string named = &ffi::require(name, "name");
    const qads_attach_options given = with_context(
        [&] { return about(named); }, [&] { return ffi::options_or_default(options, qads_attach_options_init); });
    segment::AttachOptions attach;
    attach.directory = directory_of(given.directory);
    attach.offline = (given.flags & QADS_ATTACH_OFFLINE) != 0;
    attach.timeout_ms = given.timeout_ms;
    auto arena = std::make_unique<qads_arena>();
    arena->segment = segment::Segment::attach(named, attach);
    *out = arena.release();
    return QADS_OK;
  });
}

qads_status qads_arena_close(qads_arena* arena) {
  return guarded([&]() -> qads_status {
    qads_arena& used = ffi::use(arena, "the arena");
    if (used.closed.exchange(true)) return QADS_OK;
    if (!used.publisher) return QADS_OK;
    used.publisher->interrupt();                    // an allocation that waits for room
    if (!used.has_writer) used.publisher->close();  // else its writer ends the stream
    return QADS_OK;
  });
}

void qads_arena_free(qads_arena* arena) {
  if (arena == nullptr || arena->in_child()) return;
  (void)qads_arena_close(arena);
  delete arena;
}

qads_status qads_arena_allocate(qads_arena* arena, int64_t size, int64_t timeout_ms, void** address,
                                qads_allocation** out) {
  return guarded([&]() -> qads_status {
    qads_arena& used = open_arena(arena);
    ffi::require(address, "address");
    ffi::require(out, "out");
    if (!used.publisher) {
      throw Error(Code::kInvalid,
                  about(used.segment->name()) + "only the process that created an arena can allocate in it");
    }
    const auto bytes = static_cast<std::uint64_t>(ffi::in_range(size, 0, kMaxBytes, "size"));
    auto allocation = std::make_unique<qads_allocation>();
    allocation->publisher = used.publisher;
    allocation->block = used.publisher->allocate(bytes, {ring::WaitMode::kAdaptive, timeout_ms, used.closed});
    *address = used.publisher->address(allocation->block);
    *out = allocation.release();
    return QADS_OK;
  });
}

void qads_allocation_release(qads_allocation* allocation) {
  if (allocation == nullptr || allocation->in_child()) return;
  (void)guarded([&]() -> qads_status {
    allocation->publisher->release(allocation->block);
    delete allocation;
    return QADS_OK;
  });
}

qads_status qads_arena_get_info(qads_arena* arena, qads_arena_info* out) {
  return guarded([&]() -> qads_status {
    const qads_arena& used = open_arena(arena);
    ffi::check_struct_size(ffi::require(out, "out"));
    channel::fill_info(*used.segment, *out);
    return QADS_OK;
  });
}

qads_status qads_arena_get_schema(qads_arena* arena, ArrowSchema* out) {
  return guarded([&]() -> qads_status {
    const qads_arena& used = open_arena(arena);
    ffi::require(out, "out");
    const auto bytes = used.segment->read_schema();
    if (!bytes) throw Error(Code::kNotFound, about(used.segment->name()) + "its writer has not set a schema yet");
    arrow::Schema::from_bytes(*bytes)->export_to(out);
    return QADS_OK;
  });
}

qads_status qads_arena_get_readers(qads_arena* arena, qads_reader_state* out, int32_t capacity, int32_t* count) {
  return guarded([&]() -> qads_status {
    const qads_arena& used = open_arena(arena);
    ffi::require(count, "count");
    const std::int64_t room = ffi::in_range(capacity, 0, INT32_MAX, "capacity");
    if (room > 0) ffi::require(out, "out");
    const std::vector<qads_reader_state> states = channel::reader_states(*used.segment);
    std::copy_n(states.begin(), std::min<std::int64_t>(room, static_cast<std::int64_t>(states.size())), out);
    *count = static_cast<std::int32_t>(states.size());
    return QADS_OK;
  });
}
