// Claiming an entry against taking a dead reader's leavings back. The kernel's lock on the entry's byte is a word here: who
// has it cleans, and nobody else. The predecessor takes the batch and dies; the writer gives the batch up and wants its
// memory; the successor comes into the entry and takes what it finds.
#include "model.hpp"

namespace {

using model::Change;
using model::Order;

Order probe_control("probe.control", rl::mo_acquire);
Order probe_bits("probe.bits", rl::mo_seq_cst);
Order probe_free("probe.free", rl::mo_seq_cst);
Order join_claimed("join.claimed", rl::mo_seq_cst);
Order join_seen("join.seen", rl::mo_relaxed);
Order join_clear("join.clear", rl::mo_seq_cst);
Order join_active("join.active", rl::mo_seq_cst);
Order retire_invalidate("retire.invalidate", rl::mo_seq_cst);
Order retire_look("retire.look", rl::mo_seq_cst);
Order reclaim_look("reclaim.look", rl::mo_seq_cst);
Order take_bit("take.bit", rl::mo_seq_cst);
Order take_check("take.check", rl::mo_seq_cst);
Order take_undo("take.undo", rl::mo_release);
Order release_bit("release.bit", rl::mo_seq_cst);
Order leave_free("leave.free", rl::mo_seq_cst);

Change ask_only("probe asks for the lock and cleans without it");
Change unlock_first("probe lets go of the lock before it cleans");
Change free_first("probe frees the entry before it clears the bits");
Change no_clearing("join keeps a predecessor's bits");
Change no_probe("no probe");

enum State : unsigned { kFree, kClaimed, kActive };
constexpr unsigned kInvalid = 99;
constexpr unsigned kBit = 1;
constexpr unsigned kSlots = 2;

// Batch 1 is in slot 0, batch 2 in slot 1. The predecessor took batch 1, the successor is after batch 2.
struct Claim : rl::test_suite<Claim, 3> {
  rl::atomic<unsigned> lock, control;
  rl::atomic<unsigned> sequence[kSlots], holders[kSlots];
  rl::var<unsigned> record[kSlots];

  void before() {  // the predecessor is in
    lock($).store(1, rl::mo_relaxed);
    control($).store(kActive, rl::mo_relaxed);
    for (unsigned slot = 0; slot < kSlots; ++slot) {
      record[slot]($) = slot + 1;
      sequence[slot]($).store(slot + 1, rl::mo_relaxed);
      holders[slot]($).store(0, rl::mo_relaxed);
    }
  }

  void thread(unsigned id) {
    if (id == 0) write();
    if (id == 1) take_and_die();
    if (id == 2) succeed();
  }

  bool try_lock() {
    unsigned open = 0;
    return lock($).compare_exchange_strong(open, 1, rl::mo_acq_rel);
  }
  void unlock() { lock($).store(0, rl::mo_release); }  // the kernel does it for the dead

  void write() {
    for (unsigned slot = 0; slot < kSlots; ++slot) {
      sequence[slot]($).store(kInvalid, retire_invalidate);
      if (holders[slot]($).load(retire_look) != 0) {
        if (!no_probe && !probe()) return;
        if (holders[slot]($).load(reclaim_look) != 0) continue;  // still aside: who is alive holds it
      }
      record[slot]($) = 3;
    }
  }

  bool probe() {
    if (control($).load(probe_control) == kFree) return true;
    if (ask_only) {
      if (lock($).load(rl::mo_acquire) != 0) return true;
    } else if (!try_lock()) {
      return true;
    }
    if (unlock_first) unlock();
    if (free_first) control($).store(kFree, probe_free);
    const bool dies = rl::rand(2) != 0;
    if (!dies || !free_first) {
      for (auto& word : holders) word($).fetch_and(~kBit, probe_bits);
    }
    if (!dies && !free_first) control($).store(kFree, probe_free);
    if (!ask_only && !unlock_first) unlock();
    return !dies;
  }

  void take_and_die() {
    if (rl::rand(2) != 0) {
      holders[0]($).fetch_or(kBit, take_bit);
      if (rl::rand(2) != 0 && sequence[0]($).load(take_check) == 1) RL_ASSERT(record[0]($) == 1);
    }
    unlock();
  }

  void succeed() {
    if (!try_lock()) return;  // all entries are taken
    control($).store(kClaimed, join_claimed);
    if (!no_clearing) {
      for (auto& word : holders) {
        if ((word($).load(join_seen) & kBit) != 0) word($).fetch_and(~kBit, join_clear);
      }
    }
    control($).store(kActive, join_active);
    RL_ASSERT((holders[1]($).fetch_or(kBit, take_bit) & kBit) == 0);
    if (sequence[1]($).load(take_check) == 2) {
      RL_ASSERT(record[1]($) == 2);
      RL_ASSERT((holders[1]($).fetch_and(~kBit, release_bit) & kBit) != 0);  // nobody else ends its lease
    } else {
      holders[1]($).fetch_and(~kBit, take_undo);
    }
    control($).store(kFree, leave_free);
    unlock();
  }

  // Who comes next, prober or reader, finds by the entry what is to be done.
  void after() {
    if (control($).load(rl::mo_relaxed) != kFree && !no_probe) return;
    for (auto& word : holders) RL_ASSERT(word($).load(rl::mo_relaxed) == 0);
  }
};

}  // namespace

int main(int count, char** values) {
  const model::Arguments arguments(count, values);
  if (!arguments.valid) return 2;
  return model::holds<Claim>("claim and reap", arguments.is_long ? 4 : 3) ? 0 : 1;
}
