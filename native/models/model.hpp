// What the relacy models share: memory orders that carry the marker of the line they stand for, and the mutations that a
// run may ask for on its command line. A marker is the comment `// model: name` in the ring's code, `name` here.
#pragma once

#include <relacy/relacy.hpp>

#include <cstring>
#include <iostream>

namespace model {

// One thing that a run can break. All are globals of the model's file, so they are known before main().
class Breakable {
 public:
  explicit Breakable(const char* name) : name_(name), next_(first()) { first() = this; }
  virtual ~Breakable() = default;

  // `how` is "" for a change, the name of an order for a marker. False: it can't be broken like that.
  virtual bool break_it(const char* how) = 0;

  // `mutation`: NAME or NAME=HOW. False: there is no such thing.
  static bool apply(const char* mutation) {
    const char* equals = std::strchr(mutation, '=');
    const std::size_t length = equals == nullptr ? std::strlen(mutation) : static_cast<std::size_t>(equals - mutation);
    bool found = false;
    for (Breakable* at = first(); at != nullptr; at = at->next_) {
      if (std::strlen(at->name_) != length || std::strncmp(at->name_, mutation, length) != 0) continue;
      if (!at->break_it(equals == nullptr ? "" : equals + 1)) return false;
      found = true;
    }
    return found;
  }

 private:
  static Breakable*& first() {
    static Breakable* list = nullptr;
    return list;
  }

  const char* name_;
  Breakable* next_;
};

// The memory order of the marked line. tests/models compares it with the line's own.
class Order : public Breakable {
 public:
  Order(const char* marker, rl::memory_order order) : Breakable(marker), order_(order) {}
  operator rl::memory_order() const { return order_; }

  bool break_it(const char* how) override {
    for (const rl::memory_order order : {rl::mo_relaxed, rl::mo_acquire, rl::mo_release, rl::mo_acq_rel}) {
      if (std::strcmp(rl::format(order), how) != 0) continue;
      order_ = order;
      return true;
    }
    return false;
  }

 private:
  rl::memory_order order_;
};

// A step that a mutation leaves out, moves or does otherwise: the model asks and acts.
class Change : public Breakable {
 public:
  explicit Change(const char* name) : Breakable(name) {}
  operator bool() const { return made_; }
  bool break_it(const char* how) override { return made_ = *how == '\0'; }

 private:
  bool made_ = false;
};

// 0: every interleaving and every value that a load may see; otherwise as many unforced switches of threads.
template <typename Test>
bool holds(const char* what, unsigned context_bound) {
  static std::ostream nowhere(nullptr);  // relacy replaces operator new: no stream that allocates
  rl::test_params parameters;
  parameters.search_type = context_bound == 0 ? rl::sched_full : rl::sched_bound;
  parameters.context_bound = context_bound;
  parameters.iteration_count = 2'000'000'000;
  parameters.execution_depth_limit = 1000;
  parameters.progress_stream = &nowhere;
  const bool good = rl::simulate<Test>(parameters);
  std::cout << what << ": " << (good ? "holds" : "FAILS") << ", " << parameters.stop_iteration << " executions"
            << std::endl;
  return good;
}

// usage: MODEL [long] [MUTATION]…; exit status 0: holds, 1: fails, 2: no such mutation.
struct Arguments {
  bool is_long = false;
  bool valid = true;

  Arguments(int count, char** values) {
    for (int i = 1; i < count; ++i) {
      if (std::strcmp(values[i], "long") == 0) {
        is_long = true;
      } else if (!Breakable::apply(values[i])) {
        std::cerr << "no such mutation: " << values[i] << std::endl;
        valid = false;
      }
    }
  }
};

}  // namespace model
