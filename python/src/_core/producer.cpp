#include "producer.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

namespace qads_python {
namespace {

// Called with the GIL or without, in any thread.
struct Chained {
  py::object streams;
  py::object& raised;
  OwnedStream current;
  std::string last_error;

  static Chained& of(ArrowArrayStream* stream) { return *static_cast<Chained*>(stream->private_data); }

  // The next of the streams, which isn't asked for before; false after the last one. Needs the GIL.
  bool advance() {
    const auto capsule = py::reinterpret_steal<py::object>(PyIter_Next(streams.ptr()));
    if (!capsule) {
      if (PyErr_Occurred() != nullptr) throw py::error_already_set();
      return false;
    }
    current = from_capsule<ArrowArrayStream>(capsule, kStreamCapsule, "");
    return true;
  }

  int keep(py::error_already_set& error) {
    last_error = error.what();
    raised = error.value();
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

OwnedStream chained(py::iterator streams, py::object& raised) {
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
  out.private_data = new Chained{std::move(streams), raised, {}, {}};
  return OwnedStream(out);
}

}  // namespace qads_python
