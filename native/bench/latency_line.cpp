// The floor of the latency benchmark: one cache line from core to core, nothing else. A participant: latency.hpp.
#include <fcntl.h>

#include <atomic>

#include "latency.hpp"

namespace {

struct Line {
  alignas(128) std::atomic<std::int64_t> round{-1};
};

// Zeroes when new, so a line holds its round plus one.
Line& map(const std::string& name) {
  const int file = shm_open(("/" + name).c_str(), O_RDWR | O_CREAT, 0600);
  if (file < 0 || ftruncate(file, sizeof(Line)) != 0) bench::fail("can't make " + name);
  void* at = mmap(nullptr, sizeof(Line), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (at == MAP_FAILED) bench::fail("can't map " + name);
  close(file);
  return *static_cast<Line*>(at);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::LatencyArguments arguments = bench::latency_arguments(argc, argv);
  bench::pin(arguments.core);
  Line& out = map(arguments.outgoing());
  Line& in = map(arguments.incoming());
  std::int64_t last = 0;
  const auto send = [&](std::int64_t round) {
    out.round.store(round + 1, std::memory_order_release);  // read by receive() of the other process
  };
  const auto receive = [&] {
    std::int64_t next = last;
    while (next == last) next = in.round.load(std::memory_order_acquire);  // written by the other's send()
    last = next;
    return next - 1;
  };
  bench::play(arguments, send, receive);
  if (arguments.ping) {
    (void)shm_unlink(("/" + arguments.outgoing()).c_str());
    (void)shm_unlink(("/" + arguments.incoming()).c_str());
  }
  return 0;
}
