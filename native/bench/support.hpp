// What the benchmarks share: batches made by hand, pinned processes, medians.
#pragma once

#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "../tests/support/int_batch.hpp"
#include "qadataswap/qadataswap.h"

namespace bench {

constexpr std::size_t kColumns = 10;

inline void check(qads_status status, const char* what) {
  if (status == QADS_OK) return;
  std::fprintf(stderr, "%s: %s: %s\n", what, qads_status_name(status), qads_last_error());
  std::exit(1);
}

inline void pin(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  if (sched_setaffinity(0, sizeof(set), &set) != 0) std::perror("pinning failed, going on unpinned");
}

inline double now_us() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double, std::micro>(Clock::now().time_since_epoch()).count();
}

struct Spread {
  double median;
  double low;
  double high;
};

inline Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values[values.size() / 2], values.front(), values.back()};
}

// Memory shared with a forked process, touched.
template <typename T>
T& shared() {
  void* at = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) std::abort();
  return *new (at) T{};
}

// Runs `child` in a process of its own, pinned to `core`.
template <typename Child>
pid_t start(int core, Child child) {
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    pin(core);
    child();
    std::fflush(nullptr);
    _exit(0);
  }
  return pid;
}

inline void join(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::fprintf(stderr, "the other process failed\n");
    std::exit(1);
  }
}

using Batch = qads_test::IntBatch;

// One end of a segment each; freed when they go out of scope.
struct Outlet {
  qads_arena* arena = nullptr;
  qads_writer* writer = nullptr;
  Outlet(const std::string& name, std::int64_t capacity, Batch& like) {
    qads_arena_options options;
    qads_arena_options_init(&options);
    options.capacity = capacity;
    check(qads_create_arena(name.c_str(), &options, &arena), "create");
    qads_writer_options wait;
    qads_writer_options_init(&wait);
    wait.wait = QADS_WAIT_BUSY;
    check(qads_create_writer(arena, &like.schema(), &wait, &writer), "writer");
  }
  ~Outlet() {
    check(qads_writer_finish(writer), "finish");
    qads_writer_free(writer);
    qads_arena_free(arena);
  }
};

struct Inlet {
  qads_arena* arena = nullptr;
  qads_reader* reader = nullptr;
  explicit Inlet(const std::string& name, std::int32_t mode = QADS_WAIT_BUSY) {
    qads_attach_options options;
    qads_attach_options_init(&options);
    options.timeout_ms = 30'000;
    check(qads_attach_arena(name.c_str(), &options, &arena), "attach");
    qads_reader_options wait;
    qads_reader_options_init(&wait);
    wait.wait = mode;
    check(qads_attach_reader(arena, &wait, &reader), "reader");
  }
  ~Inlet() {
    qads_reader_free(reader);
    qads_arena_free(arena);
  }
};

inline std::string unique_name(const char* what) {
  return std::string("bench-") + what + "-" + std::to_string(getpid());
}

}  // namespace bench
