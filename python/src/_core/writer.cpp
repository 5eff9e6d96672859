#include "writer.hpp"

#include <utility>

#include "producer.hpp"
#include "waiting.hpp"

namespace qads_python {
namespace {

// More than a record's tables take for a node, padding of its buffers included.
constexpr std::int64_t kBytesPerNode = 1024;

std::int64_t count_nodes(const ArrowArray& array) {
  std::int64_t nodes = 1;
  for (std::int64_t i = 0; i < array.n_children; ++i) nodes += count_nodes(*array.children[i]);
  return array.dictionary == nullptr ? nodes : nodes + count_nodes(*array.dictionary);
}

}  // namespace

struct Writer::OneBatch {
  OwnedSchema schema;
  OwnedArray array;
};

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
  capacity_ = options.capacity;
  check(without_gil([&] { return qads_create_arena(name_.c_str(), &options, &handles_->arena); }));
  qads_writer_options writer_options;
  qads_writer_options_init(&writer_options);
  writer_options.wait = arguments.wait;
  check(without_gil([&] { return qads_create_writer(handles_->arena, nullptr, &writer_options, &handles_->writer); }));
}

void Writer::set_schema(const py::object& schema_capsule) {
  const auto schema = from_capsule<ArrowSchema>(schema_capsule, kSchemaCapsule, about_);
  check(without_gil([&] { return qads_writer_set_schema(handles_->writer, schema.get()); }));
}

void Writer::write_array(const py::object& schema_capsule, const py::object& array_capsule, std::int64_t most_bytes,
                         bool more, std::int64_t timeout_ms) {
  OneBatch batch{from_capsule<ArrowSchema>(schema_capsule, kSchemaCapsule, about_),
                 from_capsule<ArrowArray>(array_capsule, kArrayCapsule, about_)};
  write_one(std::move(batch), more ? std::uint32_t{QADS_WRITE_MORE} : 0U, most_bytes, timeout_ms);
}

// A batch that the data area surely holds isn't cut: where there is no room at once, nothing was published, and it is safe
// to try again with time to wait. Others must not be tried twice, nor must part of a longer message.
void Writer::write_one(OneBatch batch, std::uint32_t flags, std::int64_t most_bytes, std::int64_t timeout_ms) {
  const auto held = std::make_shared<OneBatch>(std::move(batch));
  const auto write = [handles = handles_, held, flags](std::int64_t ms) {
    return qads_writer_write(handles->writer, held->array.get(), held->schema.get(), flags, ms);
  };
  const bool whole = !in_message_.exchange(flags != 0) && flags == 0;
  try {
    if (timeout_ms == 0 || (whole && in_main_thread() && surely_fits(*held->array.get(), most_bytes))) {
      const Outcome outcome = without_gil([&] { return write(0); });
      if (outcome.status != QADS_ERR_TIMEOUT || timeout_ms == 0) return check(outcome);
    }
    check(wait_elsewhere([write, timeout_ms] { return write(timeout_ms); }));
  } catch (...) {
    in_message_ = false;
    throw;
  }
}

bool Writer::surely_fits(const ArrowArray& array, std::int64_t most_bytes) const {
  return most_bytes >= 0 && most_bytes < capacity_ / 2 && count_nodes(array) * kBytesPerNode < capacity_ / 4;
}

void Writer::write_stream(const py::object& stream_capsule, std::int64_t most_bytes, bool message_per_batch,
                          std::int64_t timeout_ms) {
  write_all(from_capsule<ArrowArrayStream>(stream_capsule, kStreamCapsule, about_), most_bytes, message_per_batch,
            timeout_ms);
}

void Writer::write_streams(const py::iterator& stream_capsules, bool message_per_batch, std::int64_t timeout_ms) {
  const auto raised = std::make_shared<Raised>();
  try {
    write_all(chained(stream_capsules, raised), -1, message_per_batch, timeout_ms);
  } catch (py::error_already_set&) {
    if (!raised->error) throw;
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(raised->error.ptr())), raised->error.ptr());
    throw py::error_already_set();
  }
}

void Writer::write_all(OwnedStream stream_to_write, std::int64_t most_bytes, bool message_per_batch,
                       std::int64_t timeout_ms) {
  Producer producer(std::move(stream_to_write), about_);
  OwnedSchema schema = producer.schema();
  OwnedArray first = producer.next();
  OwnedArray second = first ? producer.next() : OwnedArray();
  if (first && !second) return write_one({std::move(schema), std::move(first)}, 0, most_bytes, timeout_ms);

  std::deque<OwnedArray> taken;
  if (first) taken.push_back(std::move(first));
  taken.push_back(std::move(second));
  in_message_ = false;
  const auto stop = std::make_shared<std::atomic<bool>>(false);
  const auto stream =
      std::make_shared<OwnedStream>(spliced(std::move(schema), std::move(taken), producer.take(), stop));
  const std::uint32_t flags = message_per_batch ? std::uint32_t{QADS_WRITE_MESSAGE_PER_BATCH} : 0U;
  try {
    Outcome outcome = wait_elsewhere([handles = handles_, stream, flags, timeout_ms] {
      return qads_writer_write_stream(handles->writer, stream->get(), flags, timeout_ms);
    });
    // What the producer said knows nothing of the segment.
    if (outcome.status == QADS_ERR_PRODUCER && outcome.message.find(about_) == std::string::npos) {
      outcome.message.insert(0, about_);
    }
    check(outcome);
  } catch (...) {
    *stop = true;
    throw;
  }
}

void Writer::give_up_message() {
  in_message_ = false;
  check(without_gil([&] { return qads_writer_give_up_message(handles_->writer); }));
}

std::shared_ptr<Allocation> Writer::allocate(std::int64_t size, std::int64_t timeout_ms) {
  auto allocation = std::make_shared<Allocation>();
  allocation->size = size;
  const auto call = [handles = handles_, allocation](std::int64_t ms) {
    return qads_arena_allocate(handles->arena, allocation->size, ms, &allocation->address, &allocation->handle);
  };
  Outcome outcome = without_gil([&] { return call(0); });
  if (outcome.status == QADS_ERR_TIMEOUT && timeout_ms != 0) {
    outcome = wait_elsewhere([call, timeout_ms] { return call(timeout_ms); });
  }
  check(outcome);
  return allocation;
}

void Writer::wait_readers(std::int32_t readers, std::int64_t timeout_ms) {
  check(wait_in_pieces(timeout_ms,
                       [&](std::int64_t ms) { return qads_writer_wait_readers(handles_->writer, readers, ms); }));
}

void Writer::wait_drained(std::int64_t timeout_ms) {
  check(wait_in_pieces(timeout_ms, [&](std::int64_t ms) { return qads_writer_wait_drained(handles_->writer, ms); }));
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
