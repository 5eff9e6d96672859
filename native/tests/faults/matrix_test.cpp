// Every fault point × writer or reader × both overflow policies × 1, 2 and 8 readers: a process is killed there, or stops for
// a while. Survivors get every batch that they were promised, bit by bit; nobody waits for the dead; every slot, all memory
// and the name can be used again.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "os/fault_point.hpp"
#include "qadataswap/qadataswap.h"
#include "scene.hpp"

namespace {

using namespace qads_test;

// The living finish together: `late` has come after the accident and read up to `written`.
void live_on(Scene& scene, Agent& writer, Agent& late, const std::vector<Agent*>& readers, std::uint64_t written) {
  scene.everything_is_free(writer, late);
  written += kSlots;
  EXPECT_EQ(writer.ask("finish"), "ok");
  for (Agent* reader : readers) scene.got_all(reader->answer(), QADS_END_OF_STREAM, written);
  EXPECT_TRUE(
      late.ask("drain").starts_with("end " + std::to_string(QADS_END_OF_STREAM) + " next=" + std::to_string(written)));
  scene.ends_well(writer);
  for (Agent* reader : readers) scene.ends_well(*reader);
  scene.ends_well(late);
  scene.nothing_left();
}

void all_drain(const std::vector<Agent*>& readers) {
  for (Agent* reader : readers) reader->tell("drain");
}

void all_got(Scene& scene, const std::vector<Agent*>& readers, int ended, std::uint64_t written) {
  for (Agent* reader : readers) {
    scene.got_all(reader->answer(), ended, written);
    scene.ends_well(*reader);
  }
}

// ---- the writer ----

// What the readers of a writer that is dead must have got, and who comes after it.
void outlive_writer(Scene& scene, Agent& victim, const std::vector<Agent*>& readers, int ended = QADS_ERR_WRITER_DIED) {
  const std::uint64_t promised = scene.published();
  while (!victim.answer().empty()) {
  }
  EXPECT_GE(promised, victim.wrote()) << "what a write has returned for is published";
  all_got(scene, readers, ended, promised);
  scene.successor();
}

void writer_creates(const Case& which) {
  Scene scene(which);
  Agent& victim = scene.writer("", which.fault());
  victim.tell("write 1");
  if (scene.befalls(victim)) {
    EXPECT_EQ(victim.answer(), "ok");
    EXPECT_EQ(victim.answer(), "ok");
    const auto readers = scene.readers(which.readers);
    all_drain(readers);
    Agent& late = scene.reader();
    EXPECT_TRUE(late.ask("until 1").starts_with("ok "));
    live_on(scene, victim, late, readers, 1);
    return;
  }
  const std::vector<std::string> entries = scene.entries();
  EXPECT_TRUE(entries.empty() || entries == std::vector<std::string>{"qads_s"}) << entries.front();
  if (!entries.empty()) {
    const auto readers = scene.readers(which.readers);
    all_drain(readers);
    all_got(scene, readers, QADS_ERR_WRITER_DIED, 0);
  }
  scene.successor();
}

void writer_takes_over(const Case& which) {
  Scene scene(which);
  Agent& old = scene.writer();
  EXPECT_EQ(old.ask("write 2"), "ok");
  const auto readers = scene.readers(which.readers);
  for (Agent* reader : readers) EXPECT_TRUE(reader->ask("take 1").starts_with("ok "));
  old.signal(SIGKILL);
  EXPECT_TRUE(old.dies());
  Agent& victim = scene.writer("", which.fault());
  if (scene.befalls(victim)) {
    EXPECT_EQ(victim.answer(), "ok");
    EXPECT_EQ(victim.end(), 0);
  }
  scene.successor();
  all_drain(readers);
  all_got(scene, readers, QADS_ERR_WRITER_DIED, 2);
}

// A file system with room for one segment: it takes the place of the one whose writer has gone, which goes first.
void writer_makes_room(const Case& which) {
  Scene scene(which);
  const qads::test::Mount small(scene.path(), "tmpfs", "size=96k");
  if (!small.mounted()) GTEST_SKIP() << "this machine doesn't let us mount a tmpfs";
  Agent& old = scene.writer("populate");
  EXPECT_EQ(old.ask("write 2"), "ok");
  old.signal(SIGKILL);
  EXPECT_TRUE(old.dies());
  Agent& victim = scene.writer("populate", which.fault());
  if (scene.befalls(victim)) {
    EXPECT_EQ(victim.answer(), "ok");
    EXPECT_EQ(victim.end(), 0);
  }
  scene.successor();
}

void writer_writes(const Case& which) {
  Scene scene(which);
  Agent& victim = scene.writer("", which.fault());
  ASSERT_EQ(victim.answer(), "ok");
  const auto readers = scene.readers(which.readers);
  all_drain(readers);
  scene.look_in();
  victim.tell("write 12");
  if (!scene.befalls(victim)) return outlive_writer(scene, victim, readers);
  EXPECT_EQ(victim.answer(), "ok");
  Agent& late = scene.reader();
  EXPECT_TRUE(late.ask("until 12").starts_with("ok "));
  live_on(scene, victim, late, readers, kAll);
}

// Every slot is held, so that it sleeps for room.
void writer_sleeps(const Case& which) {
  Scene scene(which);
  Agent& victim = scene.writer("", which.fault());
  ASSERT_EQ(victim.answer(), "ok");
  auto readers = scene.readers(which.readers);
  scene.look_in();
  for (std::size_t i = 1; i < readers.size(); ++i) readers[i]->tell("drain");
  victim.tell("write 4");
  EXPECT_EQ(victim.answer(), "ok");
  EXPECT_TRUE(readers.front()->ask("hold 4").starts_with("ok "));
  victim.tell("write 1");
  const bool lives = scene.befalls(victim);
  EXPECT_EQ(readers.front()->ask("release"), "ok");
  readers.front()->tell("drain");
  if (!lives) return outlive_writer(scene, victim, readers);
  EXPECT_EQ(victim.answer(), "ok");
  Agent& late = scene.reader();
  EXPECT_TRUE(late.ask("until 5").starts_with("ok "));
  live_on(scene, victim, late, readers, 5);
}

void writer_wakes(const Case& which) {
  Scene scene(which);
  Agent& victim = scene.writer("", which.fault());
  ASSERT_EQ(victim.answer(), "ok");
  EXPECT_EQ(victim.ask("schema"), "ok");
  const auto readers = scene.readers(which.readers);
  all_drain(readers);
  scene.look_in();
  EXPECT_TRUE(eventually([&] { return scene.reader_sleeps(); }));
  victim.tell("write 1");
  if (!scene.befalls(victim)) return outlive_writer(scene, victim, readers);
  EXPECT_EQ(victim.answer(), "ok");
  Agent& late = scene.reader();
  EXPECT_TRUE(late.ask("until 1").starts_with("ok "));
  live_on(scene, victim, late, readers, 1);
}

// A reader that holds a batch dies first, and the writer while it cleans up.
void writer_reaps(const Case& which) {
  Scene scene(which);
  Agent& victim = scene.writer("", which.fault());
  ASSERT_EQ(victim.answer(), "ok");
  Agent& dead = scene.reader();
  const auto readers = scene.readers(which.readers);
  all_drain(readers);
  scene.look_in();
  EXPECT_EQ(victim.ask("write 1"), "ok");
  EXPECT_TRUE(dead.ask("hold 1").starts_with("ok "));
  dead.signal(SIGKILL);
  EXPECT_TRUE(dead.dies());
  victim.tell("write 11");
  if (!scene.befalls(victim)) return outlive_writer(scene, victim, readers);
  EXPECT_EQ(victim.answer(), "ok");
  EXPECT_EQ(scene.reaped(), 1U);
  Agent& late = scene.reader();
  EXPECT_TRUE(late.ask("until 12").starts_with("ok "));
  live_on(scene, victim, late, readers, kAll);
}

// Of all readers one alone stands in the way. The others have read what there is, so they aren't, however slow they are.
void writer_evicts(const Case& which) {
  Scene scene(which);
  Agent& victim = scene.writer("evict 20", which.fault());
  ASSERT_EQ(victim.answer(), "ok");
  Agent& laggard = scene.reader();
  const auto readers = scene.readers(which.readers);
  scene.look_in();
  EXPECT_EQ(victim.ask("write 4"), "ok");
  for (Agent* reader : readers) EXPECT_TRUE(reader->ask("until 4").starts_with("ok "));
  all_drain(readers);
  victim.tell("write 4");
  const bool lives = scene.befalls(victim);
  if (!lives) {
    const std::string state = laggard.ask("drain");
    if (which.point == "evict.marked") {
      EXPECT_TRUE(state.starts_with("end " + std::to_string(QADS_ERR_EVICTED) + " ")) << state;
    } else {
      scene.got_all(state, QADS_ERR_WRITER_DIED, kSlots);
    }
    scene.ends_well(laggard);
    return outlive_writer(scene, victim, readers);
  }
  EXPECT_EQ(victim.answer(), "ok");
  EXPECT_TRUE(laggard.ask("drain").starts_with("end " + std::to_string(QADS_ERR_EVICTED) + " "));
  EXPECT_EQ(victim.ask("finish"), "ok");
  all_got(scene, readers, QADS_END_OF_STREAM, 2 * kSlots);
  scene.ends_well(laggard);
  scene.ends_well(victim);
  scene.nothing_left();
}

void writer_ends(const Case& which, int ended) {
  Scene scene(which);
  Agent& victim = scene.writer("", which.fault());
  ASSERT_EQ(victim.answer(), "ok");
  const auto readers = scene.readers(which.readers);
  all_drain(readers);
  scene.look_in();
  EXPECT_EQ(victim.ask("write 4"), "ok");
  victim.tell("finish");
  victim.tell("close");
  if (!scene.befalls(victim)) return outlive_writer(scene, victim, readers, ended);
  EXPECT_EQ(victim.answer(), "ok");
  EXPECT_EQ(victim.answer(), "ok");
  all_got(scene, readers, QADS_END_OF_STREAM, kSlots);
  scene.ends_well(victim);
  scene.nothing_left();
}

void writer_finishes_unseen(const Case& which) { writer_ends(which, QADS_ERR_WRITER_DIED); }
void writer_finishes(const Case& which) { writer_ends(which, QADS_END_OF_STREAM); }

// ---- a reader ----

// Where there is one other reader, the writer has only that one to go on with, and must clean up after the victim by itself.
// Otherwise one comes late, and may find itself in the victim's place.
Agent& helper(Scene& scene, std::vector<Agent*>& others) {
  if (scene.which().readers != 2) return scene.reader();
  Agent& other = *others.front();
  others.clear();
  return other;
}

void all_but_helper_drain(const Scene& scene, const std::vector<Agent*>& others) {
  if (scene.which().readers != 2) all_drain(others);
}

// A reader that came to grief among others: the writer and they go on, and so does the victim if it only stopped.
void outlive_reader(Scene& scene, Agent& writer, Agent* lives, std::vector<Agent*> others, std::uint64_t written) {
  Agent& late = helper(scene, others);
  EXPECT_TRUE(late.ask("until " + std::to_string(written)).starts_with("ok "));
  EXPECT_EQ(writer.answer(), "ok") << "the writer waits for the dead";
  if (lives != nullptr) others.push_back(lives);
  live_on(scene, writer, late, others, written);
}

// On its way in while the writer is at work. One that only stopped comes late, and gets what comes from then on.
void reader_joins(const Case& which) {
  Scene scene(which);
  Agent& writer = scene.writer();
  auto others = scene.readers(which.readers - 1);
  all_but_helper_drain(scene, others);
  Agent& victim = scene.start(which.fault());
  victim.tell("attach");
  victim.tell("drain");
  writer.tell("write 12");
  const bool lives = scene.befalls(victim);
  if (!lives) return outlive_reader(scene, writer, nullptr, others, kAll);
  EXPECT_EQ(victim.answer(), "ok");
  Agent& late = helper(scene, others);
  EXPECT_TRUE(late.ask("until 12").starts_with("ok "));
  EXPECT_EQ(writer.answer(), "ok");
  scene.everything_is_free(writer, late);
  EXPECT_EQ(writer.ask("finish"), "ok");
  for (Agent* reader : {&victim, &late}) {
    if (reader == &late) reader->tell("drain");
    EXPECT_TRUE(reader->answer().starts_with("end " + std::to_string(QADS_END_OF_STREAM) + " next=16 "));
    scene.ends_well(*reader);
  }
  all_got(scene, others, QADS_END_OF_STREAM, kAll + kSlots);
  scene.ends_well(writer);
  scene.nothing_left();
}

void reader_reads_and(const Case& which, const std::string& last) {
  Scene scene(which);
  Agent& writer = scene.writer();
  auto others = scene.readers(which.readers - 1);
  all_but_helper_drain(scene, others);
  Agent& victim = scene.start(which.fault());
  EXPECT_EQ(victim.ask("attach"), "ok");
  for (const std::string command : {"hold 2", "take 1", "release"}) victim.tell(command);
  victim.tell(last);
  writer.tell("write 12");
  const bool lives = scene.befalls(victim);
  if (lives) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(victim.answer().starts_with("ok"));
    if (last == "close") {
      EXPECT_EQ(victim.answer(), "ok");
    }
  }
  outlive_reader(scene, writer, lives && last == "drain" ? &victim : nullptr, others, kAll);
}

void reader_reads(const Case& which) { reader_reads_and(which, "drain"); }
void reader_leaves(const Case& which) { reader_reads_and(which, "close"); }

void reader_sleeps(const Case& which) {
  Scene scene(which);
  Agent& writer = scene.writer();
  auto others = scene.readers(which.readers - 1);
  all_but_helper_drain(scene, others);
  Agent& victim = scene.start(which.fault());
  victim.tell("attach");
  victim.tell("drain");
  const bool lives = scene.befalls(victim);
  if (lives) {
    EXPECT_EQ(victim.answer(), "ok");
  }
  writer.tell("write 12");
  outlive_reader(scene, writer, lives ? &victim : nullptr, others, kAll);
}

// The writer sleeps for room, because the victim holds every slot; the victim wakes it.
void reader_wakes(const Case& which) {
  Scene scene(which);
  Agent& writer = scene.writer();
  auto others = scene.readers(which.readers - 1);
  all_but_helper_drain(scene, others);
  Agent& victim = scene.start(which.fault());
  EXPECT_EQ(victim.ask("attach"), "ok");
  scene.look_in();
  victim.tell("hold 4");
  EXPECT_EQ(writer.ask("write 4"), "ok");
  EXPECT_TRUE(victim.answer().starts_with("ok "));
  writer.tell("write 1");
  EXPECT_TRUE(eventually([&] { return scene.writer_sleeps(); }));
  victim.tell("release");
  victim.tell("drain");
  const bool lives = scene.befalls(victim);
  if (lives) {
    EXPECT_EQ(victim.answer(), "ok");
  }
  outlive_reader(scene, writer, lives ? &victim : nullptr, others, 5);
}

void reader_is_overrun(const Case& which) {
  Scene scene(which);
  Agent& writer = scene.writer();
  auto others = scene.readers(which.readers - 1);
  all_but_helper_drain(scene, others);
  Agent& victim = scene.start(which.fault());
  EXPECT_EQ(victim.ask("attach"), "ok");
  EXPECT_EQ(writer.ask("write 1"), "ok");
  EXPECT_TRUE(victim.ask("take 1").starts_with("ok "));
  EXPECT_EQ(writer.ask("write 10"), "ok");
  victim.tell("drain");
  const bool lives = scene.befalls(victim);
  writer.tell("write 1");
  outlive_reader(scene, writer, lives ? &victim : nullptr, others, kAll);
}

// Overrun between finding a batch and marking it as held: stopped there until the writer has gone around the ring.
void reader_is_overrun_in_between(const Case& which) {
  Scene scene(which);
  Agent& writer = scene.writer();
  auto others = scene.readers(which.readers - 1);
  all_but_helper_drain(scene, others);
  Agent& victim = scene.start("take.seen:2:stop," + which.fault());
  EXPECT_EQ(victim.ask("attach"), "ok");
  EXPECT_EQ(writer.ask("write 2"), "ok");
  EXPECT_TRUE(victim.ask("take 1").starts_with("ok "));
  victim.tell("drain");
  EXPECT_TRUE(victim.stops());
  EXPECT_EQ(writer.ask("write 9"), "ok");
  victim.signal(SIGCONT);
  const bool lives = scene.befalls(victim);
  writer.tell("write 1");
  outlive_reader(scene, writer, lives ? &victim : nullptr, others, kAll);
}

// The others are at the end already when the victim comes to it: the name is the victim's to remove.
void reader_ends(const Case& which) {
  Scene scene(which);
  Agent& writer = scene.writer();
  const auto others = scene.readers(which.readers - 1);
  Agent& victim = scene.start(which.fault());
  EXPECT_EQ(victim.ask("attach"), "ok");
  EXPECT_EQ(writer.ask("write 4"), "ok");
  EXPECT_TRUE(victim.ask("until 3").starts_with("ok "));
  EXPECT_EQ(writer.ask("finish"), "ok");
  scene.ends_well(writer);
  all_drain(others);
  all_got(scene, others, QADS_END_OF_STREAM, kSlots);
  victim.tell("drain");
  if (scene.befalls(victim)) {
    scene.got_all(victim.answer(), QADS_END_OF_STREAM, kSlots);
    scene.ends_well(victim);
    return scene.nothing_left();
  }
  if (!scene.entries().empty()) {
    Agent& late = scene.reader();
    EXPECT_TRUE(late.ask("drain").starts_with("end " + std::to_string(QADS_END_OF_STREAM) + " "));
    scene.ends_well(late);
  }
  scene.nothing_left();
  scene.successor();
}

// ---- who removes ----

void remover_removes(const Case& which) {
  Scene scene(which);
  Agent& writer = scene.writer("keep");
  const auto readers = scene.readers(which.readers);
  EXPECT_EQ(writer.ask("write 2"), "ok");
  EXPECT_EQ(writer.ask("finish"), "ok");
  scene.ends_well(writer);
  Agent& victim = scene.start(which.fault());
  victim.tell("rm");
  if (scene.befalls(victim)) {
    EXPECT_EQ(victim.answer(), "ok");
  }
  all_drain(readers);
  all_got(scene, readers, QADS_END_OF_STREAM, 2);
  if (!scene.entries().empty()) {
    Agent& again = scene.start();
    EXPECT_EQ(again.ask("rm"), "ok");
    scene.ends_well(again);
  }
  scene.nothing_left();
  scene.successor();
}

// What a writer left that died before anybody came.
void remover_collects(const Case& which) {
  Scene scene(which);
  Agent& writer = scene.writer();
  EXPECT_EQ(writer.ask("write 2"), "ok");
  writer.signal(SIGKILL);
  EXPECT_TRUE(writer.dies());
  Agent& victim = scene.start(which.fault());
  victim.tell("gc");
  if (scene.befalls(victim)) {
    EXPECT_EQ(victim.answer(), "ok");
  }
  Agent& again = scene.start();
  EXPECT_EQ(again.ask("gc"), "ok") << "what the victim held it has let go of";
  scene.ends_well(again);
  scene.nothing_left();
  scene.successor();
}

// ---- the matrix ----

enum class Under { kBoth, kBlock, kDrop };

struct Row {
  const char* point;
  const char* role;
  void (*scene)(const Case&);
  Under policies = Under::kBoth;
  int times = 1;  // at the first time, the second, and so on up to this one
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.point << " of a " << row.role; }

const std::vector<Row> kRows{
    {"create.file", "writer", writer_creates},
    {"create.locked", "writer", writer_creates},
    {"create.mapped", "writer", writer_creates},
    {"create.complete", "writer", writer_creates},
    {"name.header", "writer", writer_creates},
    {"name.linked", "writer", writer_creates},
    {"takeover.locked", "writer", writer_takes_over},
    {"takeover.linked", "writer", writer_takes_over},
    {"takeover.renamed", "writer", writer_takes_over},
    {"takeover.removed", "writer", writer_makes_room},
    {"schema.reserved", "writer", writer_creates},
    {"schema.written", "writer", writer_creates},
    {"schema.announced", "writer", writer_creates},
    {"reserve.backed", "writer", writer_writes},
    {"copy.begin", "writer", writer_writes, Under::kBoth, 3},
    {"copy.half", "writer", writer_writes, Under::kBoth, 3},
    {"copy.done", "writer", writer_writes, Under::kBoth, 3},
    {"publish.fields", "writer", writer_writes, Under::kBoth, 6},
    {"publish.sequence", "writer", writer_writes, Under::kBoth, 6},
    {"publish.order", "writer", writer_writes, Under::kBoth, 6},
    {"publish.head", "writer", writer_writes, Under::kBoth, 6},
    {"publish.woken", "writer", writer_writes, Under::kBoth, 6},
    {"sleep.writer", "writer", writer_sleeps},
    {"wake.counted", "writer", writer_wakes},
    {"reclaim.announced", "writer", writer_writes, Under::kBlock, 2},
    {"reclaim.retired", "writer", writer_writes, Under::kBlock, 2},
    {"retire.invalidated", "writer", writer_writes, Under::kBoth, 5},
    {"drop.announced", "writer", writer_writes, Under::kDrop, 5},
    {"drop.retired", "writer", writer_writes, Under::kDrop, 5},
    {"probe.locked", "writer", writer_reaps},
    {"probe.cleared", "writer", writer_reaps},
    {"probe.freed", "writer", writer_reaps},
    {"evict.chosen", "writer", writer_evicts, Under::kBlock},
    {"evict.marked", "writer", writer_evicts, Under::kBlock},
    {"finish.kind", "writer", writer_finishes_unseen},
    {"finish.end", "writer", writer_finishes},
    {"finish.woken", "writer", writer_finishes},
    {"finish.unlocked", "writer", writer_finishes, Under::kBlock},
    {"remove.checked", "writer", writer_finishes, Under::kDrop},
    {"remove.removed", "writer", writer_finishes, Under::kDrop},
    {"claim.locked", "reader", reader_joins},
    {"join.claimed", "reader", reader_joins},
    {"join.cleaned", "reader", reader_joins},
    {"join.in_the_way", "reader", reader_joins},
    {"join.active", "reader", reader_joins},
    {"join.placed", "reader", reader_joins},
    {"take.seen", "reader", reader_reads, Under::kBoth, 3},
    {"take.marked", "reader", reader_reads, Under::kBoth, 3},
    {"take.checked", "reader", reader_reads, Under::kBoth, 3},
    {"take.moved", "reader", reader_reads, Under::kBoth, 3},
    {"release.cleared", "reader", reader_reads, Under::kBoth, 3},
    {"sleep.reader", "reader", reader_sleeps},
    {"wake.counted", "reader", reader_wakes},
    {"take.withdrawn", "reader", reader_is_overrun_in_between, Under::kDrop},
    {"overrun.moved", "reader", reader_is_overrun, Under::kDrop},
    {"close.closing", "reader", reader_leaves},
    {"leave.freed", "reader", reader_leaves},
    {"leave.unlocked", "reader", reader_leaves},
    {"end.reached", "reader", reader_ends},
    {"drain.locked", "reader", reader_ends, Under::kBlock},
    {"drain.removed", "reader", reader_ends, Under::kBlock},
    {"rm.locked", "remover", remover_removes},
    {"rm.removed", "remover", remover_removes},
    {"gc.locked", "remover", remover_collects},
    {"gc.removed", "remover", remover_collects},
};

class Matrix : public testing::TestWithParam<Row> {};

void run(const Row& row, bool drop) {
  for (int time = 1; time <= row.times; ++time) {
    for (const int readers : {1, 2, 8}) {
      for (const bool stop : {false, true}) {
        // Which of the times it is matters to what is left behind, not to a process that goes on.
        if (stop && (time != 1 || readers != 2)) continue;
        const Case which{row.point, time, drop, readers, stop};
        SCOPED_TRACE(which.fault() + " " + which.policy() + " " + std::to_string(readers) + " readers");
        row.scene(which);
        if (testing::Test::HasFatalFailure() || testing::Test::HasNonfatalFailure() || testing::Test::IsSkipped())
          return;
      }
    }
  }
}

TEST_P(Matrix, OthersOutliveIt) {
  ::signal(SIGPIPE, SIG_IGN);
  if (GetParam().policies != Under::kDrop) run(GetParam(), false);
  if (GetParam().policies != Under::kBlock) run(GetParam(), true);
}

INSTANTIATE_TEST_SUITE_P(Point, Matrix, testing::ValuesIn(kRows), [](const testing::TestParamInfo<Row>& row) {
  std::string name = std::string(row.param.point) + "_" + row.param.role;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

// A case fails if its victim doesn't come to the point, so all that is in the table is reached.
TEST(FaultPoints, AreAllInTheMatrix) {
  for (const std::string_view point : qads::os::kFaultPoints) {
    EXPECT_TRUE(std::any_of(kRows.begin(), kRows.end(), [&](const Row& row) { return row.point == point; })) << point;
  }
}

}  // namespace
