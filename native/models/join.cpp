// Joining against the announcement of a new tail, under block: the writer frees what every active reader has passed, while
// somebody joins an entry whose predecessor stood far ahead. The joiner may begin only at a batch that stays.
#include "model.hpp"

namespace {

using model::Change;
using model::Order;

Order join_claimed("join.claimed", rl::mo_seq_cst);
Order join_limit("join.limit", rl::mo_seq_cst);
Order join_zero("join.zero", rl::mo_seq_cst);
Order join_active("join.active", rl::mo_seq_cst);
Order join_tail("join.tail", rl::mo_seq_cst);
Order join_cursor("join.cursor", rl::mo_seq_cst);
Order announce_tail("announce.tail", rl::mo_seq_cst);
Order slowest_limit("slowest.limit", rl::mo_seq_cst);
Order slowest_control("slowest.control", rl::mo_seq_cst);
Order slowest_cursor("slowest.cursor", rl::mo_seq_cst);
Order retire_invalidate("retire.invalidate", rl::mo_seq_cst);
Order take_check("take.check", rl::mo_seq_cst);

Change no_zero("join without cursor 0");
Change tail_first("join reads the tail before it is active");
Change limit_last("join raises the limit when it has read the tail");
Change no_announce("reclaim doesn't announce");
Change no_second_look("reclaim doesn't look again");
Change look_first("reclaim looks again before it announces");

constexpr unsigned kBatches = 2;  // published: 0 and 1; the reader in entry 0 has passed both
constexpr unsigned kFar = 7;
enum State : unsigned { kFree, kClaimed, kActive };

struct Join : rl::test_suite<Join, 2> {
  rl::atomic<unsigned> tail, limit;
  rl::atomic<unsigned> control[2], cursor[2];
  rl::atomic<unsigned> gone[kBatches];

  void before() {
    tail($).store(0, rl::mo_relaxed);
    limit($).store(1, rl::mo_relaxed);
    control[0]($).store(kActive, rl::mo_relaxed);
    cursor[0]($).store(kBatches, rl::mo_relaxed);
    control[1]($).store(kFree, rl::mo_relaxed);
    cursor[1]($).store(kFar, rl::mo_relaxed);
    for (auto& batch : gone) batch($).store(0, rl::mo_relaxed);
  }

  void thread(unsigned id) {
    if (id == 0) {
      reclaim();
    } else {
      join();
    }
  }

  void reclaim() {
    const unsigned passed = slowest();
    const unsigned early = look_first ? slowest() : passed;
    if (!no_announce) tail($).store(passed, announce_tail);
    const unsigned again = no_second_look || look_first ? early : slowest();
    for (unsigned at = 0; at < std::min(passed, again); ++at) gone[at]($).store(1, retire_invalidate);
  }

  unsigned slowest() {
    unsigned least = kFar;
    for (unsigned entry = 0; entry < limit($).load(slowest_limit); ++entry) {
      if (control[entry]($).load(slowest_control) != kActive) continue;
      least = std::min<unsigned>(least, cursor[entry]($).load(slowest_cursor));
    }
    return std::min(least, kBatches);
  }

  void join() {
    control[1]($).store(kClaimed, join_claimed);
    if (!limit_last) limit($).store(2, join_limit);
    if (!no_zero) cursor[1]($).store(0, join_zero);
    const unsigned early = tail_first ? tail($).load(join_tail) : 0;
    control[1]($).store(kActive, join_active);
    const unsigned start = tail_first ? early : tail($).load(join_tail);
    if (limit_last) limit($).store(2, join_limit);
    cursor[1]($).store(start, join_cursor);
    for (unsigned at = start; at < kBatches; ++at) RL_ASSERT(gone[at]($).load(take_check) == 0);
  }

  void after() {
    if (cursor[1]($).load(rl::mo_relaxed) < kBatches) {
      RL_ASSERT(gone[cursor[1]($).load(rl::mo_relaxed)]($).load(rl::mo_relaxed) == 0);
    }
  }
};

}  // namespace

int main(int count, char** values) {
  const model::Arguments arguments(count, values);
  if (!arguments.valid) return 2;
  return model::holds<Join>("join", arguments.is_long ? 0 : 5) ? 0 : 1;
}
