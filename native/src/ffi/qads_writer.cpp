#include <algorithm>

#include "ffi/handles.hpp"

using namespace qads;
using ffi::guarded;

namespace {

channel::Writer& writer_of(qads_writer* writer) { return *ffi::use(writer, "the writer").writer; }

void check_flags(std::uint32_t flags, std::uint32_t known) {
  if ((flags & ~known) == 0) return;
  throw Error(Code::kInvalid,
              "flags are " + std::to_string(flags) + ", this call knows " + std::to_string(known) + " and 0");
}

// A stream that was given away is released whatever happens.
struct StreamOwner {
  ArrowArrayStream* stream;
  ~StreamOwner() {
    if (stream != nullptr && stream->release != nullptr) stream->release(stream);
  }
};

}  // namespace

void qads_writer_options_init(qads_writer_options* options) {
  if (options == nullptr) return;
  *options = {};
  options->struct_size = sizeof(qads_writer_options);
}

qads_status qads_create_writer(qads_arena* arena, const ArrowSchema* schema, const qads_writer_options* options,
                               qads_writer** out) {
  return guarded([&]() -> qads_status {
    qads_arena& used = ffi::use(arena, "the arena");
    ffi::require(out, "out");
    const qads_writer_options given = ffi::options_or_default(options, qads_writer_options_init);
    const std::string about = "segment '" + used.segment->name() + "': ";
    if (used.closed) throw Error(Code::kClosed, about + "the arena is closed");
    if (!used.publisher) throw Error(Code::kInvalid, about + "only the process that created an arena can write to it");
    if (used.has_writer.exchange(true)) throw Error(Code::kExists, about + "the arena has a writer already");
    try {
      auto handle = std::make_unique<qads_writer>();
      handle->writer =
          std::make_unique<channel::Writer>(used.publisher, ffi::wait_mode(given.wait),
                                            channel::Interruption{given.interrupted, given.interrupted_context});
      if (schema != nullptr) handle->writer->set_schema(*schema);
      *out = handle.release();
      return QADS_OK;
    } catch (...) {
      used.has_writer = false;
      throw;
    }
  });
}

qads_status qads_writer_set_schema(qads_writer* writer, const ArrowSchema* schema) {
  return guarded([&]() -> qads_status {
    writer_of(writer).set_schema(ffi::require(schema, "schema"));
    return QADS_OK;
  });
}

qads_status qads_writer_write(qads_writer* writer, const ArrowArray* batch, const ArrowSchema* schema, uint32_t flags,
                              int64_t timeout_ms) {
  return guarded([&]() -> qads_status {
    check_flags(flags, QADS_WRITE_MORE);
    writer_of(writer).write(ffi::require(batch, "batch"), schema, flags, timeout_ms);
    return QADS_OK;
  });
}

qads_status qads_writer_write_flat(qads_writer* writer, const qads_flat_batch* batch, uint32_t flags,
                                   int64_t timeout_ms) {
  return guarded([&]() -> qads_status {
    check_flags(flags, QADS_WRITE_MORE);
    writer_of(writer).write_flat(ffi::require(batch, "batch"), flags, timeout_ms);
    return QADS_OK;
  });
}

qads_status qads_writer_write_stream(qads_writer* writer, ArrowArrayStream* stream, uint32_t flags,
                                     int64_t timeout_ms) {
  const StreamOwner owner{stream};
  return guarded([&]() -> qads_status {
    check_flags(flags, QADS_WRITE_MESSAGE_PER_BATCH);
    if (ffi::require(stream, "stream").release == nullptr) throw Error(Code::kInvalid, "stream was released already");
    writer_of(writer).write_stream(*stream, flags, timeout_ms);
    return QADS_OK;
  });
}

qads_status qads_writer_give_up_message(qads_writer* writer) {
  return guarded([&]() -> qads_status {
    writer_of(writer).give_up_message();
    return QADS_OK;
  });
}

qads_status qads_writer_get_last_write(qads_writer* writer, qads_column_report* out, int64_t capacity, int64_t* count) {
  return guarded([&]() -> qads_status {
    channel::Writer& used = writer_of(writer);
    ffi::require(count, "count");
    const std::int64_t room = ffi::in_range(capacity, 0, INT64_MAX, "capacity");
    if (room > 0) ffi::require(out, "out");
    const std::vector<qads_column_report> report = used.last_write();
    std::copy_n(report.begin(), std::min<std::int64_t>(room, static_cast<std::int64_t>(report.size())), out);
    *count = static_cast<std::int64_t>(report.size());
    return QADS_OK;
  });
}

qads_status qads_writer_wait_readers(qads_writer* writer, int32_t readers, int64_t timeout_ms) {
  return guarded([&]() -> qads_status {
    writer_of(writer).wait_readers(readers, timeout_ms);
    return QADS_OK;
  });
}

qads_status qads_writer_wait_drained(qads_writer* writer, int64_t timeout_ms) {
  return guarded([&]() -> qads_status {
    writer_of(writer).wait_drained(timeout_ms);
    return QADS_OK;
  });
}

qads_status qads_writer_finish(qads_writer* writer) {
  return guarded([&]() -> qads_status {
    writer_of(writer).finish();
    return QADS_OK;
  });
}

qads_status qads_writer_close(qads_writer* writer) {
  return guarded([&]() -> qads_status {
    writer_of(writer).close();
    return QADS_OK;
  });
}

void qads_writer_free(qads_writer* writer) {
  if (writer == nullptr || writer->in_child()) return;
  (void)qads_writer_close(writer);
  delete writer;
}
