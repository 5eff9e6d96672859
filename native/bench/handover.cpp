// One way of a 10-column, 1 KiB batch through the C ABI, two pinned processes that spin; beside it, measured in the same
// run, the raw limit: one cache line from core to core. Both as half of a round trip, the batch both ways.
#include <atomic>

#include "table.hpp"

namespace {

constexpr int kRuns = 7;
constexpr int kRounds = 50'000;
constexpr int kWarmUp = 5'000;
constexpr std::int64_t kRows = 13;  // 10 columns of 13 int64: 1,040 bytes

struct Lines {
  alignas(128) std::atomic<int> ping{0};
  alignas(128) std::atomic<int> pong{0};
};

double cache_line_ns() {
  auto& lines = bench::shared<Lines>();
  const pid_t other = bench::start(1, [&] {
    for (int i = 1; i <= kRounds; ++i) {
      while (lines.ping.load(std::memory_order_acquire) != i) {
      }
      lines.pong.store(i, std::memory_order_release);
    }
  });
  const double start = bench::now_us();
  for (int i = 1; i <= kRounds; ++i) {
    lines.ping.store(i, std::memory_order_release);
    while (lines.pong.load(std::memory_order_acquire) != i) {
    }
  }
  const double elapsed = bench::now_us() - start;
  bench::join(other);
  return elapsed * 1000 / kRounds / 2;
}

std::int64_t receive_array(qads_reader* reader) {
  ArrowArray array;
  bench::check(qads_reader_next(reader, -1, &array, nullptr), "next");
  const std::int64_t value = static_cast<const std::int64_t*>(array.children[bench::kColumns - 1]->buffers[1])[0];
  array.release(&array);
  return value;
}

std::int64_t receive_flat(qads_reader* reader) {
  qads_flat_batch batch;
  bench::check(qads_reader_next_flat(reader, -1, &batch, nullptr), "next");
  const std::int64_t value = static_cast<const std::int64_t*>(batch.buffers[batch.buffer_count - 1].address)[0];
  qads_lease_release(batch.lease);
  return value;
}

// Reads all that came, as its user would.
std::int64_t receive_and_read(qads_reader* reader) {
  qads_flat_batch batch;
  bench::check(qads_reader_next_flat(reader, -1, &batch, nullptr), "next");
  std::int64_t sum = 0;
  std::int64_t value = 0;
  for (std::int64_t b = 2; b < batch.buffer_count; b += 2) {
    const auto* values = static_cast<const std::int64_t*>(batch.buffers[b].address);
    for (std::int64_t row = 0; row < kRows; ++row) sum += values[row];
    value = values[0];
  }
  qads_lease_release(batch.lease);
  return sum == -1 ? -1 : value;  // no batch sums up to that, and so no compiler leaves the sum out
}

// Sends a batch whose last column says the round, and waits for the answer that says it too.
template <typename Receive>
double batch_ns(Receive receive) {
  const std::string there = bench::unique_name("there");
  const std::string back = bench::unique_name("back");
  const std::size_t mark = static_cast<std::size_t>(kRows) * (bench::kColumns - 1);
  const pid_t other = bench::start(1, [&] {
    bench::Batch batch(kRows);
    bench::Outlet out(back, 1 << 20, batch);
    bench::Inlet in(there);
    for (int i = 0; i < kWarmUp + kRounds; ++i) {
      batch.values()[mark] = receive(in.reader);
      bench::check(qads_writer_write(out.writer, &batch.array(), nullptr, 0, -1), "write");
    }
  });
  bench::Batch batch(kRows);
  double start = 0;
  {
    bench::Outlet out(there, 1 << 20, batch);
    bench::Inlet in(back);
    for (int i = 0; i < kWarmUp + kRounds; ++i) {
      if (i == kWarmUp) start = bench::now_us();
      batch.values()[mark] = i;
      bench::check(qads_writer_write(out.writer, &batch.array(), nullptr, 0, -1), "write");
      if (receive(in.reader) != i) std::abort();
    }
    start = bench::now_us() - start;
  }
  bench::join(other);
  (void)qads_remove(there.c_str(), nullptr, QADS_REMOVE_UNREAD);
  (void)qads_remove(back.c_str(), nullptr, QADS_REMOVE_UNREAD);
  return start * 1000 / kRounds / 2;
}

}  // namespace

int main(int argc, char** argv) {
  bench::pin(0);
  std::vector<double> line;
  std::vector<double> array;
  std::vector<double> flat;
  std::vector<double> all;
  for (int run = 0; run < kRuns; ++run) {  // interleaved, so that a noisy minute hits all of them
    line.push_back(cache_line_ns());
    array.push_back(batch_ns(receive_array));
    flat.push_back(batch_ns(receive_flat));
    all.push_back(batch_ns(receive_and_read));
  }
  const double limit = bench::spread(line).median;
  const auto ratio = [limit](const std::vector<double>& values) { return bench::spread(values).median / limit; };
  bench::Table table("One way between two pinned, spinning processes, 10 columns, 1 KiB, C ABI", "ns");
  table.add("a cache line, the limit", line);
  table.add("as ArrowArray", array, ratio(array), "≤ 2 x a cache line");
  table.add("as flat table", flat, ratio(flat), "≤ 2 x a cache line");
  table.add("as flat table, every value read", all, ratio(all));
  return table.finish(argc, argv);
}
