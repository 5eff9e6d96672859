#include "scene.hpp"

#include <signal.h>

#include <bit>
#include <filesystem>
#include <map>
#include <sstream>

#include "qadataswap/qadataswap.h"

namespace qads_test {

namespace {

constexpr int kLongerThanEveryIntervalMs = 30;

// "ok next=5 taken=3 …" by its words.
std::map<std::string, std::uint64_t> numbers(const std::string& state) {
  std::map<std::string, std::uint64_t> out;
  std::istringstream words(state);
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos) out[word.substr(0, equals)] = std::stoull(word.substr(equals + 1));
  }
  return out;
}

}  // namespace

Agent& Scene::writer(const std::string& options, const std::string& fault) {
  Agent& agent = start(fault);
  const std::string command = "create " + case_.policy() + " " + std::to_string(++streams_) + " " + options;
  if (fault.empty()) {
    EXPECT_EQ(agent.ask(command), "ok");
  } else {
    agent.tell(command);
  }
  return agent;
}

Agent& Scene::reader() {
  Agent& agent = start();
  EXPECT_EQ(agent.ask("attach"), "ok");
  return agent;
}

std::vector<Agent*> Scene::readers(int count) {
  std::vector<Agent*> out;
  for (int i = 0; i < count; ++i) out.push_back(&reader());
  return out;
}

bool Scene::befalls(Agent& victim) {
  if (!case_.stop) {
    EXPECT_TRUE(victim.dies()) << "it never came to " << case_.fault();
    return false;
  }
  EXPECT_TRUE(victim.stops()) << "it never came to " << case_.fault();
  ::usleep(kLongerThanEveryIntervalMs * 1000);
  victim.signal(SIGCONT);
  return true;
}

void Scene::look_in() {
  qads::segment::AttachOptions options;
  options.directory = path();
  segment_ = qads::segment::Segment::attach("s", options);
}

// The head may lag behind the last entry of the order ring, and that entry is what counts.
std::uint64_t Scene::published() const {
  using namespace qads::layout;
  const auto order = segment_->order();
  std::uint64_t next = segment_->sync().head.load();
  for (;; ++next) {
    const std::uint64_t entry = order[next & (order.size() - 1)].load();
    if (entry == 0 || entry != pack_order(next, order_slot(entry))) break;
  }
  return next;
}

void Scene::everything_is_free(Agent& writer, Agent& reader) {
  // One after the other: who drops the oldest must not come to drop one of these before it is held.
  for (std::uint64_t i = 0; i < kSlots; ++i) {
    EXPECT_EQ(writer.ask("write 1"), "ok") << "not every slot, or not all memory, is there";
    EXPECT_TRUE(reader.ask("hold 1").starts_with("ok "));
  }
  look_in();
  // The others let go of theirs in a moment.
  EXPECT_TRUE(eventually([this] {
    std::uint64_t bits = 0;
    for (const auto& slot : segment_->slots()) {
      const std::uint64_t holders = slot.holders.load();
      if (std::popcount(holders) != 1 || (bits != 0 && holders != bits)) return false;
      bits = holders;
    }
    return true;
  })) << "a slot is held by somebody who doesn't live, or not by who took it";
  EXPECT_EQ(reader.ask("release"), "ok") << "what was held has changed";
}

void Scene::got_all(const std::string& state, int ended, std::uint64_t written) const {
  EXPECT_TRUE(state.starts_with("end " + std::to_string(ended) + " ")) << state;
  auto got = numbers(state);
  EXPECT_EQ(got["next"], written) << state;
  EXPECT_EQ(got["taken"] + got["lost"], written) << state;
  if (!case_.drop) {
    EXPECT_EQ(got["lost"], 0U) << state;
  }
}

void Scene::successor() {
  segment_.reset();
  Agent& next = writer();
  Agent& late = reader();
  everything_is_free(next, late);
  EXPECT_EQ(next.ask("finish"), "ok");
  got_all(late.ask("drain"), QADS_END_OF_STREAM, kSlots);
  ends_well(next);
  ends_well(late);
  nothing_left();
}

void Scene::nothing_left() const {
  EXPECT_TRUE(eventually([this] { return entries().empty(); })) << entries().front() << " is left";
}

std::vector<std::string> Scene::entries() const {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(path())) out.push_back(entry.path().filename());
  return out;
}

}  // namespace qads_test
