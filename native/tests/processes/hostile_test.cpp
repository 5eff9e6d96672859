// A reader process that scribbles over the sync section, again and again, while a writer and two honest readers work.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <random>

#include "../support/segment_ends.hpp"
#include "../support/sync_section.hpp"
#include "process.hpp"

namespace {

using namespace qads_test;
using namespace qads::layout;

constexpr std::int64_t kRows = 40;
constexpr std::int64_t kTimeoutMs = 10;
constexpr std::size_t kHeldBytes = 8192;
// Far more than any call with that timeout takes on a busy machine; less than for ever.
constexpr std::chrono::seconds kHang{60};

bool long_run() {
  const char* asked = std::getenv("QADS_LONG");
  return asked != nullptr && asked == std::string("1");
}

enum class Aim { kEverything, kAllButSlots };

struct Shared {
  std::atomic<std::uint64_t> strokes;
  std::atomic<bool> done;
  std::atomic<std::uint64_t> calls[2];    // of each honest reader
  std::atomic<std::uint64_t> batches[2];  // that it got, and found right
};

// What a word may be set to: each aims at one thing that somebody reads.
std::uint64_t forged(std::mt19937_64& random, const Sync& sync) {
  const std::uint64_t head = sync.head.load(std::memory_order_relaxed);
  const std::uint64_t choices[] = {0,
                                   ~std::uint64_t{0},
                                   1,
                                   std::uint64_t{1} << 63,
                                   head,
                                   head + random() % 8,
                                   head - random() % 8,
                                   head + (std::uint64_t{1} << 48),
                                   reader_control(random() % 8, random() % 6),
                                   pack_order(head - random() % 8, static_cast<std::uint32_t>(random() % 8)),
                                   random() % 64 * 4096,
                                   random() & random(),
                                   random()};
  return choices[random() % std::size(choices)];
}

void scribble(const MappedSegment& segment, Aim aim, std::mt19937_64& random) {
  const std::span<Word64> words = segment.words();
  const std::size_t count = aim == Aim::kEverything ? words.size() : segment.first_slot_word();
  switch (random() % 4) {
    case 0:  // everything at once
      for (std::size_t i = 0; i < count; ++i) words[i].store(random() % 2 == 0 ? 0 : forged(random, segment.sync()));
      return;
    case 1:  // one thing everywhere
      for (std::size_t i = 0, value = forged(random, segment.sync()); i < count; ++i) words[i].store(value);
      return;
    case 2: {  // the words that everybody looks at
      Word64* const aims[] = {&segment.sync().head,
                              &segment.sync().end,
                              &segment.sync().tail,
                              &words[0],
                              &words[16],
                              &segment.sync().readers[0].control,
                              &segment.order()[0],
                              &segment.sync().read_up_to,
                              &segment.sync().readers[1].cursor};
      aims[random() % std::size(aims)]->store(forged(random, segment.sync()));
      return;
    }
    default:
      words[random() % count].store(forged(random, segment.sync()));
  }
}

int be_hostile(const Directory& directory, Aim aim, Shared& shared) {
  const Inlet in(directory, "s");
  const MappedSegment segment(std::string(directory.path()) + "/qads_s");
  std::mt19937_64 random(aim == Aim::kEverything ? 1 : 2);
  for (; !shared.done.load(); shared.strokes.fetch_add(1)) {
    scribble(segment, aim, random);
    // Time for the others to get somewhere: what nobody reads any more harms nobody.
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 500));
  }
  return 0;
}

// Whether every byte can be read. What they are may be anything once slots were forged.
std::uint64_t touch(const ArrowArray& array) {
  std::uint64_t sum = 0;
  for (std::int64_t c = 0; c < array.n_children; ++c) {
    const auto* values = static_cast<const std::uint64_t*>(array.children[c]->buffers[1]);
    for (std::int64_t row = 0; row < array.children[c]->length; ++row) sum += values[row];
  }
  return sum;
}

bool is_right(const IntBatch& batch, const Got& got) {
  if (got.array.release == nullptr) return true;
  const std::string wrong = batch.difference(got.array, got.info.sequence);
  if (!wrong.empty()) {
    std::fprintf(stderr, "batch %lu: %s\n", static_cast<unsigned long>(got.info.sequence), wrong.c_str());
  }
  return wrong.empty();
}

// 0 if nothing wrong came; a call that hangs is the test's time limit's.
int be_honest(const Directory& directory, Aim aim, std::size_t number, Shared& shared) {
  const IntBatch batch(kRows);
  std::uint64_t sum = 0;
  qads_attach_options attach;
  qads_attach_options_init(&attach);
  attach.directory = directory.path();
  while (!shared.done.load()) {
    qads_arena* arena = nullptr;
    qads_reader* reader = nullptr;
    if (qads_attach_arena("s", &attach, &arena) != QADS_OK) return 2;  // nobody can write the header
    if (qads_attach_reader(arena, nullptr, &reader) == QADS_OK) {
      // After an error that only attaching again mends, it does so.
      Got kept;  // the one before, which must stay what it was
      for (int calls = 0; calls < 50 && !shared.done.load(); ++calls) {
        Got got;
        const auto begin = std::chrono::steady_clock::now();
        const qads_status status = qads_reader_next(reader, kTimeoutMs, &got.array, &got.info);
        if (std::chrono::steady_clock::now() - begin > kHang) return 3;
        shared.calls[number].fetch_add(1);
        if (status != QADS_OK && qads_last_error()[0] == '\0') return 4;
        if (status != QADS_OK) continue;
        sum += touch(got.array);
        if (aim == Aim::kAllButSlots) {
          if (!is_right(batch, got) || !is_right(batch, kept)) return 5;
          kept = std::move(got);
        }
        shared.batches[number].fetch_add(1);
      }
    }
    qads_reader_free(reader);
    qads_arena_free(arena);
  }
  return sum == 1 ? 6 : 0;  // it counts: no compiler may leave the reading out
}

class HostileReader : public testing::TestWithParam<std::tuple<std::int32_t, Aim>> {};

TEST_P(HostileReader, HarmsNobodysMemoryAndHoldsNobodyUp) {
  const auto [overflow, aim] = GetParam();
  const Directory directory;
  auto& shared = qads_test::shared<Shared>();
  qads_arena_options options = arena_options(8, 128 << 10, overflow);
  options.lifetime = QADS_LIFETIME_KEEP;
  Outlet out(directory, "s", options);
  IntBatch batch(kRows);
  void* held = nullptr;
  qads_allocation* allocation = nullptr;
  expect_ok(qads_arena_allocate(out.arena, kHeldBytes, 0, &held, &allocation));
  std::memset(held, 0x5a, kHeldBytes);
  expect_ok(out.write(batch, 0));

  Process one([&] { return be_honest(directory, aim, 0, shared); });
  Process two([&] { return be_honest(directory, aim, 1, shared); });
  ASSERT_TRUE(eventually([&] { return shared.batches[0].load() > 0 && shared.batches[1].load() > 0; }));
  Process hostile([&] { return be_hostile(directory, aim, shared); });

  const std::uint64_t enough = long_run() ? 100'000 : 300;
  const auto is_enough = [&] {
    return shared.strokes.load() >= enough && shared.calls[0].load() >= enough && shared.calls[1].load() >= enough;
  };
  std::uint64_t written = 1;
  for (std::uint64_t i = 0; !is_enough(); ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const qads_status status = out.write(batch, written, 0, kTimeoutMs);
    ASSERT_LT(std::chrono::steady_clock::now() - begin, kHang);
    if (status == QADS_OK) ++written;
    ASSERT_TRUE(status == QADS_OK || status == QADS_ERR_TIMEOUT || status == QADS_ERR_WOULD_NOT_FIT)
        << qads_last_error();
    if (i % 16 != 0) continue;
    qads_reader_state states[4]{};
    std::int32_t count = 0;
    expect_ok(qads_arena_get_readers(out.arena, states, 4, &count));
    out.info();
    (void)qads_writer_wait_drained(out.writer, 1);
  }
  shared.done.store(true);
  EXPECT_EQ(one.wait(), 0);
  EXPECT_EQ(two.wait(), 0);
  EXPECT_EQ(hostile.wait(), 0);
  EXPECT_EQ(std::string(kHeldBytes, 0x5a), std::string(static_cast<const char*>(held), kHeldBytes))
      << "a batch was written over memory that a user holds";
  qads_allocation_release(allocation);
  expect_ok(qads_writer_finish(out.writer));
  RecordProperty("strokes", std::to_string(shared.strokes.load()));
  RecordProperty("written", std::to_string(written));
  RecordProperty("read", std::to_string(shared.batches[0].load() + shared.batches[1].load()));
  out.close();

  // A new segment of the same name owes nothing to the old one's words.
  Outlet anew(directory, "s", arena_options(8, 128 << 10, overflow));
  Inlet in(directory, "s");
  for (std::uint64_t i = 0; i < 100; ++i) {
    Got got;
    ASSERT_EQ(anew.write(batch, i), QADS_OK) << qads_last_error();
    ASSERT_EQ(in.next(got), QADS_OK) << qads_last_error();
    ASSERT_EQ(batch.difference(got.array, i), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Everywhere, HostileReader,
                         testing::Combine(testing::Values(QADS_OVERFLOW_BLOCK, QADS_OVERFLOW_DROP_OLDEST),
                                          testing::Values(Aim::kEverything, Aim::kAllButSlots)),
                         [](const auto& of) {
                           return std::string(std::get<0>(of.param) == QADS_OVERFLOW_BLOCK ? "block" : "drop_oldest") +
                                  (std::get<1>(of.param) == Aim::kEverything ? "_everything" : "_all_but_slots");
                         });

}  // namespace
