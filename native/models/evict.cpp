// Eviction against taking and closing, under block: the writer leaves a reader behind and reuses its batch, while the reader
// takes it and another thread of the reader closes. Who finds its batch gone must find out why, and a successor in the
// entry isn't evicted for what its predecessor did.
#include "model.hpp"

namespace {

using model::Change;
using model::Order;

Order evict_control("evict.control", rl::mo_acquire);
Order evict_swap("evict.swap", rl::mo_seq_cst);
Order slowest_control("slowest.control", rl::mo_seq_cst);
Order slowest_cursor("slowest.cursor", rl::mo_seq_cst);
Order announce_tail("announce.tail", rl::mo_seq_cst);
Order retire_invalidate("retire.invalidate", rl::mo_seq_cst);
Order retire_look("retire.look", rl::mo_seq_cst);
Order publish_slot("publish.slot", rl::mo_release);
Order publish_order("publish.order", rl::mo_seq_cst);
Order take_control("take.control", rl::mo_acquire);
Order take_order("take.order", rl::mo_acquire);
Order take_bit("take.bit", rl::mo_seq_cst);
Order take_check("take.check", rl::mo_seq_cst);
Order take_undo("take.undo", rl::mo_release);
Order take_cursor("take.cursor", rl::mo_release);
Order overrun_control("overrun.control", rl::mo_seq_cst);
Order overrun_closed("close.seen", rl::mo_seq_cst);
Order release_bit("release.bit", rl::mo_seq_cst);
Order close_closed("close.closed", rl::mo_seq_cst);
Order close_swap("close.swap", rl::mo_seq_cst);
Order leave_free("leave.free", rl::mo_seq_cst);
Order join_claimed("join.claimed", rl::mo_seq_cst);
Order join_active("join.active", rl::mo_seq_cst);

Change evict_last("eviction after the batch is gone");
Change no_compare("eviction without comparing the generation");
Change swap_first("close leaves its place before it says that it is closed");
Change cursor_first("take moves the cursor before it sets its bit");

enum State : unsigned { kFree, kClaimed, kActive, kEvicted, kClosing };
unsigned state(unsigned control) { return control & 0xff; }
unsigned control_of(unsigned generation, State state) { return generation << 8 | state; }

constexpr unsigned kInvalid = 99;
constexpr unsigned kBit = 1;

// Entry 0, generation 1; another reader, which has read everything, is what lets the writer go on without this one.
struct Evict : rl::test_suite<Evict, 3> {
  rl::atomic<unsigned> control, cursor, closed, tail, order, sequence, holders;
  rl::var<unsigned> record;

  void before() {
    control($).store(control_of(1, kActive), rl::mo_relaxed);
    cursor($).store(1, rl::mo_relaxed);
    closed($).store(0, rl::mo_relaxed);
    tail($).store(1, rl::mo_relaxed);
    order($).store(1, rl::mo_relaxed);
    sequence($).store(1, rl::mo_relaxed);
    holders($).store(0, rl::mo_relaxed);
    record($) = 1;
  }

  void thread(unsigned id) {
    if (id == 0) write();
    if (id == 1) read();
    if (id == 2) close();
  }

  void write() {
    const bool patient = rl::rand(2) == 0;
    if (!evict_last && !patient) evict();
    if (!evict_last && state(control($).load(slowest_control)) == kActive && cursor($).load(slowest_cursor) < 2) return;
    tail($).store(2, announce_tail);
    sequence($).store(kInvalid, retire_invalidate);
    const bool held = holders($).load(retire_look) != 0;
    if (evict_last) evict();
    if (held) return;  // set aside
    record($) = 2;
    sequence($).store(2, publish_slot);
    order($).store(2, publish_order);
  }

  void evict() {
    unsigned seen = control($).load(evict_control);
    if (state(seen) != kActive) return;
    control($).compare_exchange_strong(seen, control_of(1, kEvicted), evict_swap);
  }

  void read() {
    if (state(control($).load(take_control)) == kEvicted) return;
    const unsigned entry = order($).load(take_order);
    if (entry > 1) return overrun();
    if (cursor_first) cursor($).store(2, take_cursor);
    RL_ASSERT((holders($).fetch_or(kBit, take_bit) & kBit) == 0);
    if (sequence($).load(take_check) != 1) {
      holders($).fetch_and(~kBit, take_undo);
      return overrun();
    }
    if (!cursor_first) cursor($).store(2, take_cursor);
    RL_ASSERT(record($) == 1);
    holders($).fetch_and(~kBit, release_bit);
  }

  void overrun() {
    if (state(control($).load(overrun_control)) == kEvicted) return;
    RL_ASSERT(closed($).load(overrun_closed) != 0);  // else the segment would be called corrupt
  }

  void close() {
    if (swap_first) leave_place();
    closed($).exchange(1, close_closed);
    if (!swap_first) leave_place();
  }

  void leave_place() {
    unsigned seen = control($).load(rl::mo_relaxed);
    while (!control($).compare_exchange_weak(seen, control_of(1, kClosing), close_swap)) {
    }
  }
};

// The reader leaves, and a successor takes its entry, after the writer has decided.
struct Successor : rl::test_suite<Successor, 2> {
  rl::atomic<unsigned> control;

  void before() { control($).store(control_of(1, kActive), rl::mo_relaxed); }

  void thread(unsigned id) {
    if (id == 0) {
      unsigned seen = control($).load(evict_control);
      if (state(seen) != kActive || seen != control_of(1, kActive)) return;
      if (no_compare) seen = control($).load(evict_control);
      if (state(seen) == kActive) control($).compare_exchange_strong(seen, control_of(seen >> 8, kEvicted), evict_swap);
    } else {
      unsigned seen = control($).load(rl::mo_relaxed);
      while (!control($).compare_exchange_weak(seen, control_of(1, kClosing), close_swap)) {
      }
      control($).store(control_of(1, kFree), leave_free);
      control($).store(control_of(2, kClaimed), join_claimed);
      control($).store(control_of(2, kActive), join_active);
    }
  }

  void after() { RL_ASSERT(control($).load(rl::mo_relaxed) == control_of(2, kActive)); }
};

}  // namespace

int main(int count, char** values) {
  const model::Arguments arguments(count, values);
  if (!arguments.valid) return 2;
  const bool three = model::holds<Evict>("evict, take, close", arguments.is_long ? 4 : 3);
  return three && model::holds<Successor>("successor", 0) ? 0 : 1;
}
