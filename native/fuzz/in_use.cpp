// A segment that is changed under a writer and a reader at work: one thread puts the input's values into any section, again
// and again, while the writer writes and takes back, and the reader takes and releases. All calls must end, the writer's
// private memory must stay right: memory that a user holds is never given to a batch.
#include <arrow/api.h>

#include <array>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "support/consume.hpp"
#include "support/input.hpp"
#include "support/random_arrays.hpp"
#include "support/record_round_trip.hpp"
#include "support/scratch.hpp"
#include "support/sync_section.hpp"
#include "support/verdict.hpp"

namespace {

using namespace qads_fuzz;
using namespace qads::layout;

constexpr std::int64_t kCapacity = 64 << 10;
constexpr std::int64_t kTimeoutMs = 1;
constexpr std::size_t kMaxChanges = 32;
constexpr int kWrites = 12;
constexpr std::size_t kHeldBytes = 4096;

struct Change {
  std::size_t at;  // in the file, a multiple of the width
  std::uint64_t value;
  bool wide;
};

Change take_change(Input& input, const Header& header) {
  const auto what = input.take<std::uint8_t>();
  const std::uint64_t slots = header.sync_offset + slots_offset(header.order_count);
  const std::array<std::pair<std::uint64_t, std::uint64_t>, 6> parts = {{
      {0, sizeof(Header)},
      {header.schema_offset, 256},
      {header.sync_offset, sizeof(Sync)},
      {header.sync_offset + order_offset(), header.order_count * sizeof(Word64)},
      {slots, header.slot_count * sizeof(Slot)},
      {header.data_offset, header.data_size},
  }};
  const auto [offset, size] = parts[what % parts.size()];
  const bool wide = (what & 0x80) != 0;
  const std::size_t width = wide ? 8 : 4;
  const std::size_t at = offset + input.take<std::uint16_t>() * width % size;
  return {at, static_cast<std::uint64_t>(input.number(20)), wide};
}

void apply(const Change& change, std::byte* file) {
  if (change.wide) {
    reinterpret_cast<Word64*>(file + change.at)->store(change.value, std::memory_order_relaxed);
  } else {
    reinterpret_cast<Word32*>(file + change.at)
        ->store(static_cast<std::uint32_t>(change.value), std::memory_order_relaxed);
  }
}

const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches() {
  static const std::vector<std::shared_ptr<arrow::RecordBatch>> made = [] {
    qads_test::RandomArrays random(1);
    const auto schema = arrow::schema({arrow::field("i", arrow::int64()), arrow::field("s", arrow::utf8()),
                                       arrow::field("v", arrow::binary_view()), arrow::field("b", arrow::boolean()),
                                       arrow::field("l", arrow::list(arrow::int32()))});
    std::vector<std::shared_ptr<arrow::RecordBatch>> out;
    for (const std::int64_t rows : {5, 50, 400}) out.push_back(random.batch(schema, rows, qads_test::Nulls::kRandom));
    return out;
  }();
  return made;
}

// Takes in all forms. What it gets isn't validated: the writer's memory, too, is being changed. But every byte of the
// tables, which were checked when it was taken, must be there.
void read(const char* directory, Input forms, const std::atomic<bool>& done) {
  qads_attach_options attach;
  qads_attach_options_init(&attach);
  attach.directory = directory;
  while (!done.load()) {
    qads_arena* arena = nullptr;
    qads_reader* reader = nullptr;
    if (!is_ok(qads_attach_arena("fuzz", &attach, &arena))) return;  // its header was changed
    qads_status status = qads_attach_reader(arena, nullptr, &reader);
    while (is_ok(status) && !done.load()) {
      const std::uint32_t form = forms.below(3);
      ArrowArray array{};
      ArrowArrayStream stream{};
      qads_flat_batch batch{};
      if (form == 0) {
        status = qads_reader_next_flat(reader, kTimeoutMs, &batch, nullptr);
        if (status == QADS_OK) touch(batch);
        qads_lease_release(batch.lease);
      } else if (form == 1) {
        status = qads_reader_next(reader, kTimeoutMs, &array, nullptr);
        if (status == QADS_OK) array.release(&array);
      } else {
        status = qads_reader_next_message(reader, kTimeoutMs, &stream, nullptr);
        if (status == QADS_OK) consume(&stream, nullptr);
      }
      if (status == QADS_ERR_TIMEOUT || status == QADS_ERR_OVERRUN) status = QADS_OK;
    }
    qads_reader_free(reader);
    qads_arena_free(arena);
  }
}

void look_around(qads_arena* arena) {
  qads_arena_info info{};
  info.struct_size = sizeof info;
  must_be_ok(qads_arena_get_info(arena, &info));
  std::array<qads_reader_state, 4> states{};
  std::int32_t count = 0;
  is_ok(qads_arena_get_readers(arena, states.data(), static_cast<std::int32_t>(states.size()), &count));
}

void write(qads_arena* arena, qads_writer* writer, Input& input) {
  for (int i = 0; i < kWrites; ++i) {
    const auto what = input.take<std::uint8_t>();
    const qads_test::CArray array(*batches()[what % batches().size()]);
    is_ok(qads_writer_write(writer, &array, nullptr, (what & 0x40) != 0 ? QADS_WRITE_MORE : 0, kTimeoutMs));
    if (what >= 240) is_ok(qads_writer_wait_drained(writer, kTimeoutMs));
    if (what % 16 == 0) look_around(arena);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scratch scratch;
  Input input(data, size);
  const auto bits = input.take<std::uint8_t>();
  qads_arena_options options = small_arena(scratch, kCapacity);
  options.overflow = bits & 1;
  options.evict_after_ms = (bits & 2) != 0 ? 1 : 0;
  qads_arena* arena = nullptr;
  qads_writer* writer = nullptr;
  must_be_ok(qads_create_arena("fuzz", &options, &arena));
  const qads_test::CSchema schema(*batches()[0]->schema());
  must_be_ok(qads_create_writer(arena, &schema, nullptr, &writer));
  void* held = nullptr;
  qads_allocation* allocation = nullptr;
  must_be_ok(qads_arena_allocate(arena, kHeldBytes, 0, &held, &allocation));
  std::memset(held, 0x5a, kHeldBytes);
  {
    const qads_test::MappedSegment mapped(scratch.file("fuzz"));
    // The first block of a new arena: what the changer leaves alone, so that only a batch can be written over it.
    const std::uint64_t first = mapped.header().data_offset;
    must(std::memcmp(mapped.bytes() + first, held, kHeldBytes) == 0, "a user's first block isn't the arena's first");
    std::vector<Change> changes;
    const auto forms = input.take_bytes(8);
    Input writes(data, size);
    while (changes.size() < kMaxChanges && !input.empty()) {
      const Change change = take_change(input, mapped.header());
      if (change.at < first || change.at >= first + kHeldBytes) changes.push_back(change);
    }
    std::atomic<bool> done{false};
    std::thread reader([&] { read(scratch.path(), Input(forms.data(), forms.size()), done); });
    std::thread changer([&] {
      while (!done.load()) {
        for (const Change& change : changes) apply(change, mapped.bytes());
        std::this_thread::yield();
      }
    });
    write(arena, writer, writes);
    done.store(true);
    reader.join();
    changer.join();
  }
  const auto* bytes = static_cast<const unsigned char*>(held);
  for (std::size_t i = 0; i < kHeldBytes; ++i) must(bytes[i] == 0x5a, "a batch was written over memory that is held");
  qads_allocation_release(allocation);
  must_be_ok(qads_writer_finish(writer));
  qads_writer_free(writer);
  qads_arena_free(arena);
  if (scratch.has("fuzz")) is_ok(qads_remove("fuzz", scratch.path(), QADS_REMOVE_UNREAD));
  std::filesystem::remove(scratch.file("fuzz"));  // what isn't a segment any more is nobody's to remove but ours
  return 0;
}
