// What the participants of the latency benchmark share: their command line, and the rounds. The contract is told in
// tests/performance/latency/participants.py.
#pragma once

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "support.hpp"

namespace bench {

struct LatencyArguments {
  bool ping = false;
  std::string name;
  std::size_t rows = 0;  // of 10 columns of int64
  std::int64_t rounds = 0;
  std::int64_t warmup = 0;
  int core = 0;
  std::string samples;
  std::string mode;

  std::size_t bytes() const { return rows * kColumns * sizeof(std::int64_t); }
  // Where the last column begins, counted in values: the round is there.
  std::size_t mark() const { return rows * (kColumns - 1); }
  std::string outgoing() const { return name + (ping ? ".there" : ".back"); }
  std::string incoming() const { return name + (ping ? ".back" : ".there"); }
};

[[noreturn]] inline void fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

inline LatencyArguments latency_arguments(int argc, char** argv) {
  if (argc < 3) fail("usage: ping|pong NAME --bytes B --rounds N --warmup W --core K --samples FILE");
  LatencyArguments arguments;
  arguments.ping = std::strcmp(argv[1], "ping") == 0;
  arguments.name = argv[2];
  for (int i = 3; i + 1 < argc; i += 2) {
    const std::string key = argv[i];
    const std::string value = argv[i + 1];
    if (key == "--samples") {
      arguments.samples = value;
    } else if (key == "--mode") {
      arguments.mode = value;
    } else if (key == "--bytes") {
      arguments.rows = std::stoul(value) / kColumns / sizeof(std::int64_t);
    } else if (key == "--rounds") {
      arguments.rounds = std::stol(value);
    } else if (key == "--warmup") {
      arguments.warmup = std::stol(value);
    } else if (key == "--core") {
      arguments.core = std::stoi(value);
    } else {
      fail("unknown option " + key);
    }
  }
  return arguments;
}

inline std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

inline void save_samples(const std::string& path, const std::vector<std::uint64_t>& samples) {
  std::ofstream file(path, std::ios::binary);
  for (const std::uint64_t sample : samples) file.write(reinterpret_cast<const char*>(&sample), sizeof(sample));
  if (!file.flush()) fail("can't write " + path);
}

// All rounds of either side: send(round) sends a batch that says the round, receive() waits for one and tells its round.
template <typename Send, typename Receive>
void play(const LatencyArguments& arguments, Send send, Receive receive) {
  std::vector<std::uint64_t> samples;
  samples.reserve(static_cast<std::size_t>(arguments.rounds));
  for (std::int64_t round = 0; round < arguments.warmup + arguments.rounds; ++round) {
    const std::uint64_t start = now_ns();
    if (arguments.ping) send(round);
    if (const std::int64_t got = receive(); got != round) {
      fail(std::to_string(got) + " came instead of round " + std::to_string(round));
    }
    if (!arguments.ping) send(round);
    if (arguments.ping && round >= arguments.warmup) samples.push_back(now_ns() - start);
  }
  if (arguments.ping) save_samples(arguments.samples, samples);
}

}  // namespace bench
