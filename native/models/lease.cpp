// Lease against invalidation, under drop_oldest with one slot: the writer gives up batch 1, writes batch 2 into its memory
// and gives that up too, while readers take what they find. Nobody may read what is being written, and whoever finds its
// batch gone must find a tail beyond it and a head that isn't behind the tail.
#include "model.hpp"

namespace {

using model::Change;
using model::Order;

Order publish_slot("publish.slot", rl::mo_release);
Order publish_order("publish.order", rl::mo_seq_cst);
Order publish_head("publish.head", rl::mo_release);
Order announce_tail("announce.tail", rl::mo_seq_cst);
Order retire_invalidate("retire.invalidate", rl::mo_seq_cst);
Order retire_look("retire.look", rl::mo_seq_cst);
Order reclaim_look("reclaim.look", rl::mo_seq_cst);
Order take_order("take.order", rl::mo_acquire);
Order take_bit("take.bit", rl::mo_seq_cst);
Order take_check("take.check", rl::mo_seq_cst);
Order take_undo("take.undo", rl::mo_release);
Order overrun_tail("overrun.tail", rl::mo_acquire);
Order overrun_head("overrun.head", rl::mo_acquire);
Order release_bit("release.bit", rl::mo_seq_cst);

Change no_invalidation("retire without invalidating");
Change look_first("retire looks before it invalidates");
Change tail_after("tail after the invalidation");
Change no_check("take without checking");
Change check_first("take checks before it sets its bit");

constexpr unsigned kInvalid = 99;

template <unsigned kReaders>
struct Lease : rl::test_suite<Lease<kReaders>, kReaders + 1> {
  rl::atomic<unsigned> order, sequence, holders, tail, head;
  rl::var<unsigned> record;

  void before() {  // batch 1 is published
    record($) = 1;
    sequence($).store(1, rl::mo_relaxed);
    holders($).store(0, rl::mo_relaxed);
    order($).store(1, rl::mo_relaxed);
    tail($).store(1, rl::mo_relaxed);
    head($).store(2, rl::mo_relaxed);
  }

  void thread(unsigned id) {
    if (id == 0) {
      write();
    } else {
      read(1U << id);
    }
  }

  void write() {
    drop(1);
    publish(2);
    drop(2);
  }

  void publish(unsigned batch) {
    record($) = batch;
    sequence($).store(batch, publish_slot);
    order($).store(batch, publish_order);
    head($).store(batch + 1, publish_head);
  }

  void drop(unsigned batch) {
    if (!tail_after) tail($).store(batch + 1, announce_tail);
    bool held = look_first && holders($).load(retire_look) != 0;
    if (!no_invalidation) sequence($).store(kInvalid, retire_invalidate);
    if (tail_after) tail($).store(batch + 1, announce_tail);
    if (!look_first) held = holders($).load(retire_look) != 0;
    while (held) {
      held = holders($).load(reclaim_look) != 0;
      if (held) rl::yield(1, $);
    }
  }

  void read(unsigned bit) {
    unsigned next = 1;
    for (int round = 0; round < 2; ++round) {
      const unsigned entry = order($).load(take_order);
      if (entry < next) continue;
      if (entry > next || !take(bit, next)) {
        overrun(next);
        continue;
      }
      RL_ASSERT(record($) == next);
      ++next;
      holders($).fetch_and(~bit, release_bit);
    }
  }

  bool take(unsigned bit, unsigned next) {
    const bool early = check_first && sequence($).load(take_check) == next;
    RL_ASSERT((holders($).fetch_or(bit, take_bit) & bit) == 0);
    if (no_check || early || sequence($).load(take_check) == next) return true;
    holders($).fetch_and(~bit, take_undo);
    return false;
  }

  void overrun(unsigned& next) {
    const unsigned now = tail($).load(overrun_tail);
    RL_ASSERT(now > next && now <= head($).load(overrun_head));
    next = now;
  }
};

}  // namespace

int main(int count, char** values) {
  const model::Arguments arguments(count, values);
  if (!arguments.valid) return 2;
  const bool one = model::holds<Lease<1>>("one reader", arguments.is_long ? 0 : 4);
  return one && model::holds<Lease<2>>("two readers", arguments.is_long ? 3 : 2) ? 0 : 1;
}
