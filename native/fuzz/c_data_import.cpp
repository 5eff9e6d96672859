// Wild but well-typed ArrowSchemas and ArrowArrays through the three ways of writing, then read back. Lawful ones must be
// taken; what was taken and libarrow finds valid must come out equal; nothing may be read outside of the buffers.
#include <arrow/api.h>
#include <arrow/c/bridge.h>

#include <cerrno>
#include <optional>
#include <stdexcept>

#include "support/consume.hpp"
#include "support/input.hpp"
#include "support/scratch.hpp"
#include "support/verdict.hpp"
#include "support/wild_array.hpp"
#include "support/wild_schema.hpp"

namespace {

using namespace qads_fuzz;

struct Ends {
  qads_arena* arena = nullptr;
  qads_writer* writer = nullptr;
  qads_arena* reading = nullptr;
  qads_reader* reader = nullptr;

  Ends(const Scratch& scratch, std::int64_t capacity) {
    const qads_arena_options options = small_arena(scratch, capacity);
    must_be_ok(qads_create_arena("fuzz", &options, &arena));
    must_be_ok(qads_create_writer(arena, nullptr, nullptr, &writer));
    qads_attach_options attach;
    qads_attach_options_init(&attach);
    attach.directory = scratch.path();
    must_be_ok(qads_attach_arena("fuzz", &attach, &reading));
    must_be_ok(qads_attach_reader(reading, nullptr, &reader));
  }
  ~Ends() {
    qads_writer_free(writer);
    qads_reader_free(reader);
    qads_arena_free(reading);
    qads_arena_free(arena);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
};

// There may be no room, which says nothing about the batch.
bool is_about_room(qads_status status) {
  return status == QADS_ERR_WOULD_NOT_FIT || status == QADS_ERR_TIMEOUT || status == QADS_ERR_NO_SPACE;
}

void must_take(bool lawful, qads_status status) {
  if (is_ok(status) || is_about_room(status)) return;
  must(!lawful, std::string("a lawful batch was refused: ") + qads_last_error());
}

// All that was published; nullopt if it isn't one batch, because it was cut by rows.
std::optional<std::shared_ptr<arrow::RecordBatch>> drain(const Ends& ends,
                                                         const std::shared_ptr<arrow::Schema>& schema) {
  std::shared_ptr<arrow::RecordBatch> last;
  int count = 0;
  for (ArrowArray array{}; is_ok(qads_reader_next(ends.reader, 0, &array, nullptr)); ++count) {
    last = consume(&array, schema);
  }
  must(count > 0, "nothing was published");
  return count == 1 ? std::optional(last) : std::nullopt;
}

std::shared_ptr<arrow::Schema> schema_of(const Ends& ends) {
  ArrowSchema exported{};
  must_be_ok(qads_reader_get_schema(ends.reader, 0, &exported));
  return consume(&exported);
}

// What was written, if libarrow finds it valid, has arrived. Takes the array.
void compare(ArrowArray* written, const std::shared_ptr<arrow::Schema>& schema,
             const std::shared_ptr<arrow::RecordBatch>& arrived) {
  if (schema == nullptr) return;
  const auto original = arrow::ImportRecordBatch(written, schema);
  if (!original.ok() || !(*original)->ValidateFull().ok()) return;
  must(arrived != nullptr, "a valid batch came out as one that libarrow refuses");
  const arrow::Status valid = arrived->ValidateFull();
  must(valid.ok(), "a valid batch came out invalid: " + valid.ToString());
  must(arrived->Equals(**original, false, arrow::EqualOptions().nans_equal(true)),
       "written:\n" + (*original)->ToString() + "\narrived:\n" + arrived->ToString());
}

void write_array(const Ends& ends, WildArray& array, Input& input) {
  const std::uint32_t flags = input.below(8) == 0 ? QADS_WRITE_MORE : 0;
  const qads_status status = qads_writer_write(ends.writer, &array.root(), nullptr, flags, 0);
  must_take(array.lawful(), status);
  if (status != QADS_OK) return;
  const std::shared_ptr<arrow::Schema> schema = schema_of(ends);
  if (const auto arrived = drain(ends, schema)) compare(&array.root(), schema, *arrived);
}

void write_flat(const Ends& ends, WildArray& array, Input& input) {
  const qads_flat_batch batch = array.flat(input.below(4) == 0);
  const qads_status status = qads_writer_write_flat(ends.writer, &batch, 0, 0);
  must_take(array.lawful(), status);
  if (status != QADS_OK) return;
  const std::shared_ptr<arrow::Schema> schema = schema_of(ends);
  const auto arrived = drain(ends, schema);
  if (arrived && array.lawful()) compare(&array.root(), schema, *arrived);
}

// A producer of a stream that may fail at any step.
struct Producer {
  const ArrowSchema& schema;
  WildArray& array;
  int batches;
  int fails_at;  // 0: get_schema
  bool explains;
  int calls = 0;
  int releases = 0;

  ArrowArrayStream stream() { return {&get_schema, &get_next, &get_last_error, &release, this}; }

  static Producer& self(ArrowArrayStream* stream) { return *static_cast<Producer*>(stream->private_data); }
  bool fails() { return calls++ == fails_at; }
  static int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
    if (self(stream).fails()) return EIO;
    *out = self(stream).schema;
    return 0;
  }
  static int get_next(ArrowArrayStream* stream, ArrowArray* out) {
    Producer& from = self(stream);
    if (from.fails()) return ENOMEM;
    *out = from.batches-- > 0 ? from.array.root() : ArrowArray{};
    return 0;
  }
  static const char* get_last_error(ArrowArrayStream* stream) { return self(stream).explains ? "no more" : nullptr; }
  static void release(ArrowArrayStream* stream) {
    ++self(stream).releases;
    stream->release = nullptr;
  }
};

void write_stream(const Ends& ends, const ArrowSchema& schema, WildArray& array, Input& input) {
  Producer producer{.schema = schema,
                    .array = array,
                    .batches = static_cast<int>(input.below(4)),
                    .fails_at = static_cast<int>(input.below(8)),
                    .explains = input.flag()};
  ArrowArrayStream stream = producer.stream();
  const std::uint32_t flags = input.flag() ? QADS_WRITE_MESSAGE_PER_BATCH : 0;
  const qads_status status = qads_writer_write_stream(ends.writer, &stream, flags, 0);
  must(producer.releases == 1, "the stream was released " + std::to_string(producer.releases) + " times");
  const bool ended = producer.batches < 0 || array.root().release == nullptr;  // a released array ends a stream
  if (is_ok(status)) must(ended, "not all batches were asked for");
  const bool failed = producer.calls > producer.fails_at;
  must_take(array.lawful() && !failed, status);
  ArrowArrayStream message{};
  if (is_ok(qads_reader_next_message(ends.reader, 0, &message, nullptr))) consume(&message, schema_of(ends));
}

void write_somehow(const Ends& ends, const ArrowSchema& schema, Input& input, std::uint8_t way) {
  const bool flat = way % 3 == 1;
  WildArray array(schema, input, flat);
  if (way % 3 == 0) write_array(ends, array, input);
  if (flat) write_flat(ends, array, input);
  if (way % 3 == 2) write_stream(ends, schema, array, input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scratch scratch;
  Input input(data, size);
  const auto way = input.take<std::uint8_t>();
  const WildSchema schema(input);
  const Ends ends(scratch, way & 0x10 ? 4096 : 64 << 10);
  const qads_status set = qads_writer_set_schema(ends.writer, &schema.root());
  if (!is_ok(set)) {
    must(!schema.lawful() || is_about_room(set), std::string("a lawful schema was refused: ") + qads_last_error());
    return 0;
  }
  try {
    for (int i = 0; i < 3 && (i == 0 || !input.empty()); ++i) write_somehow(ends, schema.root(), input, way);
  } catch (const std::length_error&) {
    return -1;  // of no use to the corpus
  }
  return 0;
}
