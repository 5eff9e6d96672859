#include "channel/stream_export.hpp"
#include "ffi/handles.hpp"

using namespace qads;
using ffi::guarded;

namespace {

channel::Reader& reader_of(qads_reader* reader) { return *ffi::use(reader, "the reader").reader; }

// Keeps the sentence about an outcome of waiting. A poll that found nothing is too frequent for one of its own.
qads_status outcome(const channel::Reader& reader, Code code, std::int64_t timeout_ms) {
  if (code == Code::kOk) return QADS_OK;
  if (code == Code::kTimeout && timeout_ms == 0) return ffi::fail(code, "no batch yet");
  return ffi::fail(code, reader.explain(code, timeout_ms));
}

}  // namespace

void qads_reader_options_init(qads_reader_options* options) {
  if (options == nullptr) return;
  *options = {};
  options->struct_size = sizeof(qads_reader_options);
}

qads_status qads_attach_reader(qads_arena* arena, const qads_reader_options* options, qads_reader** out) {
  return guarded([&]() -> qads_status {
    const qads_arena& used = ffi::use(arena, "the arena");
    ffi::require(out, "out");
    const qads_reader_options given = ffi::options_or_default(options, qads_reader_options_init);
    if (used.closed) throw Error(Code::kClosed, "segment '" + used.segment->name() + "': the arena is closed");
    channel::ReaderOptions wanted;
    wanted.latest = ffi::in_range(given.start, QADS_START_EARLIEST, QADS_START_LATEST, "start") == QADS_START_LATEST;
    wanted.count_losses = ffi::in_range(given.loss, QADS_LOSS_ERROR, QADS_LOSS_COUNT, "loss") == QADS_LOSS_COUNT;
    wanted.mode = ffi::wait_mode(given.wait);
    auto handle = std::make_unique<qads_reader>();
    handle->reader = std::make_shared<channel::Reader>(used.segment, wanted);
    *out = handle.release();
    return QADS_OK;
  });
}

qads_status qads_reader_get_schema(qads_reader* reader, int64_t timeout_ms, ArrowSchema* out) {
  return guarded([&]() -> qads_status {
    channel::Reader& used = reader_of(reader);
    ffi::require(out, "out");
    std::shared_ptr<const arrow::Schema> schema;
    const Code code = used.schema(timeout_ms, schema);
    if (code == Code::kOk) schema->export_to(out);
    return outcome(used, code, timeout_ms);
  });
}

qads_status qads_reader_next(qads_reader* reader, int64_t timeout_ms, ArrowArray* out, qads_batch_info* info) {
  return guarded([&]() -> qads_status {
    channel::Reader& used = reader_of(reader);
    ffi::require(out, "out");
    channel::LeasePtr lease;
    const Code code = used.next(timeout_ms, lease);
    if (code != Code::kOk) return outcome(used, code, timeout_ms);
    if (info != nullptr) *info = lease->info;
    channel::LeasePool::export_array(lease.get(), out);
    (void)lease.release();  // its share is the array's now
    return QADS_OK;
  });
}

qads_status qads_reader_next_flat(qads_reader* reader, int64_t timeout_ms, qads_flat_batch* out,
                                  qads_batch_info* info) {
  return guarded([&]() -> qads_status {
    channel::Reader& used = reader_of(reader);
    ffi::require(out, "out");
    channel::LeasePtr lease;
    const Code code = used.next(timeout_ms, lease);
    if (code != Code::kOk) return outcome(used, code, timeout_ms);
    if (info != nullptr) *info = lease->info;
    *out = {static_cast<std::int64_t>(lease->nodes.size()), static_cast<std::int64_t>(lease->buffers.size()),
            lease->nodes.data(), lease->buffers.data(), lease.get()};
    (void)lease.release();  // the caller's now
    return QADS_OK;
  });
}

void qads_lease_release(qads_lease* lease) {
  if (lease != nullptr) channel::LeasePool::release(lease);
}

void qads_lease_retain(qads_lease* lease) {
  if (lease != nullptr) lease->owners.fetch_add(1, std::memory_order_relaxed);
}

qads_status qads_reader_next_message(qads_reader* reader, int64_t timeout_ms, ArrowArrayStream* out,
                                     qads_batch_info* info) {
  return guarded([&]() -> qads_status {
    channel::Reader& used = reader_of(reader);
    ffi::require(out, "out");
    std::vector<channel::LeasePtr> batches;
    const Code code = used.next_message(timeout_ms, batches);
    if (code != Code::kOk) return outcome(used, code, timeout_ms);
    qads_batch_info whole = batches.front()->info;
    whole.length = 0;
    whole.flags = QADS_BATCH_FIRST | QADS_BATCH_LAST;
    // Batches of nothing but nulls may say any length.
    for (const channel::LeasePtr& batch : batches) {
      if (__builtin_add_overflow(whole.length, batch->info.length, &whole.length)) whole.length = INT64_MAX;
    }
    channel::export_message(std::move(batches), out);
    if (info != nullptr) *info = whole;
    return QADS_OK;
  });
}

qads_status qads_reader_export_stream(qads_reader* reader, int64_t timeout_ms, ArrowArrayStream* out) {
  return guarded([&]() -> qads_status {
    const qads_reader& used = ffi::use(reader, "the reader");
    ffi::require(out, "out");
    if (used.reader->closed()) return outcome(*used.reader, Code::kClosed, timeout_ms);
    channel::export_stream(used.reader, timeout_ms, out);
    return QADS_OK;
  });
}

qads_status qads_reader_wait(qads_reader* reader, int64_t timeout_ms) {
  return guarded([&]() -> qads_status {
    channel::Reader& used = reader_of(reader);
    return outcome(used, used.wait(timeout_ms), timeout_ms);
  });
}

qads_status qads_reader_get_fd(qads_reader* reader, int* out) {
  return guarded([&]() -> qads_status {
    channel::Reader& used = reader_of(reader);
    ffi::require(out, "out");
    if (used.closed()) return outcome(used, Code::kClosed, 0);
    *out = used.descriptor();
    return QADS_OK;
  });
}

qads_status qads_reader_get_stats(qads_reader* reader, qads_reader_stats* out) {
  return guarded([&]() -> qads_status {
    const channel::Reader& used = reader_of(reader);
    ffi::check_struct_size(ffi::require(out, "out"));
    if (used.closed()) return outcome(used, Code::kClosed, 0);
    used.get_stats(*out);
    return QADS_OK;
  });
}

qads_status qads_reader_close(qads_reader* reader) {
  return guarded([&]() -> qads_status {
    reader_of(reader).close();
    return QADS_OK;
  });
}

void qads_reader_free(qads_reader* reader) {
  if (reader == nullptr || reader->in_child()) return;
  delete reader;  // an exported stream may go on with what it shares; else the last owner closes
}
