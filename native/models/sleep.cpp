// Every pair of a condition made true, then wake(), against arm(), then a look at the condition: no wake-up is lost. A
// sleeper is lost if it slept on a value that the futex word still has when all is done, as wakers change the word. The
// kernel's part, comparing and sleeping in one step, needs no model.
#include "model.hpp"

namespace {

using model::Change;
using model::Order;

Order arm_word("arm", rl::mo_seq_cst);
Order wake_look("wake.look", rl::mo_seq_cst);
Order wake_count("wake.count", rl::mo_seq_cst);
Order wake_always("wake.always", rl::mo_seq_cst);
Order fence("fence", rl::mo_seq_cst);
Order publish_order("publish.order", rl::mo_seq_cst);
Order ready_order("ready.order", rl::mo_seq_cst);
Order finish_end("finish.end", rl::mo_seq_cst);
Order state_end("state.end", rl::mo_seq_cst);
Order evict_swap("evict.swap", rl::mo_seq_cst);
Order ready_control("ready.control", rl::mo_seq_cst);
Order close_closed("close.closed", rl::mo_seq_cst);
Order state_closed("close.seen", rl::mo_seq_cst);
Order close_swap("close.swap", rl::mo_seq_cst);
Order slowest_control("slowest.control", rl::mo_seq_cst);
Order slowest_cursor("slowest.cursor", rl::mo_seq_cst);
Order take_cursor("take.cursor", rl::mo_release);
Order take_undo("take.undo", rl::mo_release);
Order release_bit("release.bit", rl::mo_seq_cst);
Order reclaim_look("reclaim.look", rl::mo_seq_cst);
Order join_active("join.active", rl::mo_seq_cst);
Order join_cursor("join.cursor", rl::mo_seq_cst);
Order active_control("active.control", rl::mo_seq_cst);

Change look_first("the sleeper looks before it arms");
Change wake_first("the waker wakes before it stores");
Change no_fence("no fence before waking");
Change no_wake("no waking");
Change same_value("waking leaves the word as it was");

// A seq_cst load that comes after another thread's fence in the single order sees what happened before that fence (C++20
// [atomics.order]). relacy knows this only between two fences, hence this one.
unsigned look_at(rl::atomic<unsigned>& word, rl::memory_order order) {
  if (order == rl::mo_seq_cst) rl::atomic_thread_fence(rl::mo_seq_cst, $);
  return word($).load(order);
}

class Word {
 public:
  void reset() {
    word_($).store(0, rl::mo_relaxed);
    slept_on_ = 0;
  }

  void wake() {
    unsigned seen = word_($).load(wake_look);
    if ((seen & 1) != 0) count(seen);
  }

  void fence_and_wake() {
    if (!no_fence) rl::atomic_thread_fence(fence, $);
    wake();
  }

  void always() { word_($).fetch_add(2, wake_always); }

  template <typename Condition>
  void sleep_unless(Condition condition) {
    const bool early = look_first && condition();
    const unsigned word = word_($).fetch_or(1, arm_word) | 1;
    if (!(look_first ? early : condition())) slept_on_ = word;
  }

  void check() {  // slept_on_ is odd if anybody slept
    RL_ASSERT(slept_on_ == 0 || word_($).load(rl::mo_relaxed) != slept_on_);
  }

 private:
  void count(unsigned seen) {
    if (same_value) return;
    word_($).compare_exchange_strong(seen, seen + 1, wake_count);
  }

  rl::atomic<unsigned> word_;
  unsigned slept_on_;
};

// One thread makes the condition true and wakes, the other sleeps unless it is.
template <typename Pair, unsigned kThreads = 2>
struct Sleep : rl::test_suite<Pair, kThreads> {
  rl::atomic<unsigned> condition;
  Word word;

  void before() {
    condition($).store(0, rl::mo_relaxed);
    word.reset();
    static_cast<Pair*>(this)->prepare();
  }
  void prepare() {}
  void thread(unsigned id) {
    Pair& pair = *static_cast<Pair*>(this);
    if (id != 0) {
      word.sleep_unless([&] { return pair.look(); });
      return;
    }
    if (!wake_first) pair.store();
    if (!no_wake) pair.wake();
    if (wake_first) pair.store();
  }
  void wake() { word.wake(); }
  void after() { word.check(); }
};

struct Publish : Sleep<Publish> {
  void store() { condition($).store(1, publish_order); }
  bool look() { return look_at(condition, ready_order) != 0; }
};

struct Finish : Sleep<Finish> {
  void store() { condition($).store(1, finish_end); }
  bool look() { return look_at(condition, state_end) != 0; }
};

struct Evict : Sleep<Evict> {
  void store() {
    unsigned active = 0;
    condition($).compare_exchange_strong(active, 1, evict_swap);
  }
  bool look() { return look_at(condition, ready_control) != 0; }
};

struct CloseOwn : Sleep<CloseOwn> {  // another thread of the reader's own
  void store() { condition($).exchange(1, close_closed); }
  void wake() { word.always(); }
  bool look() { return look_at(condition, state_closed) != 0; }
};

// The writer's sleeps.

struct Close : Sleep<Close> {
  void store() {
    unsigned active = 0;
    condition($).compare_exchange_strong(active, 1, close_swap);
  }
  bool look() { return look_at(condition, slowest_control) != 0; }
};

struct Undo : Sleep<Undo> {
  void prepare() { condition($).store(1, rl::mo_relaxed); }
  void store() { condition($).fetch_and(0, take_undo); }
  void wake() { word.fence_and_wake(); }
  bool look() { return look_at(condition, reclaim_look) == 0; }
};

struct Join : Sleep<Join> {  // from cursor 0, in the way of everything, to where it starts
  void store() { condition($).store(1, join_cursor); }
  void wake() { word.fence_and_wake(); }
  bool look() { return look_at(condition, slowest_cursor) != 0; }
};

struct Active : Sleep<Active> {  // wait_readers
  void store() { condition($).store(1, join_active); }
  void wake() { word.fence_and_wake(); }
  bool look() { return look_at(condition, active_control) != 0; }
};

// A batch is free when its reader's cursor has passed it and the bit is gone. The C++ standard needs the fence for the
// cursor; on x86-64 the exchange that clears the bit is one.
struct Release : Sleep<Release> {
  rl::atomic<unsigned> cursor;

  void prepare() {
    condition($).store(1, rl::mo_relaxed);
    cursor($).store(0, rl::mo_relaxed);
  }
  void store() {
    cursor($).store(1, take_cursor);
    condition($).fetch_and(0, release_bit);
  }
  void wake() { word.fence_and_wake(); }
  bool look() { return look_at(cursor, slowest_cursor) == 1 && look_at(condition, reclaim_look) == 0; }
};

// drop_oldest looks at no cursor: there the standard needs no fence.
struct ReleaseX86 : Sleep<ReleaseX86> {
  void prepare() { condition($).store(1, rl::mo_relaxed); }
  void store() { condition($).fetch_and(0, release_bit); }
  bool look() { return look_at(condition, reclaim_look) == 0; }
};

// The thread that took the batch gives it to another one, which lets go.
struct ReleaseElsewhere : Sleep<ReleaseElsewhere, 3> {
  rl::atomic<unsigned> cursor;
  rl::atomic<unsigned> handed;
  bool released;

  void prepare() {
    condition($).store(1, rl::mo_relaxed);
    cursor($).store(0, rl::mo_relaxed);
    handed($).store(0, rl::mo_relaxed);
    released = false;
  }
  void thread(unsigned id) {
    if (id == 2) {
      cursor($).store(1, take_cursor);
      handed($).store(1, rl::mo_release);
    } else if (id == 1 || handed($).load(rl::mo_acquire) != 0) {
      Sleep::thread(id);
      released = released || id == 0;
    }
  }
  void after() {
    if (released) word.check();
  }
  void store() { condition($).fetch_and(0, release_bit); }
  void wake() { word.fence_and_wake(); }
  bool look() { return look_at(cursor, slowest_cursor) == 1 && look_at(condition, reclaim_look) == 0; }
};

template <typename... Pairs>
bool all(const char* const (&names)[sizeof...(Pairs)]) {
  const char* const* name = names;
  return (model::holds<Pairs>(*name++, 0) && ...);
}

}  // namespace

int main(int count, char** values) {
  if (!model::Arguments(count, values).valid) return 2;
  return all<Publish, Finish, Evict, CloseOwn, Close, Undo, Join, Active, Release, ReleaseX86, ReleaseElsewhere>(
             {"publish", "finish", "evict", "close of a waiting reader", "close", "undone take", "join", "wait_readers",
              "release", "release on x86-64", "release by another thread"})
             ? 0
             : 1;
}
