#include "reader_stream.hpp"

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>

#include "waiting.hpp"

namespace qads_python {
namespace {

int errno_of(qads_status status) {
  switch (status) {
    case QADS_ERR_TIMEOUT:
      return ETIMEDOUT;
    case QADS_ERR_CLOSED:
      return ECANCELED;
    case QADS_ERR_NO_MEMORY:
      return ENOMEM;
    default:
      return EIO;
  }
}

// What a signal handler raised can't go through a C callback. Ctrl-C is delivered once more, to whatever Python code runs
// next; anything else is printed.
void pass_on_later() {
  if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt) != 0) {
    PyErr_Clear();
    PyErr_SetInterrupt();
  } else {
    PyErr_WriteUnraisable(nullptr);
  }
}

struct Exported {
  std::shared_ptr<qads_reader> reader;
  std::int64_t timeout_ms;
  std::string last_error;

  static Exported& of(ArrowArrayStream* stream) { return *static_cast<Exported*>(stream->private_data); }

  int ended(const Outcome& outcome) {
    last_error = outcome.message;
    return outcome.status == QADS_OK || outcome.status == QADS_END_OF_STREAM ? 0 : errno_of(outcome.status);
  }

  // Consumers call with the GIL or without. A wait must not keep it, and signal handlers need it; but a thread of the
  // consumer's own must not ask for it, because who waits for that thread may hold it.
  template <typename Function>
  int wait(const Function& call) noexcept {
    if (PyGILState_Check() == 0 && !in_main_thread()) return ended(Outcome::of(call(timeout_ms)));
    try {
      const py::gil_scoped_acquire held;
      return ended(wait_in_pieces(timeout_ms, call));
    } catch (py::error_already_set& raised) {
      const py::gil_scoped_acquire held;
      raised.restore();
      pass_on_later();
      last_error = "interrupted by a signal";
      return EINTR;
    } catch (const std::exception& error) {
      last_error = error.what();
      return EIO;
    }
  }
};

}  // namespace

ArrowArrayStream export_reader(std::shared_ptr<qads_reader> reader, std::int64_t timeout_ms) {
  ArrowArrayStream out{};
  out.get_schema = [](ArrowArrayStream* stream, ArrowSchema* schema) {
    Exported& self = Exported::of(stream);
    const auto call = [&](std::int64_t ms) {
      const qads_status status = qads_reader_get_schema(self.reader.get(), ms, schema);
      return status == QADS_END_OF_STREAM ? QADS_ERR_WRITER_DIED : status;  // an end without a schema is an error here
    };
    return self.wait(call);
  };
  out.get_next = [](ArrowArrayStream* stream, ArrowArray* array) {
    Exported& self = Exported::of(stream);
    *array = {};
    return self.wait([&](std::int64_t ms) { return qads_reader_next(self.reader.get(), ms, array, nullptr); });
  };
  out.get_last_error = [](ArrowArrayStream* stream) -> const char* {
    const Exported& self = Exported::of(stream);
    return self.last_error.empty() ? nullptr : self.last_error.c_str();
  };
  out.release = [](ArrowArrayStream* stream) {
    delete static_cast<Exported*>(stream->private_data);
    stream->private_data = nullptr;
    stream->release = nullptr;
  };
  out.private_data = new Exported{std::move(reader), timeout_ms, {}};
  return out;
}

}  // namespace qads_python
