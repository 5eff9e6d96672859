#include "writer.hpp"

#include <utility>

#include "producer.hpp"
#include "waiting.hpp"

namespace qads_python {

Writer::Writer(const WriterArguments& arguments)
    : name_(arguments.name), about_("segment '" + name_ + "': "), handles_(std::make_shared<WriterHandles>()) {
  qads_arena_options options;
  qads_arena_options_init(&options);
  if (arguments.directory) options.directory = arguments.directory->c_str();
  options.capacity = arguments.capacity.value_or(options.capacity);
  options.schema_capacity = arguments.schema_capacity.value_or(options.schema_capacity);
  options.slots = arguments.slots.value_or(options.slots);
  options.reader_capacity = arguments.reader_capacity.value_or(options.reader_capacity);
  options.overflow = arguments.overflow;
  options.lifetime = arguments.lifetime;
  options.takeover = arguments.takeover;
  options.mode = arguments.mode;
  options.evict_after_ms = arguments.evict_after_ms;
  options.flags = arguments.flags;
  check(without_gil([&] { return qads_create_arena(name_.c_str(), &options, &handles_->arena); }));
  qads_writer_options writer_options;
  qads_writer_options_init(&writer_options);
  writer_options.wait = arguments.wait;
  writer_options.interrupted = interrupted;
  check(without_gil([&] { return qads_create_writer(handles_->arena, nullptr, &writer_options, &handles_->writer); }));
}

void Writer::set_schema(const py::object& schema_capsule) {
  const auto schema = from_capsule<ArrowSchema>(schema_capsule, kSchemaCapsule, about_);
  check(without_gil([&] { return qads_writer_set_schema(handles_->writer, schema.get()); }));
}

void Writer::write_array(const py::object& schema_capsule, const py::object& array_capsule, bool more,
                         std::int64_t timeout_ms) {
  const auto schema = from_capsule<ArrowSchema>(schema_capsule, kSchemaCapsule, about_);
  const auto array = from_capsule<ArrowArray>(array_capsule, kArrayCapsule, about_);
  const std::uint32_t flags = more ? std::uint32_t{QADS_WRITE_MORE} : 0U;
  check(interruptible([&, handles = handles_] {
    return qads_writer_write(handles->writer, array.get(), schema.get(), flags, timeout_ms);
  }));
}

py::object Writer::write_exported(const py::object& export_array, std::int64_t timeout_ms) {
  OwnedArray array;
  const py::int_ address(reinterpret_cast<std::uintptr_t>(array.get()));
  const auto exported = py::reinterpret_steal<py::object>(PyObject_CallOneArg(export_array.ptr(), address.ptr()));
  if (!exported) return py::error_already_set().value();
  check(interruptible(
      [&, handles = handles_] { return qads_writer_write(handles->writer, array.get(), nullptr, 0, timeout_ms); }));
  return py::none();
}

void Writer::write_stream(const py::object& stream_capsule, bool message_per_batch, std::int64_t timeout_ms) {
  write_all(from_capsule<ArrowArrayStream>(stream_capsule, kStreamCapsule, about_), message_per_batch, timeout_ms);
}

void Writer::write_streams(const py::iterator& stream_capsules, bool message_per_batch, std::int64_t timeout_ms) {
  py::object raised;
  try {
    write_all(chained(stream_capsules, raised), message_per_batch, timeout_ms);
  } catch (py::error_already_set&) {
    if (!raised) throw;
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(raised.ptr())), raised.ptr());
    throw py::error_already_set();
  }
}

void Writer::write_all(OwnedStream stream, bool message_per_batch, std::int64_t timeout_ms) {
  const std::uint32_t flags = message_per_batch ? std::uint32_t{QADS_WRITE_MESSAGE_PER_BATCH} : 0U;
  ArrowArrayStream given = stream.take();
  Outcome outcome = interruptible(
      [&, handles = handles_] { return qads_writer_write_stream(handles->writer, &given, flags, timeout_ms); });
  if (outcome.status == QADS_ERR_PRODUCER) producer_failed(outcome);
  check(outcome);
}

// A stream's error is a text. Ctrl-C in a producer written in Python is one as well, and must not look like a failure of the
// data: whoever catches errors would go on.
void Writer::producer_failed(const Outcome& outcome) const {
  run_signal_handlers();
  if (in_main_thread() && outcome.message.find("KeyboardInterrupt") != std::string::npos) {
    PyErr_SetString(PyExc_KeyboardInterrupt, outcome.message.c_str());
    throw py::error_already_set();
  }
  raise(outcome);
}

void Writer::give_up_message() {
  check(without_gil([&] { return qads_writer_give_up_message(handles_->writer); }));
}

std::shared_ptr<Allocation> Writer::allocate(std::int64_t size, std::int64_t timeout_ms) {
  auto allocation = std::make_shared<Allocation>();
  allocation->size = size;
  check(wait_in_pieces(timeout_ms, [&, handles = handles_](std::int64_t piece_ms) {
    return qads_arena_allocate(handles->arena, size, piece_ms, &allocation->address, &allocation->handle);
  }));
  return allocation;
}

void Writer::wait_readers(std::int32_t readers, std::int64_t timeout_ms) {
  check(interruptible(
      [&, handles = handles_] { return qads_writer_wait_readers(handles->writer, readers, timeout_ms); }));
}

void Writer::wait_drained(std::int64_t timeout_ms) {
  check(interruptible([&, handles = handles_] { return qads_writer_wait_drained(handles->writer, timeout_ms); }));
}

std::vector<qads_column_report> Writer::last_write() {
  std::vector<qads_column_report> report;
  std::int64_t count = 0;
  check(without_gil([&] {
    const qads_status status = qads_writer_get_last_write(handles_->writer, nullptr, 0, &count);
    if (status != QADS_OK) return status;
    report.resize(static_cast<std::size_t>(count));
    return qads_writer_get_last_write(handles_->writer, report.data(), count, &count);
  }));
  if (static_cast<std::size_t>(count) < report.size()) report.resize(static_cast<std::size_t>(count));
  return report;
}

void Writer::finish() {
  check(without_gil([&] { return qads_writer_finish(handles_->writer); }));
}

void Writer::close() {
  check(without_gil([&] {
    const qads_status status = qads_writer_close(handles_->writer);
    const qads_status arena = qads_arena_close(handles_->arena);
    return status == QADS_OK ? arena : status;
  }));
}

}  // namespace qads_python
