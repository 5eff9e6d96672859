// One case of the matrix: a segment directory, agents in it, one of which comes to grief, and what must be true afterwards.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "agent_process.hpp"
#include "os/private_directory.hpp"
#include "segment/segment.hpp"

namespace qads_test {

constexpr std::uint64_t kAll = 12;   // batches that a writer sends: three times around the ring
constexpr std::uint64_t kSlots = 4;  // as the agent's

struct Case {
  std::string point;
  int time = 1;
  bool drop = false;
  int readers = 1;
  bool stop = false;

  std::string policy() const { return drop ? "drop" : "block"; }
  std::string fault() const { return point + ":" + std::to_string(time) + (stop ? ":stop" : ":kill"); }
};

class Scene {
 public:
  explicit Scene(const Case& which) : case_(which) {}

  const Case& which() const { return case_; }
  const std::string& path() const { return directory_.path(); }

  Agent& start(const std::string& fault = "") { return agents_.emplace_back(path(), fault); }
  Agent& writer(const std::string& options = "", const std::string& fault = "");
  // Attached; the survivors in the order of their coming.
  Agent& reader();
  std::vector<Agent*> readers(int count);

  // The victim dies, or stops for longer than every interval and goes on. True: it lives.
  bool befalls(Agent& victim);
  void ends_well(Agent& agent) { EXPECT_EQ(agent.end(), 0); }

  // The segment as a third party sees it; to be asked for before the victim dies.
  void look_in();
  std::uint64_t published() const;  // batches that readers were promised
  std::uint64_t reaped() const { return segment_->sync().statistics.reaped_readers.load(); }
  bool writer_sleeps() const { return (segment_->sync().freed.load() & 1) != 0; }
  bool reader_sleeps() const { return (segment_->sync().published.load() & 1) != 0; }

  // `reader`, who has read all `written` batches of a living writer, gets every slot and all memory into its hands.
  void everything_is_free(Agent& writer, Agent& reader);
  // After the end of `written` batches: the reader was told `ended`, and has missed nothing that it wasn't told of.
  void got_all(const std::string& state, int ended, std::uint64_t written) const;
  // A writer comes after one that died, and finds nothing in its way; nothing is left in the end.
  void successor();
  void nothing_left() const;
  std::vector<std::string> entries() const;

 private:
  Case case_;
  qads::test::PrivateDirectory directory_;
  std::list<Agent> agents_;
  std::shared_ptr<qads::segment::Segment> segment_;
  std::uint64_t streams_ = 0;
};

// Waits for a condition as long as a watchdog allows.
template <typename Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 300'000; ++i) {
    if (condition()) return true;
    ::usleep(200);
  }
  return false;
}

}  // namespace qads_test
