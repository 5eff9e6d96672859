// What the observer is told: each kind of event once it happens, with the segment, the reader and the numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "../processes/process.hpp"
#include "../support/segment_ends.hpp"

namespace {

using namespace qads_test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Told {
  std::int32_t kind;
  std::int32_t level;
  std::int32_t entry;
  std::int64_t pid;
  std::uint64_t batches;
  std::int64_t waited_ns;
  std::string message;
};

// Observes while it lives. What is told of other segments than "s" is a failure: there are none.
class Observer {
 public:
  Observer() { expect_ok(qads_set_observer(&Observer::observe, this)); }
  ~Observer() { expect_ok(qads_set_observer(nullptr, nullptr)); }
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  std::vector<std::int32_t> kinds() {
    const std::scoped_lock lock(mutex_);
    std::vector<std::int32_t> out;
    for (const Told& told : told_) out.push_back(told.kind);
    return out;
  }
  std::vector<Told> of(std::int32_t kind) {
    const std::scoped_lock lock(mutex_);
    std::vector<Told> out;
    for (const Told& told : told_) {
      if (told.kind == kind) out.push_back(told);
    }
    return out;
  }
  // Waits for an event of this kind.
  Told wait_for(std::int32_t kind) {
    for (int i = 0; i < 60'000; ++i) {
      if (const std::vector<Told> told = of(kind); !told.empty()) return told.front();
      pause_ms(1);
    }
    ADD_FAILURE() << "no event of kind " << kind << " within a minute";
    return {};
  }

 private:
  static void observe(void* context, const qads_event* event) {
    auto& self = *static_cast<Observer*>(context);
    EXPECT_EQ(event->struct_size, sizeof(qads_event));
    EXPECT_STREQ(event->segment, "s");
    EXPECT_THAT(event->message, HasSubstr("segment 's': "));
    const std::scoped_lock lock(self.mutex_);
    self.told_.push_back(
        {event->kind, event->level, event->entry, event->pid, event->batches, event->waited_ns, event->message});
  }

  std::mutex mutex_;
  std::vector<Told> told_;
};

TEST(Events, TellTheLifeOfASegmentAndItsReader) {
  const Directory directory;
  Observer observer;
  {
    Outlet out(directory, "s", arena_options(4, 1 << 20));
    IntBatch batch(3);
    for (std::uint64_t n = 0; n < 2; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK);
    Inlet in(directory, "s");
    Got got;
    for (std::uint64_t n = 0; n < 2; ++n) ASSERT_EQ(in.next(got), QADS_OK);
    expect_ok(qads_writer_finish(out.writer));
    got.release();
  }
  EXPECT_THAT(observer.kinds(),
              ElementsAre(QADS_EVENT_CREATED, QADS_EVENT_READER_ATTACHED, QADS_EVENT_REMOVED, QADS_EVENT_READER_LEFT));
  const Told created = observer.of(QADS_EVENT_CREATED).front();
  EXPECT_THAT(created.message, HasSubstr(std::string(directory.path()) + "/qads_s with 4 slots"));
  EXPECT_EQ(created.level, QADS_LEVEL_INFO);
  EXPECT_EQ(created.entry, -1);
  const Told attached = observer.of(QADS_EVENT_READER_ATTACHED).front();
  EXPECT_EQ(attached.entry, 0);
  EXPECT_EQ(attached.pid, getpid());
  EXPECT_EQ(attached.batches, 2U);
  EXPECT_THAT(observer.of(QADS_EVENT_REMOVED).front().message, HasSubstr("everything was read"));
  EXPECT_THAT(observer.of(QADS_EVENT_READER_LEFT).front().message, HasSubstr("left at batch 2, 0 batches lost"));
}

TEST(Events, TellWhyANameIsRemovedAndWhatATakeoverLeavesUnread) {
  const Directory directory;
  Observer observer;
  qads_arena_options options = arena_options(4, 1 << 20);
  options.lifetime = QADS_LIFETIME_KEEP;
  IntBatch batch(3);
  {
    Outlet out(directory, "s", options);
    ASSERT_EQ(out.write(batch, 0), QADS_OK);
  }
  {
    Outlet out(directory, "s", options);
  }
  const Told taken = observer.of(QADS_EVENT_TAKEN_OVER).front();
  EXPECT_EQ(taken.batches, 1U);
  EXPECT_EQ(taken.level, QADS_LEVEL_WARNING);
  EXPECT_THAT(taken.message, HasSubstr("with 1 batch left unread"));
  EXPECT_THAT(observer.of(QADS_EVENT_REMOVED), IsEmpty());
  expect_ok(qads_remove("s", directory.path(), 0));
  EXPECT_THAT(observer.of(QADS_EVENT_REMOVED).front().message, HasSubstr("on request"));
  options.lifetime = QADS_LIFETIME_UNTIL_CLOSED;
  {
    Outlet out(directory, "s", options);
  }
  EXPECT_THAT(observer.of(QADS_EVENT_REMOVED).back().message, HasSubstr("its writer closed"));
}

TEST(Events, NameTheReaderThatWritesWaitForThoughEachWaitIsShort) {
  const Directory directory;
  Observer observer;
  Outlet out(directory, "s", arena_options(2, 1 << 20));
  IntBatch batch(1);
  const Inlet in(directory, "s");
  for (std::uint64_t n = 0; n < 2; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK);
  for (int i = 0; i < 1000 && observer.of(QADS_EVENT_READER_LAGS).empty(); ++i) {
    ASSERT_EQ(out.write(batch, 2, 0, 100), QADS_ERR_TIMEOUT);
  }
  ASSERT_EQ(out.write(batch, 2, 0, 100), QADS_ERR_TIMEOUT);
  const std::vector<Told> lags = observer.of(QADS_EVENT_READER_LAGS);
  ASSERT_EQ(lags.size(), 1U) << "not at every look";
  EXPECT_EQ(lags.front().entry, 0);
  EXPECT_EQ(lags.front().pid, getpid());
  EXPECT_EQ(lags.front().batches, 2U);
  EXPECT_GE(lags.front().waited_ns, 1'000'000'000);
  EXPECT_EQ(lags.front().level, QADS_LEVEL_WARNING);
  EXPECT_THAT(lags.front().message, HasSubstr(", this process) is 2 batches behind, and the writer has waited "));
}

// One write waits for somebody to come, the other one for a batch that is held.
TEST(Events, TellOfAStallWhileTheWriteWaits) {
  const Directory unread_directory;
  const Directory held_directory;
  Observer observer;
  Outlet unread(unread_directory, "s", arena_options(1, 1 << 20));
  Outlet held(held_directory, "s", arena_options(1, 1 << 20));
  IntBatch batch(1);
  for (Outlet* out : {&unread, &held}) ASSERT_EQ(out->write(batch, 0), QADS_OK);
  Inlet in(held_directory, "s");
  Got got;
  ASSERT_EQ(in.next(got), QADS_OK);
  const auto write = [](Outlet& out) {
    IntBatch mine(1);
    EXPECT_EQ(out.write(mine, 1, 0, -1), QADS_OK) << qads_last_error();
  };
  std::thread unread_writer([&] { write(unread); });
  std::thread held_writer([&] { write(held); });
  for (int i = 0; i < 60'000 && observer.of(QADS_EVENT_STALLED).size() < 2; ++i) pause_ms(1);
  got.release();
  held_writer.join();
  Inlet late(unread_directory, "s");
  EXPECT_EQ(late.next(got), QADS_OK);
  got.release();
  unread_writer.join();
  std::vector<Told> stalled = observer.of(QADS_EVENT_STALLED);
  ASSERT_GE(stalled.size(), 2U);
  std::sort(stalled.begin(), stalled.end(), [](const Told& a, const Told& b) { return a.level < b.level; });
  EXPECT_EQ(stalled.front().level, QADS_LEVEL_INFO);
  EXPECT_THAT(stalled.front().message, HasSubstr("no reader is attached"));
  EXPECT_EQ(stalled.back().level, QADS_LEVEL_WARNING);
  EXPECT_THAT(stalled.back().message, HasSubstr("holds 1 of 1 slot"));
  EXPECT_GE(stalled.front().waited_ns, 1'000'000'000);
  EXPECT_THAT(observer.of(QADS_EVENT_READER_LAGS), IsEmpty());
}

TEST(Events, NameTheReaderThatIsEvicted) {
  const Directory directory;
  Observer observer;
  qads_arena_options options = arena_options(2, 1 << 20);
  options.evict_after_ms = 50;
  Outlet out(directory, "s", options);
  IntBatch batch(1);
  const Inlet in(directory, "s");
  for (std::uint64_t n = 0; n < 2; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK);
  for (int i = 0; i < 1000 && out.info().evicted_readers == 0; ++i) (void)out.write(batch, 2, 0, 60);
  const std::vector<Told> evicted = observer.of(QADS_EVENT_READER_EVICTED);
  ASSERT_EQ(evicted.size(), 1U);
  EXPECT_EQ(evicted.front().entry, 0);
  EXPECT_EQ(evicted.front().batches, 2U);
  EXPECT_GE(evicted.front().waited_ns, 50'000'000);
  EXPECT_THAT(evicted.front().message, HasSubstr("was evicted: it stood still at batch 0, 2 batches behind"));
}

TEST(Events, TellHowManyBatchesWereLostAndInAllWhenTheReaderLeaves) {
  for (const std::int32_t loss : {QADS_LOSS_ERROR, QADS_LOSS_COUNT}) {
    const Directory directory;
    Observer observer;
    Outlet out(directory, "s", arena_options(2, 1 << 20, QADS_OVERFLOW_DROP_OLDEST));
    IntBatch batch(5);
    qads_reader_options options = Inlet::defaults();
    options.loss = loss;
    Inlet in(directory, "s", options);
    for (std::uint64_t n = 0; n < 10; ++n) ASSERT_EQ(out.write(batch, n), QADS_OK);
    Got got;
    EXPECT_EQ(in.next(got), loss == QADS_LOSS_ERROR ? QADS_ERR_OVERRUN : QADS_OK);
    EXPECT_EQ(observer.of(QADS_EVENT_BATCHES_LOST).front().batches, 8U);
    EXPECT_THAT(observer.of(QADS_EVENT_BATCHES_LOST).front().message, HasSubstr("lost 8 batches"));
    in.close();
    EXPECT_EQ(observer.of(QADS_EVENT_READER_LEFT).front().batches, 8U);
  }
}

TEST(Events, TellOfDeadReadersToTheWriterThatReapsThem) {
  const Directory directory;
  Outlet out(directory, "s", arena_options(2, 1 << 20));
  IntBatch batch(1);
  auto& ready = shared<std::atomic<bool>>();
  Process reader([&] {
    const Inlet in(directory, "s");
    ready.store(true);
    pause_ms(60'000);
    return 0;
  });
  ASSERT_TRUE(eventually([&] { return ready.load(); }));
  Observer observer;
  const std::int64_t pid = reader.pid();
  reader.kill();
  for (std::uint64_t n = 0; n < 3; ++n) (void)out.write(batch, n, 0, 100);
  const Told reaped = observer.wait_for(QADS_EVENT_READER_REAPED);
  EXPECT_EQ(reaped.entry, 0);
  EXPECT_EQ(reaped.pid, pid);
  EXPECT_THAT(reaped.message, HasSubstr("reader 0 (pid " + std::to_string(pid) + ") died"));
}

TEST(Events, TellOfDeadReadersToTheReaderThatTakesTheirEntry) {
  const Directory directory;
  const Outlet out(directory, "s", arena_options(2, 1 << 20));
  auto& ready = shared<std::atomic<bool>>();
  Process reader([&] {
    const Inlet in(directory, "s");
    ready.store(true);
    pause_ms(60'000);
    return 0;
  });
  ASSERT_TRUE(eventually([&] { return ready.load(); }));
  const std::int64_t pid = reader.pid();
  reader.kill();
  Observer observer;
  const Inlet in(directory, "s");
  EXPECT_THAT(observer.kinds(), ElementsAre(QADS_EVENT_READER_REAPED, QADS_EVENT_READER_ATTACHED));
  EXPECT_EQ(observer.of(QADS_EVENT_READER_REAPED).front().pid, pid);
}

TEST(Events, TellAReaderOnceThatItsWriterDied) {
  const Directory directory;
  auto& ready = shared<std::atomic<bool>>();
  Process writer([&] {
    Outlet out(directory, "s", arena_options(2, 1 << 20));
    IntBatch batch(1);
    (void)out.write(batch, 0);
    ready.store(true);
    pause_ms(60'000);
    return 0;
  });
  ASSERT_TRUE(eventually([&] { return ready.load(); }));
  Observer observer;
  Inlet in(directory, "s");
  Got got;
  ASSERT_EQ(in.next(got), QADS_OK);
  writer.kill();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(in.next(got), QADS_ERR_WRITER_DIED);
  ASSERT_EQ(observer.of(QADS_EVENT_WRITER_DIED).size(), 1U);
  EXPECT_THAT(observer.of(QADS_EVENT_WRITER_DIED).front().message,
              HasSubstr("the writer died after publishing 1 batch; everything was read"));
}

TEST(Events, OfAForkAreNotToldToTheParentsObserver) {
  const Directory directory;
  auto& told = shared<std::atomic<int>>();
  const auto count = [](void* context, const qads_event*) { static_cast<std::atomic<int>*>(context)->fetch_add(1); };
  expect_ok(qads_set_observer(count, &told));
  Process child([&] {
    {
      const Outlet out(directory, "s", arena_options(2, 1 << 20));
    }
    if (told.load() != 0) return 1;
    if (qads_set_observer(count, &told) != QADS_OK) return 2;
    const Outlet out(directory, "s", arena_options(2, 1 << 20));
    return told.load() == 1 ? 0 : 3;
  });
  EXPECT_EQ(child.wait(), 0);
  expect_ok(qads_set_observer(nullptr, nullptr));
}

TEST(Events, GoToNobodyOnceTheObserverIsRemoved) {
  const Directory directory;
  std::atomic<int> told{0};
  const auto count = [](void* context, const qads_event*) { static_cast<std::atomic<int>*>(context)->fetch_add(1); };
  expect_ok(qads_set_observer(count, &told));
  const Outlet out(directory, "s", arena_options(2, 1 << 20));
  EXPECT_EQ(told, 1);
  expect_ok(qads_set_observer(nullptr, nullptr));
  const Inlet in(directory, "s");
  EXPECT_EQ(told, 1);
}

// A gate in the observer: who is inside stays there until the test lets it go.
struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool entered = false;
  bool open = false;

  static void observe(void* context, const qads_event* /*event*/) {
    auto& self = *static_cast<Gate*>(context);
    std::unique_lock lock(self.mutex);
    self.entered = true;
    self.changed.notify_all();
    self.changed.wait(lock, [&] { return self.open; });
  }
};

TEST(Events, AnObserverIsReplacedOnlyWhenNobodyIsInsideIt) {
  const Directory directory;
  const Outlet out(directory, "s", arena_options(2, 1 << 20));
  Gate gate;
  expect_ok(qads_set_observer(&Gate::observe, &gate));
  std::thread reader([&] { const Inlet in(directory, "s"); });
  {
    std::unique_lock lock(gate.mutex);
    gate.changed.wait(lock, [&] { return gate.entered; });
  }
  std::atomic<bool> replaced{false};
  std::thread replacer([&] {
    expect_ok(qads_set_observer(nullptr, nullptr));
    replaced.store(true);
  });
  pause_ms(50);
  EXPECT_FALSE(replaced.load());
  {
    const std::scoped_lock lock(gate.mutex);
    gate.open = true;
    gate.changed.notify_all();
  }
  reader.join();
  replacer.join();
}

TEST(Events, AnObserverMayRemoveItself) {
  const Directory directory;
  std::atomic<int> told{0};
  expect_ok(qads_set_observer(
      [](void* context, const qads_event* /*event*/) {
        static_cast<std::atomic<int>*>(context)->fetch_add(1);
        expect_ok(qads_set_observer(nullptr, nullptr));
      },
      &told));
  const Outlet out(directory, "s", arena_options(2, 1 << 20));
  const Inlet in(directory, "s");
  EXPECT_EQ(told, 1);
}

TEST(Events, OfManyThreadsReachAnObserverThatChangesAllTheTime) {
  const Directory directory;
  const Outlet out(directory, "s", arena_options(2, 1 << 20));
  std::atomic<int> threads{4};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      for (int n = 0; n < 50; ++n) const Inlet in(directory, "s");
      --threads;
    });
  }
  std::uint64_t total = 0;
  while (threads.load() != 0) {
    // Freed as soon as the observer is replaced.
    auto told = std::make_unique<std::atomic<std::uint64_t>>(0);
    expect_ok(qads_set_observer(
        [](void* context, const qads_event* /*event*/) {
          static_cast<std::atomic<std::uint64_t>*>(context)->fetch_add(1);
        },
        told.get()));
    pause_ms(1);
    expect_ok(qads_set_observer(nullptr, nullptr));
    total += told->load();
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(total, 0U);
}

}  // namespace
