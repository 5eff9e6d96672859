#include "producer.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

namespace qads_python {
namespace {

struct Spliced {
  OwnedSchema schema;
  std::deque<OwnedArray> taken;
  OwnedStream rest;
  std::shared_ptr<std::atomic<bool>> stop;

  static Spliced& of(ArrowArrayStream* stream) { return *static_cast<Spliced*>(stream->private_data); }
};

}  // namespace

OwnedSchema Producer::schema() {
  OwnedSchema schema;
  int error = 0;
  {
    const py::gil_scoped_release released;
    error = stream_->get_schema(stream_.get(), schema.get());
  }
  if (error != 0) {
    (void)schema.take();
    failed(error);
  }
  return schema;
}

OwnedArray Producer::next() {
  OwnedArray array;
  int error = 0;
  {
    const py::gil_scoped_release released;
    error = stream_->get_next(stream_.get(), array.get());
  }
  if (error != 0) {
    (void)array.take();
    failed(error);
  }
  return array;
}

void Producer::failed(int error) {
  const char* said = stream_->get_last_error == nullptr ? nullptr : stream_->get_last_error(stream_.get());
  raise({QADS_ERR_PRODUCER,
         about_ + "the stream being written failed: " + (said != nullptr ? said : std::strerror(error))});
}

ArrowArrayStream spliced(OwnedSchema schema, std::deque<OwnedArray> taken, OwnedStream rest,
                         std::shared_ptr<std::atomic<bool>> stop) {
  ArrowArrayStream out{};
  out.get_schema = [](ArrowArrayStream* stream, ArrowSchema* schema_out) {
    *schema_out = Spliced::of(stream).schema.take();
    return 0;
  };
  out.get_next = [](ArrowArrayStream* stream, ArrowArray* array_out) {
    Spliced& self = Spliced::of(stream);
    if (*self.stop) return ECANCELED;
    if (self.taken.empty()) return self.rest->get_next(self.rest.get(), array_out);
    *array_out = self.taken.front().take();
    self.taken.pop_front();
    return 0;
  };
  out.get_last_error = [](ArrowArrayStream* stream) -> const char* {
    Spliced& self = Spliced::of(stream);
    if (*self.stop) return "interrupted by a signal";
    return self.rest->get_last_error == nullptr ? nullptr : self.rest->get_last_error(self.rest.get());
  };
  out.release = [](ArrowArrayStream* stream) {
    delete static_cast<Spliced*>(stream->private_data);
    stream->private_data = nullptr;
    stream->release = nullptr;
  };
  out.private_data = new Spliced{std::move(schema), std::move(taken), std::move(rest), std::move(stop)};
  return out;
}

namespace {

// Called with the GIL or without, in any thread.
struct Chained {
  py::iterator streams;
  std::shared_ptr<Raised> raised;
  OwnedStream current;
  std::string last_error;

  static Chained& of(ArrowArrayStream* stream) { return *static_cast<Chained*>(stream->private_data); }

  // The next of the streams; false after the last one. Needs the GIL.
  bool advance() {
    if (streams == py::iterator::sentinel()) return false;
    current = from_capsule<ArrowArrayStream>(*streams, kStreamCapsule, "");
    ++streams;
    return true;
  }

  int keep(py::error_already_set& error) {
    last_error = error.what();
    raised->error = error.value();
    return EIO;
  }

  int failed(int error) {
    const char* said = current->get_last_error == nullptr ? nullptr : current->get_last_error(current.get());
    last_error = said != nullptr ? said : std::strerror(error);
    return error;
  }

  int schema(ArrowSchema* out) {
    {
      const py::gil_scoped_acquire held;
      try {
        if (!current && !advance()) return EIO;
      } catch (py::error_already_set& error) {
        return keep(error);
      }
    }
    const int error = current->get_schema(current.get(), out);
    return error == 0 ? 0 : failed(error);
  }

  int next(ArrowArray* out) {
    *out = {};
    while (current) {
      if (const int error = current->get_next(current.get(), out); error != 0) return failed(error);
      if (out->release != nullptr) return 0;
      const py::gil_scoped_acquire held;
      try {
        if (!advance()) return 0;
      } catch (py::error_already_set& error) {
        return keep(error);
      }
    }
    return 0;
  }
};

}  // namespace

Raised::~Raised() {
  const py::gil_scoped_acquire held;
  error = py::object();
}

OwnedStream chained(py::iterator streams, std::shared_ptr<Raised> raised) {
  ArrowArrayStream out{};
  out.get_schema = [](ArrowArrayStream* stream, ArrowSchema* schema) { return Chained::of(stream).schema(schema); };
  out.get_next = [](ArrowArrayStream* stream, ArrowArray* array) { return Chained::of(stream).next(array); };
  out.get_last_error = [](ArrowArrayStream* stream) -> const char* { return Chained::of(stream).last_error.c_str(); };
  out.release = [](ArrowArrayStream* stream) {
    const py::gil_scoped_acquire held;
    delete static_cast<Chained*>(stream->private_data);
    stream->private_data = nullptr;
    stream->release = nullptr;
  };
  out.private_data = new Chained{std::move(streams), std::move(raised), {}, {}};
  return OwnedStream(out);
}

}  // namespace qads_python
