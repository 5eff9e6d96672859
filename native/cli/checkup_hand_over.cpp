#include <unistd.h>

#include <random>

#include "checkup.hpp"
#include "segments.hpp"
#include "text.hpp"

namespace qads::cli {
namespace {

constexpr std::int64_t kRows = 3;
constexpr std::int64_t kPatienceMs = 10'000;

void release_schema(ArrowSchema* schema) { schema->release = nullptr; }
void release_array(ArrowArray* array) { array->release = nullptr; }

// A batch without columns.
struct Sample {
  const void* buffers[1] = {nullptr};
  ArrowSchema schema{};
  ArrowArray batch{};

  Sample() {
    schema.format = "+s";
    schema.release = release_schema;
    batch.length = kRows;
    batch.n_buffers = 1;
    batch.buffers = buffers;
    batch.release = release_array;
  }
};

Arena create(const std::string& directory, const std::string& name) {
  qads_arena_options options;
  qads_arena_options_init(&options);
  options.directory = directory.c_str();
  options.capacity = 4096;
  options.schema_capacity = 4096;
  options.slots = 2;
  options.lifetime = QADS_LIFETIME_UNTIL_CLOSED;
  qads_arena* arena = nullptr;
  check(qads_create_arena(name.c_str(), &options, &arena));
  return {arena, qads_arena_free};
}

std::int64_t rows_read(qads_arena* arena) {
  qads_reader* attached = nullptr;
  check(qads_attach_reader(arena, nullptr, &attached));
  const std::unique_ptr<qads_reader, void (*)(qads_reader*)> reader(attached, qads_reader_free);
  ArrowArray batch{};
  check(qads_reader_next(attached, kPatienceMs, &batch, nullptr));
  const std::int64_t rows = batch.length;
  batch.release(&batch);
  return rows;
}

// Processes of several containers may share the directory and have one id.
std::string own_name() {
  std::random_device random;
  return "doctor-" + std::to_string(::getpid()) + "-" + std::to_string(random());
}

// Everything that segments need of the file system and the kernel: unnamed files, links, locks that conflict, mappings.
std::string hand_over(const std::string& directory) {
  const std::string name = own_name();
  const Sample sample;
  const Arena arena = create(directory, name);
  qads_writer* made = nullptr;
  check(qads_create_writer(arena.get(), &sample.schema, nullptr, &made));
  const std::unique_ptr<qads_writer, void (*)(qads_writer*)> writer(made, qads_writer_free);
  check(qads_writer_write(made, &sample.batch, nullptr, 0, kPatienceMs));
  const Arena other = attach(directory, name);
  const qads_arena_info info = info_of(other.get());
  if (info.writer_alive != 1) throw Failure(kFailed, "a writer that lives looks dead: locks don't work");
  if (rows_read(other.get()) != kRows) throw Failure(kFailed, "a batch arrived with other rows than were written");
  check(qads_writer_close(made));
  return std::to_string(info.layout_major) + "." + std::to_string(info.layout_minor);
}

}  // namespace

std::string check_hand_over(const std::string& directory, std::vector<Check>& out) {
  try {
    std::string layout = hand_over(directory);
    out.push_back(good("hand-over", "a segment was made, locked, written, read and removed there"));
    return layout;
  } catch (const Failure& failure) {
    out.push_back({"hand-over", Level::kFail, printable(failure.what()), "what the message says"});
    return "";
  }
}

}  // namespace qads::cli
