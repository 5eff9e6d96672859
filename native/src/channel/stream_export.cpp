#include "channel/stream_export.hpp"

#include <cerrno>
#include <exception>
#include <string>
#include <utility>

namespace qads::channel {

namespace {

int errno_of(Code code) {
  switch (code) {
    case Code::kTimeout:
      return ETIMEDOUT;
    case Code::kClosed:
      return ECANCELED;
    case Code::kNoMemory:
      return ENOMEM;
    default:
      return EIO;
  }
}

struct Failure {
  int error = 0;
  std::string message;
};

struct ReaderSource {
  std::shared_ptr<Reader> reader;
  std::int64_t timeout_ms;

  Failure schema(ArrowSchema* out) {
    std::shared_ptr<const arrow::Schema> schema;
    reader->require_own_process();
    if (const Code code = reader->schema(timeout_ms, schema); code != Code::kOk) return failed(code);
    schema->export_to(out);
    return {};
  }
  Failure next(ArrowArray* out) {
    LeasePtr lease;
    reader->require_own_process();
    const Code code = reader->next(timeout_ms, lease);
    if (code == Code::kEndOfStream) {
      *out = {};
      return {};
    }
    if (code != Code::kOk) return failed(code);
    LeasePool::export_array(lease.get(), out);
    (void)lease.release();  // its share is the array's now
    return {};
  }
  Failure failed(Code code) const { return {errno_of(code), reader->explain(code, timeout_ms)}; }
};

struct MessageSource {
  std::vector<LeasePtr> batches;
  std::shared_ptr<LeasePool> pool;
  std::size_t at = 0;

  Failure schema(ArrowSchema* out) const {
    pool->schema()->export_to(out);
    return {};
  }
  Failure next(ArrowArray* out) {
    *out = {};
    if (at == batches.size()) return {};
    LeasePool::export_array(batches[at].get(), out);
    (void)batches[at++].release();
    return {};
  }
};

// Nothing may be thrown into whoever reads the stream.
template <typename Source>
struct Stream {
  Source source;
  std::string last_error;

  template <typename Call>
  static int guarded(ArrowArrayStream* stream, Call call) noexcept {
    auto& self = *static_cast<Stream*>(stream->private_data);
    Failure failure;
    try {
      failure = call(self.source);
    } catch (const Error& error) {
      failure = {errno_of(error.code()), error.message()};
    } catch (const std::exception& error) {
      failure = {EIO, error.what()};
    }
    self.last_error = std::move(failure.message);
    return failure.error;
  }
  static int get_schema(ArrowArrayStream* stream, ArrowSchema* out) noexcept {
    return guarded(stream, [out](Source& source) { return source.schema(out); });
  }
  static int get_next(ArrowArrayStream* stream, ArrowArray* out) noexcept {
    return guarded(stream, [out](Source& source) { return source.next(out); });
  }
  static const char* get_last_error(ArrowArrayStream* stream) noexcept {
    const auto& self = *static_cast<Stream*>(stream->private_data);
    return self.last_error.empty() ? nullptr : self.last_error.c_str();
  }
  static void release(ArrowArrayStream* stream) noexcept {
    delete static_cast<Stream*>(stream->private_data);
    stream->private_data = nullptr;
    stream->release = nullptr;
  }
};

template <typename Source>
void export_source(Source source, ArrowArrayStream* out) {
  using Exported = Stream<Source>;
  auto stream = std::make_unique<Exported>(Exported{std::move(source), {}});
  *out = {&Exported::get_schema, &Exported::get_next, &Exported::get_last_error, &Exported::release, stream.release()};
}

}  // namespace

void export_stream(std::shared_ptr<Reader> reader, std::int64_t timeout_ms, ArrowArrayStream* out) {
  export_source(ReaderSource{std::move(reader), timeout_ms}, out);
}

void export_message(std::vector<LeasePtr> batches, ArrowArrayStream* out) {
  std::shared_ptr<LeasePool> pool = batches.front()->pool;
  export_source(MessageSource{std::move(batches), std::move(pool)}, out);
}

}  // namespace qads::channel
