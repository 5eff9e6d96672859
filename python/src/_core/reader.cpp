#include "reader.hpp"

#include <pybind11/stl.h>

#include "reader_stream.hpp"
#include "waiting.hpp"

namespace qads_python {
namespace {

std::shared_ptr<qads_reader> attach(const ReaderArguments& arguments, qads_arena_info& info) {
  qads_attach_options attach_options;
  qads_attach_options_init(&attach_options);
  if (arguments.directory) attach_options.directory = arguments.directory->c_str();
  if (arguments.offline) attach_options.flags |= QADS_ATTACH_OFFLINE;
  qads_arena* arena = nullptr;
  const auto look = [&](std::int64_t piece_ms) {
    attach_options.timeout_ms = piece_ms;
    return qads_attach_arena(arguments.name.c_str(), &attach_options, &arena);
  };
  check(wait_in_pieces(arguments.attach_timeout_ms, look, QADS_ERR_NOT_FOUND));
  const std::unique_ptr<qads_arena, void (*)(qads_arena*)> freed(arena, qads_arena_free);

  info.struct_size = sizeof(info);
  check(Outcome::of(qads_arena_get_info(arena, &info)));
  qads_reader_options options;
  qads_reader_options_init(&options);
  options.start = arguments.start;
  options.loss = arguments.loss;
  options.wait = arguments.wait;
  qads_reader* reader = nullptr;
  check(without_gil([&] { return qads_attach_reader(arena, &options, &reader); }));
  return {reader, qads_reader_free};
}

}  // namespace

Reader::Reader(const ReaderArguments& arguments) : reader_(attach(arguments, info_)) {}

std::optional<Batch> Reader::next(std::int64_t timeout_ms) {
  const auto reader = reader_;
  const auto array = std::make_shared<OwnedArray>();
  qads_batch_info info{};
  const Outcome outcome = wait_in_pieces(
      timeout_ms, [&](std::int64_t piece_ms) { return qads_reader_next(reader.get(), piece_ms, array->get(), &info); });
  if (outcome.status == QADS_ERR_TIMEOUT) return std::nullopt;
  check(outcome);
  return Batch{schema(0), array, info};
}

py::object Reader::next_imported(const py::object& import, const py::object& schema, std::int64_t timeout_ms) {
  const auto reader = reader_;
  OwnedArray array;
  const Outcome outcome = wait_in_pieces(timeout_ms, [&](std::int64_t piece_ms) {
    return qads_reader_next(reader.get(), piece_ms, array.get(), nullptr);
  });
  if (outcome.status == QADS_ERR_TIMEOUT) return py::none();
  check(outcome);
  const py::int_ address(reinterpret_cast<std::uintptr_t>(array.get()));
  PyObject* const arguments[] = {address.ptr(), schema.ptr()};
  PyObject* imported = PyObject_Vectorcall(import.ptr(), arguments, 2, nullptr);
  if (imported == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(imported);
}

std::optional<MessageStream> Reader::next_stream(std::int64_t timeout_ms) {
  const auto reader = reader_;
  OwnedStream stream;
  qads_batch_info info{};
  const Outcome outcome = wait_in_pieces(timeout_ms, [&](std::int64_t piece_ms) {
    return qads_reader_next_message(reader.get(), piece_ms, stream.get(), &info);
  });
  if (outcome.status == QADS_ERR_TIMEOUT) return std::nullopt;
  check(outcome);
  return MessageStream{std::move(stream), info};
}

std::optional<Message> Reader::next_message(std::int64_t timeout_ms) {
  std::optional<MessageStream> taken = next_stream(timeout_ms);
  if (!taken) return std::nullopt;
  OwnedStream& stream = taken->stream;
  Message message{schema(0), {}, taken->info};
  for (;;) {  // all batches are there: this waits for nobody
    auto batch = std::make_shared<OwnedArray>();
    if (stream->get_next(stream.get(), batch->get()) != 0) {
      const char* said = stream->get_last_error(stream.get());
      raise({QADS_ERR_INTERNAL, said == nullptr ? "a message's batches can't be read" : said});
    }
    if (!*batch) return message;
    message.batches.push_back(std::move(batch));
  }
}

bool Reader::wait(std::int64_t timeout_ms) {
  const auto reader = reader_;
  const Outcome outcome =
      wait_in_pieces(timeout_ms, [&](std::int64_t piece_ms) { return qads_reader_wait(reader.get(), piece_ms); });
  if (outcome.status == QADS_ERR_TIMEOUT) return false;
  check(outcome);
  return true;
}

int Reader::descriptor() const {
  int fd = -1;
  check(without_gil([&] { return qads_reader_get_fd(reader_.get(), &fd); }));
  return fd;
}

const Schema& Reader::schema(std::int64_t timeout_ms) {
  if (!schema_) {
    const auto reader = reader_;
    OwnedSchema schema;
    check(wait_in_pieces(timeout_ms, [&](std::int64_t piece_ms) {
      return qads_reader_get_schema(reader.get(), piece_ms, schema.get());
    }));
    schema_.emplace(std::move(schema));
  }
  return *schema_;
}

py::capsule Reader::stream(std::int64_t timeout_ms) const {
  return to_capsule(export_reader(reader_, timeout_ms), kStreamCapsule);
}

qads_reader_stats Reader::statistics() const {
  qads_reader_stats out{};
  out.struct_size = sizeof(out);
  check(Outcome::of(qads_reader_get_stats(reader_.get(), &out)));
  return out;
}

void Reader::close() {
  const auto reader = reader_;
  check(without_gil([&] { return qads_reader_close(reader.get()); }));
}

void bind_reader(py::module_& module) {
  py::class_<Reader>(module, "Reader")
      .def(py::init([](std::string name, std::optional<std::string> directory, std::int64_t attach_timeout_ms,
                       std::int32_t start, std::int32_t loss, std::int32_t wait, bool offline) {
             return std::make_unique<Reader>(
                 ReaderArguments{std::move(name), std::move(directory), attach_timeout_ms, start, loss, wait, offline});
           }),
           py::arg("name"), py::arg("directory").none(true), py::arg("attach_timeout_ms"), py::arg("start"),
           py::arg("loss"), py::arg("wait"), py::arg("offline"))
      .def("next", &Reader::next, py::arg("timeout_ms"))
      .def("next_imported", &Reader::next_imported, py::arg("import_array"), py::arg("schema"), py::arg("timeout_ms"))
      .def("next_stream", &Reader::next_stream, py::arg("timeout_ms"))
      .def("next_message", &Reader::next_message, py::arg("timeout_ms"))
      .def("wait", &Reader::wait, py::arg("timeout_ms"))
      .def("descriptor", &Reader::descriptor)
      .def("schema", &Reader::schema, py::arg("timeout_ms"))
      .def("stream", &Reader::stream, py::arg("timeout_ms"))
      .def("room", [](const Reader& self) { return py::make_tuple(self.info().slots, self.info().capacity); })
      .def("close", &Reader::close)
      .def("statistics", [](const Reader& self) {
        const qads_reader_stats stats = self.statistics();
        py::dict out;
        out["held_batches"] = stats.held_batches;
        out["position"] = stats.position;
        out["head"] = stats.head;
        out["batches"] = stats.batches;
        out["rows"] = stats.rows;
        out["bytes"] = stats.bytes;
        out["lost"] = stats.lost;
        out["sleeps"] = stats.sleeps;
        return out;
      });
}

}  // namespace qads_python
